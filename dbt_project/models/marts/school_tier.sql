-- Exactly one tier for every school of the register: gates first, then points, and neither on thin evidence; then what
-- the assessment before it says. A step up counts at once; a step down counts when the rules say so twice running, or
-- after an improved inspection. That is the computed tier; where the panel overrides it, the final one is the panel's,
-- and an assessment's past is always what was computed.
with recursive

assessments as (
    select * from {{ source('control', 'assessment') }} where assessment_id in {{ selected_assessments() }}
),

earlier_assessments as (select * from {{ source('control', 'assessment') }}),

rulesets as (select * from {{ ref('rule_ruleset') }}),

tiers as (select * from {{ ref('rule_tier') }}),

rule_gates as (select * from {{ ref('rule_gate') }}),

settings as (select * from {{ ref('authority_setting') }}),

scored as (select * from {{ ref('school_score') }} where assessment_id in {{ selected_assessments() }}),

gates as (select * from {{ ref('school_gate') }} where assessment_id in {{ selected_assessments() }}),

inspections as (select * from {{ ref('int_inspections__by_school') }}),

reasons as (
    select * from {{ ref('school_reason') }} where assessment_id in {{ selected_assessments() }} and is_told
),

decisions as (select * from {{ ref('panel_decision') }} where assessment_id in {{ selected_assessments() }}),

sensitivity as (select * from {{ ref('school_sensitivity') }} where assessment_id in {{ selected_assessments() }}),

-- Assessments that this build does not make stand as they were built.
built_before as (
    {% if is_incremental() -%}
        select assessment_id, urn, computed_tier_rank as tier_rank, rank_without_history, carried_years
        from {{ this }}
        where assessment_id not in {{ selected_assessments() }}
    {%- else -%}
        select
            null::bigint as assessment_id,
            null::text as urn,
            null::integer as tier_rank,
            null::integer as rank_without_history,
            null::integer as carried_years
        where false
    {%- endif %}
),

improved as (
    select
        assessments.assessment_id,
        latest.urn
    from assessments
    inner join earlier_assessments on assessments.previous_assessment_id = earlier_assessments.assessment_id
    inner join inspections as latest on assessments.assessment_id = latest.assessment_id and latest.recency = 1
    inner join
        inspections as previous
        on latest.assessment_id = previous.assessment_id and latest.urn = previous.urn and previous.recency = 2
    where
        latest.inspection_date > earlier_assessments.as_at
        and latest.concern_rank < previous.concern_rank
),

told as (
    select
        scored.*,
        assessments.previous_assessment_id,
        rulesets.carry_forward_years,
        improved.urn is not null as is_improved
    from scored
    inner join assessments on scored.assessment_id = assessments.assessment_id
    inner join rulesets on scored.ruleset = rulesets.ruleset
    left join improved on scored.assessment_id = improved.assessment_id and scored.urn = improved.urn
),

beginnings as (
    select
        told.*,
        built_before.tier_rank as previous_rank,
        built_before.rank_without_history as previous_computed_rank,
        built_before.carried_years as previous_carried_years
    from told
    left join
        built_before
        on told.previous_assessment_id = built_before.assessment_id and told.urn = built_before.urn
    where
        not exists (
            select 1
            from told as before
            where before.assessment_id = told.previous_assessment_id and before.urn = told.urn
        )
),

chained as (
    select
        beginnings.assessment_id,
        beginnings.urn,
        beginnings.computed_rank,
        beginnings.previous_rank,
        {{ settled(
            'beginnings', 'beginnings.previous_rank', 'beginnings.previous_computed_rank',
            'beginnings.previous_carried_years'
        ) }}
    from beginnings

    union all

    select
        told.assessment_id,
        told.urn,
        told.computed_rank,
        chained.tier_rank,
        {{ settled('told', 'chained.tier_rank', 'chained.computed_rank', 'chained.carried_years') }}
    from chained
    inner join told on chained.assessment_id = told.previous_assessment_id and chained.urn = told.urn
),

decided as (
    select
        told.*,
        chained.tier_rank,
        chained.previous_rank,
        chained.carried_years,
        case
            when told.computed_rank is null and chained.tier_rank is not null then 'carried_forward'
            when chained.tier_rank > told.computed_rank then 'held'
            else told.computed_by
        end as decided_by
    from told
    inner join chained on told.assessment_id = chained.assessment_id and told.urn = chained.urn
),

reason_texts as (
    select
        assessment_id,
        urn,
        string_agg(sentence, e'\n' order by position) as reasons
    from reasons
    group by assessment_id, urn
),

swept as (
    select
        assessment_id,
        urn,
        string_agg(scenario || ': ' || tier_name, '; ' order by scenario) as sensitive_to
    from sensitivity
    group by assessment_id, urn
),

