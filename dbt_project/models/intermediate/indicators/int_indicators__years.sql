-- One row a school, indicator and year that counts: the year's value beside the national one, with its weight and its
-- sampling variance.
{#- Joined as written: school by school first, for the planner does not know that a school has one phase. -#}
{{ config(pre_hook="set local join_collapse_limit = 1") }}
with

assessments as (
    select distinct assessment_id, authority, list_year, as_at, ruleset from {{ ref('int_assessment__releases') }}
),

rulesets as (select * from {{ ref('rule_ruleset') }}),

indicators as (
    select * from {{ ref('rule_indicator') }} where method in ('proportion', 'mean', 'rate', 'trend', 'returned')
),

year_weights as (select * from {{ ref('rule_year_weight') }}),

-- Each holds until the next.
pupil_sds as (
    select
        measure,
        pupil_sd,
        academic_year as from_year,
        lead(academic_year) over (partition by measure order by academic_year) as next_from_year
    from {{ ref('rule_pupil_sd') }}
),

rate_sds as (select * from {{ ref('rule_rate_sd') }}),

-- Kept, so that its index is not asked school by school.
schools as materialized (
    select
        assessment_id,
        urn,
        phase,
        is_state_funded
    from {{ ref('int_register__schools') }}
),

results as (select * from {{ ref('int_results__by_school') }}),

returns as (select * from {{ ref('int_returns__compared') }}),

national as (select * from {{ ref('int_results__national') }}),

-- The newest years for which the country has figures; a school that misses one keeps the weights of the others.
available_years as (
    select distinct
        assessments.assessment_id,
        assessments.ruleset,
        indicators.indicator,
        national.academic_year,
        dense_rank() over (
            partition by assessments.assessment_id, indicators.indicator
            order by national.academic_year desc
        ) as recency
    from assessments
    inner join rulesets on assessments.ruleset = rulesets.ruleset
    inner join indicators on assessments.ruleset = indicators.ruleset
    inner join national on assessments.assessment_id = national.assessment_id and indicators.measure = national.measure
    where national.academic_year between assessments.list_year - rulesets.oldest_year_back and assessments.list_year - 1
),

-- All that is asked of a result, in a few rows, kept: as tables of their own they would be compared with each result of
-- the country in turn.
asked_for as materialized (
    select
        available_years.assessment_id,
        available_years.ruleset,
        indicators.indicator,
        indicators.method,
        indicators.noise,
        indicators.measure,
        available_years.academic_year,
        available_years.recency,
        national.phase,
        national.national
    from available_years
    inner join
        indicators
        on available_years.ruleset = indicators.ruleset and available_years.indicator = indicators.indicator
    inner join national
        on available_years.assessment_id = national.assessment_id and indicators.measure = national.measure
        and available_years.academic_year = national.academic_year
    where national.phase = any(string_to_array(indicators.phases, ' '))
),

published as (
    select
        asked_for.assessment_id,
        asked_for.ruleset,
        asked_for.indicator,
        asked_for.method,
        asked_for.noise,
        asked_for.measure,
        schools.urn,
        schools.phase,
        schools.is_state_funded,
        results.result_urn,
        results.academic_year,
        results.academic_year::text as period,
        asked_for.recency,
        results.value,
        results.reason_code,
        asked_for.national,
        results.value - asked_for.national as deviation,
        results.pupils,
        results.release_label
    from results
    inner join schools on results.assessment_id = schools.assessment_id and results.urn = schools.urn
    inner join asked_for
        on results.assessment_id = asked_for.assessment_id and results.measure = asked_for.measure
        and results.academic_year = asked_for.academic_year and schools.phase = asked_for.phase
),

-- The year so far, against the authority's schools of the same term for want of a national figure.
returned as (
    select
        returns.assessment_id,
        indicators.ruleset,
        indicators.indicator,
        indicators.method,
        indicators.noise,
        returns.measure,
        returns.urn,
        returns.phase,
        returns.is_state_funded,
        returns.urn as result_urn,
        returns.academic_year,
        returns.period,
        1::bigint as recency,
        returns.value,
        null::text as reason_code,
        returns.comparator as national,
        returns.value - returns.comparator as deviation,
        returns.pupils,
        returns.release_label
    from returns
    inner join assessments on returns.assessment_id = assessments.assessment_id
    inner join indicators on assessments.ruleset = indicators.ruleset and returns.measure = indicators.measure
    where returns.phase = any(string_to_array(indicators.phases, ' '))
),

measured as (
    select * from published
    union all
    select * from returned
),

changes as (
    select
        assessment_id,
        indicator,
        phase,
        deviation
        - lag(deviation) over (partition by assessment_id, indicator, urn order by academic_year) as change
    from measured
    where noise = 'rate' and value is not null and is_state_funded
),

-- A rate over pupils who miss the same days: the noise is what a school's own figure moves by from year to year. Two
-- years' difference carries it twice.
year_to_year as (
    select
        assessment_id,
        indicator,
        phase,
        var_samp(change) / 2 as variance
    from changes
    where change is not null
    group by assessment_id, indicator, phase
)

select
    measured.assessment_id,
    measured.ruleset,
    measured.indicator,
    measured.method,
    measured.noise,
    measured.urn,
    measured.phase,
    measured.is_state_funded,
    measured.result_urn,
    measured.academic_year,
    measured.period,
    measured.recency,
    year_weights.weight,
    measured.value,
    measured.reason_code,
    measured.national,
    measured.deviation,
    measured.pupils,
    measured.release_label,
    -- Pupils weigh results; a rate's noise does not fall with them, so every year weighs the same.
    case when measured.noise in ('rate', 'set_rate') then 1 else measured.pupils end as size,
    case measured.noise
        when 'proportion' then measured.national * (100 - measured.national) / nullif(measured.pupils, 0)
        -- The gap does not say how many reached the standard: half of them is the widest that it can be.
        when 'gap' then 50 * 50 / nullif(measured.pupils, 0)
        when 'mean' then power(pupil_sds.pupil_sd, 2) / nullif(measured.pupils, 0)
        when 'rate' then coalesce(year_to_year.variance, power(rate_sds.year_to_year_sd, 2))
        when 'set_rate' then power(rate_sds.year_to_year_sd, 2)
    end as variance
from measured
left join year_weights on measured.ruleset = year_weights.ruleset and measured.recency = year_weights.recency
left join year_to_year
    on measured.assessment_id = year_to_year.assessment_id and measured.indicator = year_to_year.indicator
    and measured.phase = year_to_year.phase
left join rate_sds
    on measured.ruleset = rate_sds.ruleset and measured.measure = rate_sds.measure and measured.phase = rate_sds.phase
left join pupil_sds
    on measured.noise = 'mean' and measured.measure = pupil_sds.measure
    and measured.academic_year >= pupil_sds.from_year
    and (measured.academic_year < pupil_sds.next_from_year or pupil_sds.next_from_year is null)
where measured.method = 'trend' or year_weights.weight is not null
