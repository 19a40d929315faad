-- The scenarios under which a school would stand in another tier: each cut raised or lowered by the ruleset's share,
-- each indicator left out. A school without a row is stable.
with

rulesets as (select * from {{ ref('rule_ruleset') }}),

tiers as (select * from {{ ref('rule_tier') }}),

domains as (select * from {{ ref('rule_domain') }}),

scored as (
    select *
    from {{ ref('school_score') }}
    where assessment_id in {{ selected_assessments() }} and points_rank is not null
),

indicators as (select * from {{ ref('school_indicator') }} where assessment_id in {{ selected_assessments() }}),

by_domain as (
    select
        *,
        sum(points) over school_domain as domain_points,
        sum(points_available) over school_domain as domain_available,
        sum(weight) over school_domain as domain_weight
    from indicators
    where weight > 0
    window school_domain as (partition by assessment_id, urn, domain)
),

left_out as (
    select
        scored.assessment_id,
        scored.authority,
        scored.urn,
        scored.ruleset,
        scored.gate_rank,
        scored.most_points_rank,
        scored.computed_rank,
        'without ' || by_domain.indicator as scenario,
        1.0 as cut_factor,
        scored.points - domains.domain_cap * by_domain.domain_points / by_domain.domain_weight
        + coalesce(
            domains.domain_cap * (by_domain.domain_points - by_domain.points)
            / nullif(by_domain.domain_weight - by_domain.weight, 0), 0
        ) as points,
        scored.points_available - domains.domain_cap * by_domain.domain_available / by_domain.domain_weight
        + coalesce(
            domains.domain_cap * (by_domain.domain_available - by_domain.points_available)
            / nullif(by_domain.domain_weight - by_domain.weight, 0), 0
        ) as points_available
    from scored
    inner join by_domain on scored.assessment_id = by_domain.assessment_id and scored.urn = by_domain.urn
    inner join domains on scored.ruleset = domains.ruleset and by_domain.domain = domains.domain
    where by_domain.points_available > 0
),

cuts_moved as (
    select
        scored.assessment_id,
        scored.authority,
        scored.urn,
        scored.ruleset,
        scored.gate_rank,
        scored.most_points_rank,
        scored.computed_rank,
        moved.scenario,
        1 + moved.sign * rulesets.sweep_share as cut_factor,
        scored.points,
        scored.points_available
    from scored
    inner join rulesets on scored.ruleset = rulesets.ruleset
    cross join (values ('cuts raised', 1), ('cuts lowered', -1)) as moved (scenario, sign)
),

scenarios as (
    select * from left_out
    union all
    select * from cuts_moved
),

shared as (
    select
        *,
        (points / nullif(points_available, 0))::numeric(5, 4) as points_share
    from scenarios
    -- Nothing left to judge by is no other tier.
    where points_available > 0
),

ranked as (
    select
        shared.assessment_id,
        shared.authority,
        shared.urn,
        shared.ruleset,
        shared.scenario,
        shared.points_share,
        shared.computed_rank,
        greatest(shared.gate_rank, least(max(tiers.tier_rank), shared.most_points_rank)) as scenario_rank
    from shared
    inner join
        tiers
        on shared.ruleset = tiers.ruleset and tiers.cut_from * shared.cut_factor <= coalesce(shared.points_share, 0)
    group by
        shared.assessment_id, shared.authority, shared.urn, shared.ruleset, shared.scenario, shared.points_share,
        shared.computed_rank, shared.gate_rank, shared.most_points_rank
)

select
    ranked.assessment_id,
    ranked.authority,
    ranked.urn,
    ranked.scenario,
    ranked.points_share,
    tiers.tier,
    tiers.tier_name,
    tiers.tier_rank
from ranked
inner join tiers on ranked.ruleset = tiers.ruleset and ranked.scenario_rank = tiers.tier_rank
where ranked.scenario_rank <> ranked.computed_rank
