-- Exactly one tier for every school of the register: gates first, then points, and neither on thin evidence.
with

schools as (select * from {{ ref('dim_school') }} where assessment_id in {{ selected_assessments() }}),

assessments as (select distinct assessment_id, ruleset from {{ ref('int_assessment__releases') }}),

rulesets as (select * from {{ ref('rule_ruleset') }}),

tiers as (select * from {{ ref('rule_tier') }}),

domains as (select * from {{ ref('rule_domain') }}),

settings as (select * from {{ ref('authority_setting') }}),

risks as (select * from {{ ref('school_risk') }} where assessment_id in {{ selected_assessments() }}),

gates as (select * from {{ ref('school_gate') }} where assessment_id in {{ selected_assessments() }}),

indicators as (select * from {{ ref('school_indicator') }} where assessment_id in {{ selected_assessments() }}),

ruleset_caps as (
    select
        ruleset,
        sum(domain_cap) as cap
    from domains
    group by ruleset
),

summed as (
    select
        assessment_id,
        urn,
        sum(points) as points,
        sum(points_available) as points_available
    from risks
    group by assessment_id, urn
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
        (summed.points_available / ruleset_caps.cap)::numeric(5, 4) as coverage,
        gated.gate_rank,
        gated.gates
    from schools
    inner join assessments on schools.assessment_id = assessments.assessment_id
    inner join rulesets on assessments.ruleset = rulesets.ruleset
    inner join ruleset_caps on assessments.ruleset = ruleset_caps.ruleset
    inner join summed on schools.assessment_id = summed.assessment_id and schools.urn = summed.urn
    left join gated on schools.assessment_id = gated.assessment_id and schools.urn = gated.urn
),

ranked as (
    select
        shared.*,
        case
            when shared.coverage >= shared.minimum_coverage then (
                select max(tiers.tier_rank)
                from tiers
                where tiers.ruleset = shared.ruleset and tiers.cut_from <= shared.points_share
            )
        end as points_rank
    from shared
),

decided as (
    select
        ranked.*,
        greatest(ranked.gate_rank, ranked.points_rank) as decided_rank,
        case
            when ranked.gate_rank >= coalesce(ranked.points_rank, 0) then 'gate'
            when ranked.points_rank is not null then 'points'
            else 'coverage'
        end as decided_by
    from ranked
),

-- Strongest first: gates, then the indicators that gave most points, then strengths; three to six in all where there
-- are so many.
sentences as (
    select
        assessment_id,
        urn,
        1 as kind,
        -minimum_tier_rank as strength,
        gate as item,
        sentence
    from gates

    union all

    select
        decided.assessment_id,
        decided.urn,
        2,
        0,
        'coverage',
        'Only ' || to_char(100 * decided.coverage, 'FM990') || '% of the points could be judged with what was known'
        || case
            when decided.phase in ('nursery', 'pupil_referral_unit', 'special', 'post_16', 'unknown')
                then ': no results indicator covers a ' || case decided.phase
                    when 'nursery' then 'nursery school'
                    when 'special' then 'special school'
                    when 'post_16' then 'sixth form institution'
                    when 'unknown' then 'school of unknown phase'
                    else replace(decided.phase, '_', ' ')
                end || '. '
            else '. '
        end
        || 'An adviser decides with the school.'
    from decided
    where decided.decided_by = 'coverage'

    union all

    select
        assessment_id,
        urn,
        case when points > 0 then 3 when flag = 'none' then 4 else 5 end,
        case when points > 0 then -points else coalesce(probability_beyond_line, 0) end,
        indicator,
        sentence
    from indicators
),

positioned as (
    select
        *,
        row_number() over (partition by assessment_id, urn order by kind, strength, item) as position
    from sentences
),

reasons as (
    select
        assessment_id,
        urn,
        string_agg(sentence, e'\n' order by position) as reasons
    from positioned
    where position <= 6
    group by assessment_id, urn
)

select
    decided.assessment_id,
    decided.authority,
    decided.urn,
    coalesce(tiers.tier, outcome.tier) as tier,
    coalesce(tiers.tier_name, outcome.tier_name) as tier_name,
    tiers.tier_rank,
    decided.decided_by,
    decided.points::numeric(6, 2) as points,
    decided.points_available::numeric(6, 2) as points_available,
    decided.points_share,
    decided.coverage,
    coalesce(tiers.support_days, outcome.support_days)::numeric(5, 1) as support_days,
    (coalesce(tiers.support_days, outcome.support_days) * settings.day_rate)::numeric(10, 2) as support_cost,
    decided.gates,
    reasons.reasons
from decided
left join tiers on decided.ruleset = tiers.ruleset and decided.decided_rank = tiers.tier_rank
left join tiers as outcome on decided.ruleset = outcome.ruleset and outcome.tier = 'insufficient_evidence'
left join settings on decided.authority = settings.authority
left join reasons on decided.assessment_id = reasons.assessment_id and decided.urn = reasons.urn
