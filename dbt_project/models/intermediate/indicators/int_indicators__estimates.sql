-- Each pooled figure shrunk towards the national one by how noisy it is, and the probability that the school truly
-- lies beyond the line; of the schools in scope, the others having served to compare.
-- Empirical Bayes with a normal prior: Leckie and Goldstein (2009); the prior mean is the national figure, not that of
-- similar schools.
with

schools as (select * from {{ ref('int_register__schools') }} where is_in_scope),

pooled as (
    select
        *,
        case when method = 'rate' then phase else 'all' end as comparison_group
    from {{ ref('int_indicators__pooled') }}
),

between_schools as (select * from {{ ref('int_indicators__between_schools') }}),

indicators as (select * from {{ ref('rule_indicator') }}),

rulesets as (select * from {{ ref('rule_ruleset') }}),

shrunk as (
    select
        pooled.*,
        indicators.direction,
        -- No share and no rate lies below nought, and no share above 100, however few pupils there are.
        case when indicators.unit in ('percent', 'rate') then 0 end as least_possible,
        case when indicators.unit = 'percent' then 100 end as most_possible,
        indicators.line_offset,
        pooled.national + indicators.line_offset as line,
        between_schools.tau_squared / (between_schools.tau_squared + pooled.variance) as reliability
    from pooled
    inner join schools on pooled.assessment_id = schools.assessment_id and pooled.urn = schools.urn
    inner join between_schools
        on pooled.assessment_id = between_schools.assessment_id and pooled.indicator = between_schools.indicator
        and pooled.years_window = between_schools.years_window
        and pooled.comparison_group = between_schools.comparison_group
    inner join indicators on pooled.ruleset = indicators.ruleset and pooled.indicator = indicators.indicator
),

judged as (
    select
        *,
        reliability * deviation as shrunk_deviation,
        sqrt(reliability * variance) as posterior_sd
    from shrunk
),

placed as (
    select
        *,
        {{ probability_below('line_offset', 'shrunk_deviation', 'posterior_sd') }} as probability_below,
        -- The same distance on the good side of the national figure: a strength.
        {{ probability_below('-line_offset', 'shrunk_deviation', 'posterior_sd') }} as probability_below_better
    from judged
)

select
    placed.assessment_id,
    placed.ruleset,
    placed.indicator,
    placed.method,
    placed.urn,
    placed.years_window,
    placed.value,
    placed.national,
    placed.pupils,
    placed.years_used,
    placed.academic_years,
    placed.releases_used,
    placed.line,
    placed.national + placed.shrunk_deviation as shrunk,
    case
        when placed.method = 'proportion' then 100 * {{ wilson_low('placed.value / 100', 'placed.effective_size') }}
        else greatest(placed.value - 1.96 * sqrt(placed.variance), placed.least_possible)
    end as interval_low,
    case
        when placed.method = 'proportion' then 100 * {{ wilson_high('placed.value / 100', 'placed.effective_size') }}
        else least(placed.value + 1.96 * sqrt(placed.variance), placed.most_possible)
    end as interval_high,
    case
        when placed.direction = 'higher_is_better' then placed.probability_below else 1 - placed.probability_below
    end as probability_beyond_line,
    case
        when placed.direction = 'higher_is_better' then 1 - placed.probability_below_better
        else placed.probability_below_better
    end as probability_better,
    placed.method = 'rate' or placed.pupils >= rulesets.minimum_pupils as has_enough_pupils
from placed
inner join rulesets on placed.ruleset = rulesets.ruleset
