-- Who a school's pupils are and how its roll moved, from the newest count known. The shares are context: shown beside
-- the national figure and never counted.
with

assessments as (select distinct assessment_id, list_year, ruleset from {{ ref('int_assessment__releases') }}),

rulesets as (select * from {{ ref('rule_ruleset') }}),

indicators as (select * from {{ ref('rule_indicator') }} where method in ('roll', 'context')),

schools as (select * from {{ ref('int_register__schools') }} where is_in_scope),

results as (select * from {{ ref('int_results__by_school') }}),

national as (select * from {{ ref('int_results__national') }}),

expected as (
    select
        schools.assessment_id,
        schools.urn,
        schools.phase,
        indicators.indicator,
        indicators.method,
        indicators.measure,
        assessments.list_year,
        rulesets.oldest_year_back,
        rulesets.roll_years
    from assessments
    inner join rulesets on assessments.ruleset = rulesets.ruleset
    inner join indicators on assessments.ruleset = indicators.ruleset
    inner join schools on assessments.assessment_id = schools.assessment_id
    where schools.phase = any(string_to_array(indicators.phases, ' '))
),

newest as (
    select distinct on (expected.assessment_id, expected.urn, expected.indicator)
        expected.*,
        results.academic_year,
        results.value,
        results.pupils,
        results.reason_code,
        results.release_label
    from expected
    left join results
        on expected.assessment_id = results.assessment_id and expected.urn = results.urn
        and expected.measure = results.measure
        and results.academic_year between expected.list_year - expected.oldest_year_back and expected.list_year
    order by
        expected.assessment_id, expected.urn, expected.indicator,
        (results.value is not null) desc, results.academic_year desc nulls last
),

compared as (
    select
        newest.*,
        national.national,
        earlier.value as earlier_value,
        earlier.release_label as earlier_release
    from newest
    left join national
        on newest.method = 'context'
        and newest.assessment_id = national.assessment_id and newest.measure = national.measure
        and newest.academic_year = national.academic_year and newest.phase = national.phase
    left join results as earlier
        on newest.method = 'roll'
        and newest.assessment_id = earlier.assessment_id and newest.urn = earlier.urn
        and newest.measure = earlier.measure and earlier.academic_year = newest.academic_year - newest.roll_years
)

select
    assessment_id,
    urn,
    indicator,
    case
        when method = 'roll' then 100 * (value - earlier_value) / nullif(earlier_value, 0) else value
    end::numeric(10, 3) as value,
    case when method = 'roll' then value else pupils end::numeric(10, 1) as n,
    case
        when method = 'roll' then (academic_year - roll_years)::text || ' and ' || academic_year
        else academic_year::text
    end as academic_years,
    national::numeric(10, 3) as national,
    true as is_event,
    case
        when value is null then coalesce(reason_code, 'no_result_known')
        when method = 'roll' and coalesce(earlier_value, 0) = 0 then 'too_few_years'
        when method = 'context' and national is null then 'no_national_figure'
    end as reason_code,
    nullif(concat_ws(', ', earlier_release, release_label), '') as releases_used,
    null::text as value_in_words
from compared
