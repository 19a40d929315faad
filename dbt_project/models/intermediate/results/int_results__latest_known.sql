-- Measure by measure the latest stage known at the as-at date; schools that stand in several files count once. Whole
-- for the schools of the authority and those whose results they answer for; of the rest of the country the measures and
-- years that an indicator compares, and no more: is_compared says that all the country's schools have theirs here.
with

releases as (select * from {{ ref('int_assessment__releases') }} where usage = 'known'),

performance as (select * from {{ ref('stg_dfe__results') }}),

exclusions as (select * from {{ ref('stg_dfe__exclusions') }}),

census as (select * from {{ ref('stg_dfe__census') }}),

rulesets as (select * from {{ ref('rule_ruleset') }}),

indicators as (select * from {{ ref('rule_indicator') }}),

characteristics as (select * from {{ ref('rule_similar_school') }}),

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

measures as (
    select
        ruleset,
        measure
    from indicators
    union
    select
        ruleset,
        measure
    from characteristics
),

compared as (
    select distinct
        releases.assessment_id,
        measures.measure,
        years.academic_year
    from releases
    inner join rulesets on releases.ruleset = rulesets.ruleset
    inner join measures on releases.ruleset = measures.ruleset
    cross join
        lateral generate_series(releases.list_year - rulesets.oldest_year_back, releases.list_year - 1)
            as years (academic_year)
),

results as (
    select
        release_id, line, urn, academic_year, key_stage, measure, value, reason_code, pupils
    from performance
    union all
    select
        release_id, line, urn, academic_year, 'exclusions', measure, value, reason_code, pupils
    from exclusions
    union all
    select
        release_id, line, urn, academic_year, 'census', census.measure, value, reason_code, pupils
    from census
    -- Of the census only what an indicator shows or similar schools are found by.
    where census.measure in (select measures.measure from measures)
)

-- The school first: it tells rows apart at the first comparison.
select distinct on (results.urn, results.measure, results.academic_year, releases.assessment_id)
    releases.assessment_id,
    results.urn,
    results.academic_year,
    results.key_stage,
    results.measure,
    results.value,
    results.reason_code,
    results.pupils,
    compared.measure is not null as is_compared,
    releases.stage,
    releases.release_label,
    results.line
from releases
inner join results on releases.release_id = results.release_id
left join asked_for on releases.assessment_id = asked_for.assessment_id and results.urn = asked_for.urn
left join compared
    on releases.assessment_id = compared.assessment_id and results.measure = compared.measure
    and results.academic_year = compared.academic_year
where asked_for.urn is not null or compared.measure is not null
order by
    results.urn,
    results.measure,
    results.academic_year,
    releases.assessment_id,
    releases.stage_rank desc nulls last,
    releases.known_from desc,
    -- The same stage of the same day in two files: the one that says more.
    (results.value is not null) desc,
    (results.reason_code is distinct from 'not_stated') desc,
    (results.pupils is not null) desc,
    releases.sha256
