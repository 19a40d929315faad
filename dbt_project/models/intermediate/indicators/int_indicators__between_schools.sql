-- How much schools truly differ: the between-school variance tau squared, DerSimonian and Laird (1986), over the
-- state-funded schools of
-- the country. Rates are compared within a phase, all else within the indicator.
with

pooled as (
    select
        *,
        case when method = 'rate' then phase else 'all' end as comparison_group
    from {{ ref('int_indicators__pooled') }}
    where is_state_funded and variance > 0
),

weighted as (
    select
        assessment_id,
        indicator,
        years_window,
        comparison_group,
        sum(deviation / variance) / sum(1 / variance) as centre
    from pooled
    group by assessment_id, indicator, years_window, comparison_group
),

heterogeneity as (
    select
        pooled.assessment_id,
        pooled.indicator,
        pooled.years_window,
        pooled.comparison_group,
        count(*) as schools,
        sum((pooled.deviation - weighted.centre) * (pooled.deviation - weighted.centre) / pooled.variance) as q,
        sum(1 / pooled.variance) as sum_of_weights,
        sum(1 / (pooled.variance * pooled.variance)) as sum_of_squared_weights
    from pooled
    inner join weighted
        on pooled.assessment_id = weighted.assessment_id and pooled.indicator = weighted.indicator
        and pooled.years_window = weighted.years_window and pooled.comparison_group = weighted.comparison_group
    group by pooled.assessment_id, pooled.indicator, pooled.years_window, pooled.comparison_group
)

select
    assessment_id,
    indicator,
    years_window,
    comparison_group,
    schools,
    greatest(0, (q - (schools - 1)) / nullif(sum_of_weights - sum_of_squared_weights / sum_of_weights, 0))
        as tau_squared
from heterogeneity
where schools > 1
