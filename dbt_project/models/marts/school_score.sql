-- Each school's points out of those available, and its rank by gates and by points, before any history.
{#- The planner takes the schools of an assessment for a handful, and would compare each with every other. -#}
{{ config(pre_hook="set local enable_nestloop = off") }}
with

schools as (select * from {{ ref('dim_school') }} where assessment_id in {{ selected_assessments() }}),

assessments as (select distinct assessment_id, ruleset from {{ ref('int_assessment__releases') }}),

rulesets as (select * from {{ ref('rule_ruleset') }}),

tiers as (select * from {{ ref('rule_tier') }}),

domains as (select * from {{ ref('rule_domain') }}),

indicators as (select * from {{ ref('school_indicator') }} where assessment_id in {{ selected_assessments() }}),

risks as (select * from {{ ref('school_risk') }} where assessment_id in {{ selected_assessments() }}),

gates as (select * from {{ ref('school_gate') }} where assessment_id in {{ selected_assessments() }}),

coverage_caps as (
    select
        ruleset,
        sum(domain_cap) as cap
    from domains
    where counts_for_coverage
    group by ruleset
),

summed as (
    select
        risks.assessment_id,
        risks.urn,
        sum(risks.points) as points,
        sum(risks.points_available) as points_available,
        sum(risks.risk_points) / nullif(sum(risks.risk_weight), 0) as risk,
        coalesce(sum(risks.points_available) filter (where domains.counts_for_coverage), 0) as core_available
    from risks
    inner join assessments on risks.assessment_id = assessments.assessment_id
    inner join domains on assessments.ruleset = domains.ruleset and risks.domain = domains.domain
    group by risks.assessment_id, risks.urn
),

-- One bad year never leads to the top tier: some result that stands against the school must do so in earlier years too.
borne_out as (
    select
        assessment_id,
        urn,
        bool_or(is_borne_out) as is_borne_out
    from indicators
    where is_borne_out is not null
    group by assessment_id, urn
),

tops as (
    select
        ruleset,
        max(tier_rank) as top_rank
    from tiers
    group by ruleset
),

gated as (
    select
        assessment_id,
        urn,
        max(minimum_tier_rank) as gate_rank,
        string_agg(gate, ', ' order by minimum_tier_rank desc, gate) as gates
    from gates
    group by assessment_id, urn
),

shared as (
    select
        schools.assessment_id,
        schools.authority,
        schools.urn,
        schools.phase,
        assessments.ruleset,
        rulesets.minimum_coverage,
        summed.points,
        summed.points_available,
        -- Rounded before it meets a cut: what is published is what decided.
        (summed.points / nullif(summed.points_available, 0))::numeric(5, 4) as points_share,
        (summed.core_available / coverage_caps.cap)::numeric(5, 4) as coverage,
        summed.risk::numeric(5, 4) as risk,
        gated.gate_rank,
        gated.gates,
        case when borne_out.is_borne_out is false then tops.top_rank - 1 else tops.top_rank end as most_points_rank
    from schools
    inner join assessments on schools.assessment_id = assessments.assessment_id
    inner join rulesets on assessments.ruleset = rulesets.ruleset
    inner join coverage_caps on assessments.ruleset = coverage_caps.ruleset
    inner join summed on schools.assessment_id = summed.assessment_id and schools.urn = summed.urn
    inner join tops on assessments.ruleset = tops.ruleset
    left join borne_out on schools.assessment_id = borne_out.assessment_id and schools.urn = borne_out.urn
    left join gated on schools.assessment_id = gated.assessment_id and schools.urn = gated.urn
),

ranked as (
    select
        shared.*,
        max(tiers.tier_rank) as reached_rank,
        -- No tier by points stays none: least() would pass a null over.
        case when max(tiers.tier_rank) is not null then least(max(tiers.tier_rank), shared.most_points_rank) end
            as points_rank
    from shared
    left join
        tiers
        on
        shared.ruleset = tiers.ruleset
        and shared.coverage >= shared.minimum_coverage
        and shared.points_share >= tiers.cut_from
    group by
        shared.assessment_id, shared.authority, shared.urn, shared.phase, shared.ruleset, shared.minimum_coverage,
        shared.points, shared.points_available, shared.points_share, shared.coverage, shared.risk, shared.gate_rank,
        shared.gates, shared.most_points_rank
)

select
    assessment_id,
    authority,
    urn,
    phase,
    ruleset,
    points::numeric(6, 2) as points,
    points_available::numeric(6, 2) as points_available,
    points_share,
    coverage,
    risk,
    gate_rank::integer as gate_rank,
    points_rank::integer as points_rank,
    most_points_rank::integer as most_points_rank,
    greatest(gate_rank, points_rank)::integer as computed_rank,
    case
        when gate_rank >= coalesce(points_rank, 0) then 'gate'
        when points_rank < reached_rank then 'one_year'
        when points_rank is not null then 'points'
        else 'coverage'
    end as computed_by,
    gates
from ranked
