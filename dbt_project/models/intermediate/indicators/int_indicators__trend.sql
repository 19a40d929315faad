-- How far a school has come against the country: the slope of its yearly deviations, weighted by pupils, over three
-- years or more, as the change from the first year to the last. Two years are never a trend.
with

years as (
    select * from {{ ref('int_indicators__years') }}
    where method = 'trend' and value is not null and variance is not null and size > 0
),

rulesets as (select * from {{ ref('rule_ruleset') }}),

trend_rules as (select * from {{ ref('rule_trend') }}),

compared as (
    select
        years.*,
        years.variance + power(trend_rules.cohort_sd, 2) as cohort_variance,
        years.academic_year
        - sum(years.size * years.academic_year) over school / sum(years.size) over school as centred_year
    from years
    inner join trend_rules on years.ruleset = trend_rules.ruleset and years.indicator = trend_rules.indicator
    where years.recency <= trend_rules.most_years
    window school as (partition by years.assessment_id, years.indicator, years.urn)
),

fitted as (
    select
        assessment_id,
        ruleset,
        indicator,
        method,
        urn,
        phase,
        is_state_funded,
        sum(pupils) as pupils,
        count(*) as years_used,
        max(academic_year) - min(academic_year) as span,
        string_agg(academic_year::text, ', ' order by academic_year) as academic_years,
        string_agg(distinct release_label, ', ' order by release_label) as releases_used,
        sum(size * centred_year * deviation) / nullif(sum(size * power(centred_year, 2)), 0) as slope,
        sum(power(size * centred_year, 2) * cohort_variance) / nullif(power(sum(size * power(centred_year, 2)), 2), 0)
            as slope_variance
    from compared
    group by assessment_id, ruleset, indicator, method, urn, phase, is_state_funded
)

select
    fitted.assessment_id,
    fitted.ruleset,
    fitted.indicator,
    fitted.method,
    fitted.urn,
    fitted.phase,
    fitted.is_state_funded,
    (fitted.slope * fitted.span)::numeric(16, 6) as change,
    (fitted.slope_variance * power(fitted.span, 2))::numeric(16, 6) as variance,
    fitted.pupils::numeric(10, 1) as pupils,
    fitted.years_used,
    fitted.academic_years,
    fitted.releases_used
from fitted
inner join rulesets on fitted.ruleset = rulesets.ruleset
where fitted.years_used >= rulesets.minimum_years_for_trend
