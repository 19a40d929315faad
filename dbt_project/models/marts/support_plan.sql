-- What the tiers cost against the budget, a row a tier. A plan over the budget is reported; cut points never move by
-- themselves.
with

assessments as (
    select distinct assessment_id, authority, ruleset from {{ ref('int_assessment__releases') }}
),

rule_tiers as (select * from {{ ref('rule_tier') }}),

settings as (select * from {{ ref('authority_setting') }}),

school_tiers as (select * from {{ ref('school_tier') }} where assessment_id in {{ selected_assessments() }}),

by_tier as (
    select
        assessment_id,
        tier,
        count(*) as schools,
        sum(support_days) as support_days,
        sum(support_cost) as support_cost
    from school_tiers
    group by assessment_id, tier
),

planned as (
    select
        assessments.assessment_id,
        assessments.authority,
        rule_tiers.tier,
        rule_tiers.tier_name,
        rule_tiers.tier_rank,
        rule_tiers.support_days as days_per_school,
        coalesce(by_tier.schools, 0) as schools,
        coalesce(by_tier.support_days, 0) as support_days,
        coalesce(by_tier.support_cost, 0) as support_cost,
        settings.budget,
        settings.day_rate,
        sum(coalesce(by_tier.support_days, 0)) over (partition by assessments.assessment_id) as plan_days,
        sum(coalesce(by_tier.support_cost, 0)) over (partition by assessments.assessment_id) as plan_cost
    from assessments
    inner join rule_tiers on assessments.ruleset = rule_tiers.ruleset
    left join by_tier on assessments.assessment_id = by_tier.assessment_id and rule_tiers.tier = by_tier.tier
    left join settings on assessments.authority = settings.authority
)

select
    assessment_id,
    authority,
    tier,
    tier_name,
    tier_rank,
    days_per_school::numeric(5, 1) as days_per_school,
    schools::integer as schools,
    support_days::numeric(10, 1) as support_days,
    support_cost::numeric(14, 2) as support_cost,
    budget::numeric(14, 2) as budget,
    (budget / day_rate)::numeric(10, 1) as days_in_budget,
    plan_days::numeric(10, 1) as plan_days,
    plan_cost::numeric(14, 2) as plan_cost,
    greatest(plan_cost - budget, 0)::numeric(14, 2) as over_budget
from planned
