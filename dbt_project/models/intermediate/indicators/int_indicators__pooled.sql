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

schools as (select * from {{ ref('int_register__schools') }} where is_in_scope),

kinds (years_window, is_latest) as (values ('pooled', null::boolean), ('latest', true), ('earlier', false)),

-- Read twice, and cheaper made twice than kept: without the texts the country's sums are half the work.
windows as not materialized (
    select
        years.*,
        kinds.years_window
    from years
    inner join kinds on kinds.is_latest is null or kinds.is_latest = (years.recency = 1)
),

summed as (
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
        (sum(size_weight * size_weight * variance) / (sum(size_weight) * sum(size_weight)))::numeric(16, 6) as variance,
        (sum(size_weight) * sum(size_weight) / sum(weight * size_weight))::numeric(16, 6) as effective_size,
        sum(pupils)::numeric(10, 1) as pupils,
        count(*) as years_used
    from windows
    -- The school first: it tells rows apart at the first comparison.
    group by urn, indicator, years_window, assessment_id, ruleset, method, phase, is_state_funded
),

-- Years and releases in words, of the schools that somebody reads about.
worded as (
    select
        windows.assessment_id,
        windows.indicator,
        windows.urn,
        windows.years_window,
        string_agg(windows.period, ', ' order by windows.academic_year) as academic_years,
        string_agg(distinct windows.release_label, ', ' order by windows.release_label) as releases_used
    from windows
    inner join schools on windows.assessment_id = schools.assessment_id and windows.urn = schools.urn
    group by windows.urn, windows.indicator, windows.years_window, windows.assessment_id
)

select
    summed.*,
    worded.academic_years,
    worded.releases_used
from summed
left join worded
    on summed.assessment_id = worded.assessment_id and summed.indicator = worded.indicator
    and summed.urn = worded.urn and summed.years_window = worded.years_window

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
