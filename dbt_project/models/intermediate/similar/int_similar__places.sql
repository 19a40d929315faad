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

schools as (
    select * from {{ ref('int_register__schools') }} where is_open and is_state_funded and phase is not null
),

results as (select * from {{ ref('int_results__by_school') }} where value is not null),

national as (select * from {{ ref('int_results__national') }}),

listed as (
    select
        assessments.assessment_id,
        assessments.list_year,
        assessments.ruleset,
        rulesets.oldest_year_back,
        rulesets.similar_schools
    from assessments
    inner join rulesets on assessments.ruleset = rulesets.ruleset
    inner join settings on assessments.authority = settings.authority
    where settings.scope = 'authority'
),

asked as (
    select
        ruleset,
        count(*) as measures
    from characteristics
    group by ruleset
),

newest as (
    select distinct on (listed.assessment_id, schools.urn, results.measure)
        listed.assessment_id,
        listed.ruleset,
        listed.similar_schools,
        schools.urn,
        schools.phase,
        schools.is_in_scope,
        results.measure,
        results.value::double precision as value,
        characteristics.weight::double precision as weight
    from listed
    inner join characteristics on listed.ruleset = characteristics.ruleset
    inner join results
        on listed.assessment_id = results.assessment_id and characteristics.measure = results.measure
        and results.academic_year between listed.list_year - listed.oldest_year_back and listed.list_year
    inner join schools on results.assessment_id = schools.assessment_id and results.urn = schools.urn
    -- A year that one authority's file alone has would set its schools apart from all others.
    inner join national
        on results.assessment_id = national.assessment_id and results.measure = national.measure
        and results.academic_year = national.academic_year and schools.phase = national.phase
    order by listed.assessment_id, schools.urn, results.measure, results.academic_year desc
),

scaled as (
    select
        *,
        weight * value / nullif(stddev_samp(value) over (partition by assessment_id, phase, measure), 0) as scaled_value
    from newest
)

select
    scaled.assessment_id,
    scaled.urn,
    scaled.phase,
    scaled.is_in_scope,
    scaled.similar_schools,
    -- Rounded, so that two schools as near are so on every machine, and the lower URN comes first.
    array_agg(round(scaled.scaled_value::numeric, 6)::double precision order by scaled.measure) as place
from scaled
inner join asked on scaled.ruleset = asked.ruleset
where scaled.scaled_value is not null
group by
    scaled.assessment_id, scaled.urn, scaled.phase, scaled.is_in_scope, scaled.similar_schools, asked.measures
having count(*) = asked.measures
