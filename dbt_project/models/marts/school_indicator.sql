-- One row for every school and every indicator that covers its phase, with or without a figure: what is missing says
-- why.
with

schools as (select * from {{ ref('dim_school') }} where assessment_id in {{ selected_assessments() }}),

assessments as (
    select distinct assessment_id, list_year, as_at, ruleset from {{ ref('int_assessment__releases') }}
),

indicators as (select * from {{ ref('rule_indicator') }}),

rulesets as (select * from {{ ref('rule_ruleset') }}),

flag_points as (select * from {{ ref('rule_flag_points') }}),

concern_points as (select * from {{ ref('rule_concern_points') }}),

estimates as (select * from {{ ref('int_indicators__estimates') }} where years_window = 'pooled'),

results as (select * from {{ ref('int_results__by_school') }}),

inspections as (select * from {{ ref('int_inspections__by_school') }}),

expected as (
    select
        schools.assessment_id,
        schools.authority,
        schools.urn,
        assessments.list_year,
        assessments.as_at,
        rulesets.likely_probability,
        rulesets.possible_probability,
        rulesets.oldest_year_back,
        rulesets.minimum_pupils,
        indicators.*
    from schools
    inner join assessments on schools.assessment_id = assessments.assessment_id
    inner join rulesets on assessments.ruleset = rulesets.ruleset
    inner join indicators on assessments.ruleset = indicators.ruleset
    where schools.phase = any(string_to_array(indicators.phases, ' '))
),

-- Why a figure is missing: the code of the newest year in the window, else that no file known has the school.
missing_reasons as (
    select distinct on (expected.assessment_id, expected.urn, expected.indicator)
        expected.assessment_id,
        expected.urn,
        expected.indicator,
        results.reason_code,
        results.release_label
    from expected
    inner join results
        on expected.assessment_id = results.assessment_id
        and expected.urn = results.urn
        and expected.measure = results.measure
        and results.academic_year between expected.list_year - expected.oldest_year_back and expected.list_year - 1
    where results.reason_code is not null
    order by expected.assessment_id, expected.urn, expected.indicator, results.academic_year desc
),

latest_inspections as (select * from inspections where recency = 1),

predecessor_inspected as (
    select distinct
        assessment_id,
        urn
    from inspections
    where relates_to_predecessor
),

measured as (
    select
        expected.*,
        estimates.value,
        estimates.pupils as n,
        estimates.academic_years,
        estimates.national,
        estimates.interval_low,
        estimates.interval_high,
        estimates.shrunk,
        estimates.line,
        estimates.probability_beyond_line,
        case
            when estimates.value is null or not estimates.has_enough_pupils then null
            when estimates.probability_beyond_line >= expected.likely_probability then 'likely'
            when estimates.probability_beyond_line >= expected.possible_probability then 'possible'
            else 'none'
        end as flag,
        case when estimates.value is null then coalesce(missing_reasons.reason_code, 'no_result_known') end
            as reason_code,
        coalesce(estimates.releases_used, missing_reasons.release_label) as releases_used,
        null::text as value_in_words
    from expected
    left join estimates
        on expected.assessment_id = estimates.assessment_id and expected.urn = estimates.urn
        and expected.indicator = estimates.indicator
    left join missing_reasons
        on expected.assessment_id = missing_reasons.assessment_id and expected.urn = missing_reasons.urn
        and expected.indicator = missing_reasons.indicator
    where expected.method in ('proportion', 'mean', 'rate')
),

inspected as (
    select
        expected.*,
        case expected.method
            when 'inspection_age' then ((expected.as_at - latest_inspections.inspection_date) / 365.25)::numeric
            when
                'inspection_outcome'
                then
                    case latest_inspections.concern_level
                        when 'serious' then 3 when 'concern' then 2 when 'none' then 1
                    end
        end as value,
        null::numeric as n,
        null::text as academic_years,
        null::numeric as national,
        null::numeric as interval_low,
        null::numeric as interval_high,
        null::numeric as shrunk,
        expected.line_offset as line,
        null::numeric as probability_beyond_line,
        case expected.method
            when 'inspection_age'
                then
                    case
                        when
                            (expected.as_at - latest_inspections.inspection_date) / 365.25 > expected.line_offset
                            then 'likely'
                        when latest_inspections.inspection_date is not null then 'none'
                    end
            when 'inspection_outcome' then concern_points.flag
        end as flag,
        case
            when
                latest_inspections.inspection_date is null and predecessor_inspected.urn is not null
                then 'predecessor_only'
            when latest_inspections.inspection_date is null then 'never_inspected'
            when expected.method = 'inspection_outcome' and concern_points.flag is null then 'no_grade'
        end as reason_code,
        latest_inspections.release_label as releases_used,
        case expected.method
            when 'inspection_outcome' then to_char(latest_inspections.inspection_date, 'FMDD FMMonth YYYY')
        end
            as value_in_words
    from expected
    left join latest_inspections
        on expected.assessment_id = latest_inspections.assessment_id and expected.urn = latest_inspections.urn
    left join predecessor_inspected
        on expected.assessment_id = predecessor_inspected.assessment_id and expected.urn = predecessor_inspected.urn
    left join concern_points
        on expected.ruleset = concern_points.ruleset and latest_inspections.concern_level = concern_points.concern_level
    where expected.method in ('inspection_outcome', 'inspection_age')
),

together as (
    select * from measured
    union all
    select * from inspected
),

scored as (
    select
        together.*,
        together.weight * flag_points.share_of_weight as points,
        case when together.flag is null then 0 else together.weight end as points_available
    from together
    left join flag_points on together.ruleset = flag_points.ruleset and together.flag = flag_points.flag
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
    value::numeric(10, 3) as value,
    n::numeric(10, 1) as n,
    academic_years,
    national::numeric(10, 3) as national,
    interval_low::numeric(10, 3) as interval_low,
    interval_high::numeric(10, 3) as interval_high,
    shrunk::numeric(10, 3) as shrunk,
    line::numeric(10, 3) as line,
    probability_beyond_line::numeric(5, 4) as probability_beyond_line,
    flag,
    coalesce(points, 0)::numeric(6, 2) as points,
    points_available::numeric(6, 2) as points_available,
    weight::numeric(6, 2) as weight,
    reason_code,
    releases_used,
    {{ indicator_sentence() }} as sentence
from scored
