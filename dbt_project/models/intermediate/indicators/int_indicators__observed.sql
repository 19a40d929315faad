-- What is known of a school and is no estimate: its share of the points stands in bands (rule_band). Context has none.
with

assessments as (select distinct assessment_id, ruleset from {{ ref('int_assessment__releases') }}),

indicators as (select * from {{ ref('rule_indicator') }}),

bands as (select * from {{ ref('rule_band') }}),

leadership as (select * from {{ ref('int_indicators__leadership') }}),

local_knowledge as (select * from {{ ref('int_indicators__local') }}),

context as (select * from {{ ref('int_indicators__context') }}),

observed as (
    select * from leadership
    union all
    select * from local_knowledge
    union all
    select * from context
),

banded as (
    select
        observed.*,
        indicators.method,
        coalesce(reached.share_of_weight, 0) as share_in_band,
        coalesce(reached.flag, 'none') as flag_in_band
    from observed
    inner join assessments on observed.assessment_id = assessments.assessment_id
    inner join indicators
        on assessments.ruleset = indicators.ruleset and observed.indicator = indicators.indicator
    left join lateral (
        select
            bands.share_of_weight,
            bands.flag
        from bands
        where
            bands.ruleset = indicators.ruleset
            and bands.indicator = indicators.indicator
            and bands.badness_from
            <= case when indicators.direction = 'higher_is_better' then -observed.value else observed.value end
        order by bands.badness_from desc
        limit 1
    ) as reached on true
),

judged as (
    select
        *,
        case
            when reason_code is not null then reason_code
            -- Nothing was seen to happen, but the files do not go back far enough to say that nothing did.
            when not is_event and share_in_band > 0 then 'register_too_short'
        end as missing
    from banded
)

select
    assessment_id,
    urn,
    indicator,
    (case when missing is null then value end)::numeric(10, 3) as value,
    case when missing is null then n end as n,
    case when missing is null then academic_years end as academic_years,
    case when missing is null then national end as national,
    null::numeric as interval_low,
    null::numeric as interval_high,
    null::numeric as shrunk,
    null::numeric as line,
    null::numeric as probability_beyond_line,
    (case when missing is null and method <> 'context' then share_in_band end)::numeric(5, 4) as share_of_weight,
    case when missing is null and method <> 'context' then flag_in_band end as flag,
    false as is_strength,
    null::numeric as probability_better,
    missing as reason_code,
    releases_used,
    case when missing is null then value_in_words end as value_in_words,
    null::boolean as is_borne_out
from judged