gate_exits as (
    select
        gates.assessment_id,
        gates.urn,
        string_agg(rule_gates.exit, ' ' order by gates.minimum_tier_rank desc, gates.gate) as exits
    from gates
    inner join assessments on gates.assessment_id = assessments.assessment_id
    inner join rule_gates on assessments.ruleset = rule_gates.ruleset and gates.gate = rule_gates.gate
    inner join decided on gates.assessment_id = decided.assessment_id and gates.urn = decided.urn
    where gates.minimum_tier_rank = decided.tier_rank
    group by gates.assessment_id, gates.urn
),

-- Where two decisions differ nothing is chosen: the computed tier stands and the gate stops the list.
panel as (
    select
        assessment_id,
        urn,
        max(decision) as decision,
        max(tier) as tier,
        max(reason) as reason,
        max(expires_on) as expires_on
    from decisions
    group by assessment_id, urn
    having count(distinct decision || coalesce(' ' || tier, '')) = 1
),

final_tiers as (
    select
        decided.*,
        tiers.tier as computed_tier,
        tiers.tier_name as computed_tier_name,
        tiers.cut_from,
        panel.decision,
        panel.reason as decision_reason,
        panel.expires_on,
        coalesce(panel.tier, tiers.tier) as final_tier
    from decided
    left join
        tiers
        on decided.ruleset = tiers.ruleset
        and tiers.tier_rank is not distinct from decided.tier_rank
    left join panel on decided.assessment_id = panel.assessment_id and decided.urn = panel.urn
),

worded as (
    select
        final_tiers.*,
        tiers.tier,
        tiers.tier_name,
        tiers.tier_rank as final_tier_rank,
        tiers.support_days,
        swept.sensitive_to,
        case
            when final_tiers.decision = 'override'
                then
                    'The panel decided on this level of support; the rules alone give '
                    || final_tiers.computed_tier_name || '. Its reason: ' || final_tiers.decision_reason
        end as panel_sentence,
        case
            when final_tiers.decided_by = 'held'
                then
                    'The rules alone would give less support this time. A step down counts when they say so in two'
                    || ' assessments running, or after an improved inspection.'
            when final_tiers.decided_by = 'one_year'
                then
                    'The points alone would mean the highest tier. The results of one year never lead there: no result'
                    || ' that stands against the school does so in the years before it too.'
            when final_tiers.decided_by = 'carried_forward'
                then 'Too little is known this year, so the tier of the year before is carried forward.'
        end as history_sentence,
        case
            when final_tiers.decision = 'override'
                then 'The panel''s decision counts until ' || {{ day_in_words('final_tiers.expires_on') }} || '.'
            when final_tiers.tier_rank is null
                then 'Leaves this outcome when half of the points can be judged, or when an adviser decides.'
            when final_tiers.tier_rank = 1 then null
            else
                concat_ws(
                    ' ',
                    gate_exits.exits,
                    'Points must be fewer than '
                    || to_char(final_tiers.cut_from * final_tiers.points_available, 'FM990.00')
                    || ' of the ' || to_char(final_tiers.points_available, 'FM990.00') || ' available (now '
                    || to_char(final_tiers.points, 'FM990.00')
                    || '), in two assessments running or with an improved inspection.'
                )
        end as exit_criteria
    from final_tiers
    left join tiers on final_tiers.ruleset = tiers.ruleset and final_tiers.final_tier = tiers.tier
    left join swept on final_tiers.assessment_id = swept.assessment_id and final_tiers.urn = swept.urn
    left join
        gate_exits
        on final_tiers.assessment_id = gate_exits.assessment_id and final_tiers.urn = gate_exits.urn
)

select
    worded.assessment_id,
    worded.authority,
    worded.urn,
    worded.tier,
    worded.tier_name,
    worded.final_tier_rank as tier_rank,
    worded.computed_tier,
    worded.computed_tier_name,
    worded.tier_rank as computed_tier_rank,
    worded.decided_by,
    worded.computed_rank as rank_without_history,
    worded.previous_rank,
    worded.carried_years,
    worded.points::numeric(6, 2) as points,
    worded.points_available::numeric(6, 2) as points_available,
    worded.points_share,
    worded.coverage,
    worded.risk,
    worded.sensitive_to is not null as is_borderline,
    worded.sensitive_to,
    worded.exit_criteria,
    worded.support_days::numeric(5, 1) as support_days,
    (worded.support_days * settings.day_rate)::numeric(10, 2) as support_cost,
    worded.gates,
    worded.decision,
    worded.decision_reason,
    concat_ws(e'\n', worded.panel_sentence, worded.history_sentence, reason_texts.reasons) as reasons
from worded
left join settings on worded.authority = settings.authority
left join reason_texts on worded.assessment_id = reason_texts.assessment_id and worded.urn = reason_texts.urn
