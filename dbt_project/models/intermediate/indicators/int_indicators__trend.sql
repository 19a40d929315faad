-- Whether a school falls or rises against the country: the slope of its yearly deviations, weighted by pupils, over
-- three years or more. A fall counts when it is both large and surer than chance; two years are never a trend.
with

years as (
    select * from {{ ref('int_indicators__years') }}
    where method = 'trend' and value is not null and variance is not null and size > 0
),

schools as (select * from {{ ref('int_register__schools') }} where is_in_scope),

rulesets as (select * from {{ ref('rule_ruleset') }}),

indicators as (select * from {{ ref('rule_indicator') }}),

trend_rules as (select * from {{ ref('rule_trend') }}),

compared as (
    select
        years.assessment_id,
        years.ruleset,
        years.indicator,
        years.urn,
        years.academic_year,
        years.deviation,
        years.size,
        years.release_label,
        years.variance + power(trend_rules.cohort_sd, 2) as variance,
        trend_rules.limit_z,
        years.academic_year
        - sum(years.size * years.academic_year) over school / sum(years.size) over school as centred_year
    from years
    inner join schools on years.assessment_id = schools.assessment_id and years.urn = schools.urn
    inner join trend_rules on years.ruleset = trend_rules.ruleset and years.indicator = trend_rules.indicator
    where years.recency <= trend_rules.most_years
    window school as (partition by years.assessment_id, years.indicator, years.urn)
),

fitted as (
    select
        assessment_id,
        ruleset,
        indicator,
        urn,
        limit_z,
        count(*) as years_used,
        max(academic_year) - min(academic_year) as span,
        string_agg(academic_year::text, ', ' order by academic_year) as academic_years,
        string_agg(distinct release_label, ', ' order by release_label) as releases_used,
        sum(size * centred_year * deviation) / nullif(sum(size * power(centred_year, 2)), 0) as slope,
        sum(power(size * centred_year, 2) * variance) / nullif(power(sum(size * power(centred_year, 2)), 2), 0)
            as slope_variance
    from compared
    group by assessment_id, ruleset, indicator, urn, limit_z
),

changed as (
    select
        fitted.*,
        rulesets.possible_probability,
        rulesets.likely_probability,
        indicators.line_offset as line,
        fitted.slope * fitted.span as change,
        sqrt(fitted.slope_variance) * fitted.span as change_sd
    from fitted
    inner join rulesets on fitted.ruleset = rulesets.ruleset
    inner join indicators on fitted.ruleset = indicators.ruleset and fitted.indicator = indicators.indicator
    where fitted.years_used >= rulesets.minimum_years_for_trend
),

judged as (
    select
        *,
        {{ probability_below('line', 'change', 'change_sd') }} as probability_beyond_line,
        1 - ({{ probability_below('-line', 'change', 'change_sd') }}) as probability_better,
        change <= line and change + limit_z * change_sd < 0 as is_falling
    from changed
)

select
    assessment_id,
    urn,
    indicator,
    change as value,
    null::numeric as n,
    academic_years,
    0::numeric as national,
    change - 1.96 * change_sd as interval_low,
    change + 1.96 * change_sd as interval_high,
    null::numeric as shrunk,
    line,
    probability_beyond_line,
    case
        when is_falling then 1
        when probability_beyond_line >= possible_probability then 0.5
        else 0
    end::numeric(5, 4) as share_of_weight,
    case
        when is_falling and probability_beyond_line >= likely_probability then 'likely'
        when is_falling or probability_beyond_line >= possible_probability then 'possible'
        else 'none'
    end as flag,
    probability_better >= likely_probability as is_strength,
    probability_better,
    null::text as reason_code,
    releases_used,
    null::text as value_in_words
from judged
