-- One row a graded inspection known at the as-at date. Files tell of the same one with dates that differ by days
-- (first day, last day). Of the authority's schools and their predecessors alone: no other school's inspections judge
-- anybody.
with

releases as (select * from {{ ref('int_assessment__releases') }}),

told as (select * from {{ ref('stg_ofsted__inspections') }}),

rulesets as (select * from {{ ref('rule_ruleset') }}),

schools as (select * from {{ ref('int_register__schools') }} where is_in_scope),

predecessors as (select * from {{ ref('int_register__predecessors') }}),

asked_for as (
    select
        assessment_id,
        urn
    from schools
    union
    select
        schools.assessment_id,
        predecessors.predecessor_urn
    from schools
    inner join predecessors on schools.assessment_id = predecessors.assessment_id and schools.urn = predecessors.urn
),

known as (
    select
        releases.assessment_id,
        releases.ruleset,
        rulesets.same_inspection_days,
        releases.release_label,
        told.*,
        case told.told_as
            when 'report_card' then 1 when 'latest' then 2 when 'previous' then 3 when 'history' then 4
        end as told_rank,
        releases.known_from as release_known_from
    from releases
    inner join rulesets on releases.ruleset = rulesets.ruleset
    inner join told on releases.release_id = told.release_id
    inner join asked_for on releases.assessment_id = asked_for.assessment_id and told.urn = asked_for.urn
    where
        releases.usage in ('known', 'dated_rows')
        and told.known_from <= releases.as_at
        and told.inspection_date <= releases.as_at
        and coalesce(told.publication_date, told.inspection_date) <= releases.as_at
),

separated as (
    select
        *,
        case
            when inspection_date - lag(inspection_date) over (
                partition by assessment_id, urn
                order by inspection_date, told_rank, release_known_from, release_label, line
            ) <= same_inspection_days then 0
            else 1
        end as is_new
    from known
),

numbered as (
    select
        *,
        sum(is_new) over (
            partition by assessment_id, urn order by inspection_date, told_rank, release_known_from, release_label, line
        ) as inspection_number
    from separated
)

select
    assessment_id,
    ruleset,
    urn,
    {{ best('inspection_date') }} as inspection_date,
    {{ best('publication_date') }} as publication_date,
    {{ best('overall_effectiveness') }} as overall_effectiveness,
    {{ best('category_of_concern') }} as category_of_concern,
    {{ best('quality_of_education') }} as quality_of_education,
    {{ best('leadership_and_management') }} as leadership_and_management,
    {{ best('safeguarding') }} as safeguarding,
    {{ best('card_worst_grade') }} as card_worst_grade,
    {{ best('leadership_and_governance') }} as leadership_and_governance,
    {{ best('release_label') }} as release_label
from numbered
group by assessment_id, ruleset, urn, inspection_number
