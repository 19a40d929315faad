-- Years pooled: once over all that count, once over the latest year alone, once over those before it. A trend is one
-- figure over its years already, and is compared with no change at all.
with

years as (
    select
        *,
        weight * size as size_weight
    from {{ ref('int_indicators__years') }}
    where method <> 'trend' and value is not null and variance is not null and size > 0
),

trends as (select * from {{ ref('int_indicators__trend') }}),

windows as (
    select
        *,
        'pooled' as years_window
    from years

    union all

    select
        *,
        'latest' as years_window
    from years
    where recency = 1

    union all

    select
        *,
        'earlier' as years_window
    from years
    where recency > 1
)

select
    assessment_id,
    ruleset,
    indicator,
    method,
    urn,
    phase,
    is_state_funded,
    years_window,
    (sum(size_weight * value) / sum(size_weight))::numeric(16, 6) as value,
    (sum(size_weight * national) / sum(size_weight))::numeric(16, 6) as national,
    (sum(size_weight * deviation) / sum(size_weight))::numeric(16, 6) as deviation,
    (sum(power(size_weight, 2) * variance) / power(sum(size_weight), 2))::numeric(16, 6) as variance,
    (power(sum(size_weight), 2) / sum(power(weight, 2) * size))::numeric(16, 6) as effective_size,
    sum(pupils)::numeric(10, 1) as pupils,
    count(*) as years_used,
    string_agg(period, ', ' order by academic_year) as academic_years,
    string_agg(distinct release_label, ', ' order by release_label) as releases_used
from windows
group by assessment_id, ruleset, indicator, method, urn, phase, is_state_funded, years_window

union all

select
    assessment_id,
    ruleset,
    indicator,
    method,
    urn,
    phase,
    is_state_funded,
    'pooled' as years_window,
    change as value,
    0::numeric(16, 6) as national,
    change as deviation,
    variance,
    null::numeric(16, 6) as effective_size,
    pupils,
    years_used,
    academic_years,
    releases_used
from trends
