-- Inspections of the authority's schools and of their one-to-one predecessors, with the concern each means under its
-- own regime.
with

schools as (select * from {{ ref('int_register__schools') }}),

events as (select * from {{ ref('int_inspections__events') }}),

predecessors as (select * from {{ ref('int_register__predecessors') }}),

concerns as (select * from {{ ref('rule_inspection_concern') }}),

regimes as (select * from {{ ref('rule_inspection_regime') }}),

in_scope as (
    select
        assessment_id,
        urn,
        open_date
    from schools
    where is_in_scope
),

answered as (
    select
        in_scope.assessment_id,
        in_scope.urn,
        in_scope.urn as inspection_urn,
        in_scope.open_date,
        false as relates_to_predecessor
    from in_scope

    union all

    select
        in_scope.assessment_id,
        in_scope.urn,
        predecessors.predecessor_urn,
        in_scope.open_date,
        true
    from in_scope
    inner join predecessors on in_scope.assessment_id = predecessors.assessment_id and in_scope.urn = predecessors.urn
),

judged as (
    select
        answered.urn as school_urn,
        -- Older files list a predecessor's inspection under the new URN: one from before the opening is the
        -- predecessor's.
        answered.relates_to_predecessor
        or coalesce(events.inspection_date < answered.open_date, false) as relates_to_predecessor,
        events.*
    from answered
    inner join events on answered.assessment_id = events.assessment_id and answered.inspection_urn = events.urn
),

levels as (
    select
        judged.assessment_id,
        judged.school_urn,
        judged.urn,
        judged.inspection_date,
        max(case concerns.concern_level when 'serious' then 3 when 'concern' then 2 when 'none' then 1 end)
            as level_rank
    from judged
    cross join
        lateral (
            values
            ('category_of_concern', judged.category_of_concern),
            ('overall_effectiveness', judged.overall_effectiveness::text),
            ('quality_of_education', judged.quality_of_education),
            ('leadership_and_management', judged.leadership_and_management),
            ('safeguarding', judged.safeguarding),
            ('card_worst_grade', judged.card_worst_grade),
            ('leadership_and_governance', judged.leadership_and_governance)
        ) as judgements (field, value)
    inner join concerns
        on judged.ruleset = concerns.ruleset and judgements.field = concerns.field and judgements.value = concerns.value
    group by judged.assessment_id, judged.school_urn, judged.urn, judged.inspection_date
)

select
    judged.assessment_id,
    judged.ruleset,
    judged.school_urn as urn,
    judged.urn as inspection_urn,
    judged.inspection_date,
    judged.publication_date,
    (
        select regimes.regime
        from regimes
        where regimes.from_date <= judged.inspection_date
        order by regimes.from_date desc
        limit 1
    ) as regime,
    judged.overall_effectiveness,
    judged.category_of_concern,
    judged.quality_of_education,
    judged.leadership_and_management,
    judged.safeguarding,
    judged.card_worst_grade,
    judged.leadership_and_governance,
    case levels.level_rank when 3 then 'serious' when 2 then 'concern' when 1 then 'none' else 'unknown' end
        as concern_level,
    levels.level_rank as concern_rank,
    judged.relates_to_predecessor,
    -- Only the school's own inspections judge it; a predecessor's is shown and counts for nothing.
    case
        when judged.relates_to_predecessor then null
        else row_number() over (
            partition by judged.assessment_id, judged.school_urn, judged.relates_to_predecessor
            order by judged.inspection_date desc
        )
    end as recency,
    judged.release_label
from judged
left join levels
    on judged.assessment_id = levels.assessment_id and judged.school_urn = levels.school_urn
    and judged.urn = levels.urn and judged.inspection_date = levels.inspection_date
