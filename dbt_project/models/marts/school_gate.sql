-- Every gate that catches a school, with what it caught.
with

schools as (select * from {{ ref('dim_school') }} where assessment_id in {{ selected_assessments() }}),

assessments as (select distinct assessment_id, ruleset from {{ ref('int_assessment__releases') }}),

gates as (select * from {{ ref('rule_gate') }}),

rulesets as (select * from {{ ref('rule_ruleset') }}),

rule_indicators as (select * from {{ ref('rule_indicator') }}),

tiers as (select * from {{ ref('rule_tier') }}),

inspections as (select * from {{ ref('int_inspections__by_school') }}),

estimates as (select * from {{ ref('int_indicators__estimates') }}),

notes as (select * from {{ ref('int_local__notes') }}),

standards as (select * from {{ ref('int_standards__by_school') }}),

latest as (select * from inspections where recency = 1),

dated as (
    select
        *,
        to_char(inspection_date, 'FMDD FMMonth YYYY') as on_date
    from latest
),

category_of_concern as (
    select
        assessment_id,
        urn,
        'category_of_concern' as gate,
        category_of_concern || ', ' || on_date as detail
    from dated
    where category_of_concern is not null
),

inadequate_grade as (
    select
        assessment_id,
        urn,
        'inadequate_grade' as gate,
        on_date as detail
    from dated
    where overall_effectiveness = 4
),

safeguarding_not_met as (
    select
        assessment_id,
        urn,
        'safeguarding_not_met' as gate,
        on_date as detail
    from dated
    where safeguarding in ('No', 'Not met')
),

urgent_improvement as (
    select
        assessment_id,
        urn,
        'urgent_improvement' as gate,
        on_date as detail
    from dated
    where card_worst_grade = 'Urgent improvement'
),

leadership_needs_attention as (
    select
        assessment_id,
        urn,
        'leadership_needs_attention' as gate,
        on_date as detail
    from dated
    where leadership_and_governance = 'Needs attention'
),

key_judgement_regimes as (
    select
        ruleset,
        string_to_array(regimes, ' ') as regimes
    from gates
    where gate = 'key_judgement_requires_improvement'
),

key_judgement_requires_improvement as (
    select
        dated.assessment_id,
        dated.urn,
        'key_judgement_requires_improvement' as gate,
        dated.on_date as detail
    from dated
    inner join
        key_judgement_regimes
        on dated.ruleset = key_judgement_regimes.ruleset and dated.regime = any(key_judgement_regimes.regimes)
    where dated.quality_of_education = '3' or dated.leadership_and_management = '3'
),

-- Both inspections of the school itself: a change of structure begins anew.
stuck as (
    select
        latest.assessment_id,
        latest.urn,
        'stuck' as gate,
        to_char(latest.inspection_date, 'FMDD FMMonth YYYY')
        || ' and '
        || to_char(previous.inspection_date, 'FMDD FMMonth YYYY') as detail
    from inspections as latest
    inner join inspections as previous on latest.assessment_id = previous.assessment_id and latest.urn = previous.urn
    where
        latest.recency = 1
        and previous.recency = 2
        and previous.overall_effectiveness >= 3
        and (
            latest.overall_effectiveness >= 3
            or latest.leadership_and_governance in ('Needs attention', 'Urgent improvement')
            or (
                latest.overall_effectiveness is null
                and (latest.quality_of_education >= '3' or latest.leadership_and_management >= '3')
            )
        )
),

attainment_below_twice as (
    select
        pooled.assessment_id,
        pooled.urn,
        'attainment_below_twice' as gate,
        string_agg(rule_indicators.indicator_name, '; ' order by rule_indicators.indicator) as detail
    from estimates as pooled
    inner join estimates as latest_year
        on pooled.assessment_id = latest_year.assessment_id and pooled.urn = latest_year.urn
        and pooled.indicator = latest_year.indicator
    -- The latest year weighs most in the pooled figure: the years before it must point the same way, or one bad year
    -- would decide.
    inner join estimates as earlier
        on pooled.assessment_id = earlier.assessment_id and pooled.urn = earlier.urn
        and pooled.indicator = earlier.indicator
    inner join rulesets on pooled.ruleset = rulesets.ruleset
    inner join
        rule_indicators
        on pooled.ruleset = rule_indicators.ruleset and pooled.indicator = rule_indicators.indicator
    where
        pooled.years_window = 'pooled'
        and latest_year.years_window = 'latest'
        and earlier.years_window = 'earlier'
        and earlier.probability_beyond_line >= rulesets.possible_probability
        and rule_indicators.domain = 'attainment'
        and pooled.years_used >= rulesets.minimum_years_for_gate
        and pooled.has_enough_pupils
        and latest_year.has_enough_pupils
        and pooled.probability_beyond_line >= rulesets.likely_probability
        and latest_year.probability_beyond_line >= rulesets.likely_probability
    group by pooled.assessment_id, pooled.urn
),

safeguarding_noted as (
    select
        assessment_id,
        urn,
        'safeguarding_noted' as gate,
        'noted on ' || string_agg(distinct to_char(note_date, 'FMDD FMMonth YYYY'), ' and ') as detail
    from notes
    where category = 'safeguarding' and concern = 'serious'
    group by assessment_id, urn
),

-- Of each key stage the latest year that was judged: one in which the school was left out neither opens a gate nor
-- shuts it.
latest_standards as (
    select distinct on (assessment_id, urn, standard, key_stage) *
    from standards
    where is_below is not null
    order by assessment_id, urn, standard, key_stage, academic_year desc
),

below_standard as (
    select
        assessment_id,
        urn,
        case standard when 'floor' then 'below_floor' else standard end as gate,
        string_agg(
            'key stage ' || right(key_stage, 1) || ', ' || years_in_words, '; ' order by key_stage
        ) as detail
    from latest_standards
    where is_below
    group by assessment_id, urn, standard
),

caught as (
    select * from category_of_concern
    union all
    select * from inadequate_grade
    union all
    select * from safeguarding_not_met
    union all
    select * from urgent_improvement
    union all
    select * from leadership_needs_attention
    union all
    select * from key_judgement_requires_improvement
    union all
    select * from stuck
    union all
    select * from attainment_below_twice
    union all
    select * from safeguarding_noted
    union all
    select * from below_standard
)

select
    schools.assessment_id,
    schools.authority,
    schools.urn,
    gates.gate,
    gates.gate_name,
    gates.minimum_tier,
    tiers.tier_rank as minimum_tier_rank,
    replace(gates.sentence, '{detail}', caught.detail) as sentence
from schools
inner join assessments on schools.assessment_id = assessments.assessment_id
inner join caught on schools.assessment_id = caught.assessment_id and schools.urn = caught.urn
inner join gates on assessments.ruleset = gates.ruleset and caught.gate = gates.gate
inner join tiers on gates.ruleset = tiers.ruleset and gates.minimum_tier = tiers.tier
