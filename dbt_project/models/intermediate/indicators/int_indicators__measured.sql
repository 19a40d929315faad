-- Figures compared with the country: the share of an indicator's points is the probability that the school truly lies
-- beyond the line.
with

schools as (select * from {{ ref('int_register__schools') }} where is_in_scope),

estimates as (select * from {{ ref('int_indicators__estimates') }} where years_window = 'pooled'),

rulesets as (select * from {{ ref('rule_ruleset') }}),

earlier as (select * from {{ ref('int_indicators__estimates') }} where years_window = 'earlier')

select
    estimates.assessment_id,
    estimates.urn,
    estimates.indicator,
    estimates.value,
    estimates.pupils as n,
    estimates.academic_years,
    estimates.national,
    estimates.interval_low,
    estimates.interval_high,
    estimates.shrunk,
    estimates.line,
    estimates.probability_beyond_line,
    case when estimates.has_enough_pupils then estimates.probability_beyond_line end as share_of_weight,
    case
        when not estimates.has_enough_pupils then null
        when estimates.probability_beyond_line >= rulesets.likely_probability then 'likely'
        when estimates.probability_beyond_line >= rulesets.possible_probability then 'possible'
        else 'none'
    end as flag,
    estimates.has_enough_pupils and estimates.probability_better >= rulesets.likely_probability as is_strength,
    estimates.probability_better,
    null::text as reason_code,
    estimates.releases_used,
    null::text as value_in_words,
    -- The years before the latest point the same way; null where nothing stands against the school, or for a rate.
    case
        when
            estimates.method in ('proportion', 'mean') and estimates.has_enough_pupils
            and estimates.probability_beyond_line >= rulesets.possible_probability
            then coalesce(earlier.probability_beyond_line >= rulesets.possible_probability, false)
    end as is_borne_out
from estimates
inner join schools on estimates.assessment_id = schools.assessment_id and estimates.urn = schools.urn
inner join rulesets on estimates.ruleset = rulesets.ruleset
left join earlier
    on estimates.assessment_id = earlier.assessment_id and estimates.urn = earlier.urn
    and estimates.indicator = earlier.indicator
