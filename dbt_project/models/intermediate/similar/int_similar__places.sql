-- Where each school of England stands among those of its phase: the published characteristics of rule_similar_school,
-- in national standard deviations. A school of which one is not known stands nowhere. Only for lists: nobody reads
-- those of a whole country.
{{ config(indexes=[{'columns': ['assessment_id', 'phase']}]) }}
with

assessments as (
    select distinct assessment_id, authority, list_year, ruleset from {{ ref('int_assessment__releases') }}
),

settings as (select * from {{ ref('authority_setting') }}),

rulesets as (select * from {{ ref('rule_ruleset') }}),

characteristics as (select * from {{ ref('rule_similar_school') }}),

-- Kept, so that its index is not asked school by school.
schools as materialized (
    select
        assessment_id,
        urn,
        phase,
        is_in_scope
    from {{ ref('int_register__schools') }}
    where is_open and is_state_funded and phase is not null
),

results as (select * from {{ ref('int_results__by_school') }} where value is not null),

national as (select * from {{ ref('int_results__national') }}),

asked as (
    select
        ruleset,
        count(*) as measures
    from characteristics
    group by ruleset
),

-- All that is asked of a result, in a few rows, kept: as tables of their own they would be compared with each result of
-- the country in turn. A year that one authority's file alone has would set its schools apart from all others.
asked_for as materialized (
    select
        assessments.assessment_id,
        asked.measures,
        rulesets.similar_schools,
        characteristics.measure,
        characteristics.weight::double precision as weight,
        national.academic_year,
        national.phase
    from assessments
    inner join rulesets on assessments.ruleset = rulesets.ruleset
    inner join settings on assessments.authority = settings.authority
    inner join characteristics on assessments.ruleset = characteristics.ruleset
    inner join asked on assessments.ruleset = asked.ruleset
    inner join national
        on assessments.assessment_id = national.assessment_id and characteristics.measure = national.measure
        and national.academic_year between assessments.list_year - rulesets.oldest_year_back and assessments.list_year
    where settings.scope = 'authority'
),

newest as (
    select distinct on (schools.urn, results.measure, results.assessment_id)
        results.assessment_id,
        schools.urn,
        schools.phase,
        schools.is_in_scope,
        results.measure,
        results.value::double precision as value,
        asked_for.weight,
        asked_for.measures,
        asked_for.similar_schools
    from results
    inner join schools on results.assessment_id = schools.assessment_id and results.urn = schools.urn
    inner join asked_for
        on results.assessment_id = asked_for.assessment_id and results.measure = asked_for.measure
        and results.academic_year = asked_for.academic_year and schools.phase = asked_for.phase
    -- The school first: it tells rows apart at the first comparison.
    order by schools.urn, results.measure, results.assessment_id, results.academic_year desc
),

scaled as (
    select
        *,
        weight * value / nullif(stddev_samp(value) over (partition by assessment_id, phase, measure), 0) as scaled_value
    from newest
)

select
    assessment_id,
    urn,
    phase,
    is_in_scope,
    similar_schools,
    -- Rounded, so that two schools as near are so on every machine, and the lower URN comes first.
    array_agg(round(scaled_value::numeric, 6)::double precision order by measure) as place
from scaled
where scaled_value is not null
group by urn, assessment_id, phase, is_in_scope, similar_schools, measures
having count(*) = measures
