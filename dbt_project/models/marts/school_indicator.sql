-- One row for every school and every indicator that covers its phase, with or without a figure: what is missing says
-- why.
with

schools as (select * from {{ ref('dim_school') }} where assessment_id in {{ selected_assessments() }}),

assessments as (
    select distinct assessment_id, list_year, ruleset from {{ ref('int_assessment__releases') }}
),

indicators as (select * from {{ ref('rule_indicator') }}),

rulesets as (select * from {{ ref('rule_ruleset') }}),

results as (select * from {{ ref('int_results__by_school') }}),

measured as (select * from {{ ref('int_indicators__measured') }}),

inspected as (select * from {{ ref('int_indicators__inspections') }}),

observed as (select * from {{ ref('int_indicators__observed') }}),

similar_figures as (select * from {{ ref('int_similar__figures') }}),

expected as (
    select
        schools.assessment_id,
        schools.authority,
        schools.urn,
        assessments.list_year,
        rulesets.oldest_year_back,
        rulesets.minimum_pupils,
        indicators.*
    from schools
    inner join assessments on schools.assessment_id = assessments.assessment_id
    inner join rulesets on assessments.ruleset = rulesets.ruleset
    inner join indicators on assessments.ruleset = indicators.ruleset
    where schools.phase = any(string_to_array(indicators.phases, ' '))
),

-- Why a figure is missing: the code of the newest year in the window, else that no file known has the school. A result
-- that is known makes no figure where nobody else has one, or all schools of the phase have the same.
missing_reasons as (
    select distinct on (expected.assessment_id, expected.urn, expected.indicator)
        expected.assessment_id,
        expected.urn,
        expected.indicator,
        case when results.value is null then results.reason_code else 'no_result_to_compare' end as reason_code,
        results.release_label
    from expected
    inner join results
        on expected.assessment_id = results.assessment_id
        and expected.urn = results.urn
        and expected.measure = results.measure
        and results.academic_year between expected.list_year - expected.oldest_year_back and expected.list_year - 1
    where results.reason_code is not null or (results.value is not null and results.pupils > 0)
    order by expected.assessment_id, expected.urn, expected.indicator, results.academic_year desc
),

figures as (
    select * from measured
    union all
    select * from inspected
    union all
    select * from observed
),

together as (
    select
        expected.*,
        figures.value,
        figures.n,
        figures.academic_years,
        figures.national,
        similar_figures.similar_value,
        similar_figures.similar_schools,
        figures.interval_low,
        figures.interval_high,
        figures.shrunk,
        figures.line,
        figures.probability_beyond_line,
        figures.probability_better,
        figures.share_of_weight,
        figures.flag,
        figures.value_in_words,
        figures.is_borne_out,
        coalesce(figures.is_strength, false) as is_strength,
        case
            when figures.urn is null and expected.method = 'trend' then 'too_few_years'
            when figures.urn is null and expected.method = 'returned' then 'no_return_to_compare'
            when figures.urn is null then coalesce(missing_reasons.reason_code, 'no_result_known')
            else figures.reason_code
        end as reason_code,
        coalesce(figures.releases_used, missing_reasons.release_label) as releases_used
    from expected
    left join figures
        on expected.assessment_id = figures.assessment_id and expected.urn = figures.urn
        and expected.indicator = figures.indicator
    left join missing_reasons
        on expected.assessment_id = missing_reasons.assessment_id and expected.urn = missing_reasons.urn
        and expected.indicator = missing_reasons.indicator
    left join similar_figures
        on figures.assessment_id = similar_figures.assessment_id and figures.urn = similar_figures.urn
        and figures.indicator = similar_figures.indicator
),

-- Rounded before it is put in words: a sentence says the number that its row has.
rounded as (
    select
        assessment_id,
        authority,
        urn,
        indicator,
        indicator_name,
        domain,
        unit,
        direction,
        value::numeric(10, 3) as value,
        n::numeric(10, 1) as n,
        academic_years,
        national::numeric(10, 3) as national,
        similar_value::numeric(10, 3) as similar_value,
        similar_schools,
        interval_low::numeric(10, 3) as interval_low,
        interval_high::numeric(10, 3) as interval_high,
        shrunk::numeric(10, 3) as shrunk,
        line::numeric(10, 3) as line,
        probability_beyond_line::numeric(5, 4) as probability_beyond_line,
        probability_better::numeric(5, 4) as probability_better,
        flag,
        is_strength,
        coalesce(weight * share_of_weight, 0)::numeric(6, 2) as points,
        (case when share_of_weight is null then 0 else weight end)::numeric(6, 2) as points_available,
        weight::numeric(6, 2) as weight,
        (weight * coalesce(share_of_weight, prior_share))::numeric(6, 2) as risk_points,
        reason_code,
        releases_used,
        value_in_words,
        is_borne_out,
        minimum_pupils,
        sentence,
        worse,
        better
    from together
)

select
    assessment_id,
    authority,
    urn,
    indicator,
    indicator_name,
    domain,
    unit,
    direction,
    value,
    n,
    academic_years,
    national,
    interval_low,
    interval_high,
    shrunk,
    line,
    probability_beyond_line,
    probability_better,
    flag,
    is_strength,
    points,
    points_available,
    weight,
    risk_points,
    reason_code,
    releases_used,
    similar_value,
    similar_schools,
    is_borne_out,
    {{ indicator_sentence() }} as sentence
from rounded
