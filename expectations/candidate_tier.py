"""Gate 2 over computed tiers: gates, points and the year before, decided again from the frozen rows."""

from __future__ import annotations

from school_support.quality.evidence import inspections, notes_in_force
from school_support.quality.rules import IMPROVEMENT_LEAD, Candidate, Check, Rule, no_rows

BUILD_AGAIN = (
    "The tier is not what the ruleset gives. Compare marts.school_gate, marts.school_score and marts.school_tier, and build the "
    "assessment again."
)
# What gates and points give together, before the year before counts.
GIVEN = """
    , given as materialized (
        select batch.*, candidate.ruleset, ruleset.carry_forward_years,
            gate.minimum_rank as gate_rank,
            case when batch.coverage >= ruleset.minimum_coverage then points.tier_rank end as points_rank,
            (select max(tier_rank) from seeds.rule_tier where ruleset = candidate.ruleset) as top_rank
        from batch
        inner join publication.candidate using (candidate_id)
        inner join seeds.rule_ruleset as ruleset on ruleset.ruleset = candidate.ruleset
        left join lateral (
            select max(cuts.tier_rank) as tier_rank from seeds.rule_tier as cuts
            where cuts.ruleset = candidate.ruleset and cuts.cut_from <= batch.points_share
        ) as points on true
        left join lateral (
            select max(tiers.tier_rank) as minimum_rank
            from unnest(string_to_array(batch.gates, ', ')) as named (gate)
            inner join seeds.rule_gate as gates on gates.ruleset = candidate.ruleset and gates.gate = named.gate
            inner join seeds.rule_tier as tiers on tiers.ruleset = gates.ruleset and tiers.tier = gates.minimum_tier
        ) as gate on true
    ),
    -- Results of one year alone never lead to the top tier; whether they did stands in `decided_by`.
    ranked as materialized (
        select given.*, case when points_rank = top_rank and computed_tier_rank < top_rank
            then top_rank - 1 else points_rank end as capped_rank
        from given
    )
"""
SEEN = """
    , seen as (
        select inspection.*, row_number() over (partition by inspection.urn order by inspection_date desc) as recency
        from publication.inspection
        where candidate_id = (select min(candidate_id) from batch) and not relates_to_predecessor
    ),
    named as (
        select batch.urn, latest.inspection_date, latest.overall_effectiveness as grade, latest.category_of_concern as category,
            latest.concern_level as concern, former.overall_effectiveness as former_grade,
            string_to_array(coalesce(batch.gates, ''), ', ') as gates, candidate.ruleset
        from batch
        inner join publication.candidate using (candidate_id)
        left join seen as latest on latest.urn = batch.urn and latest.recency = 1
        left join seen as former on former.urn = batch.urn and former.recency = 2
    )
    select named.urn, named.gates::text, named.inspection_date, named.grade, named.category, named.concern, named.former_grade
    from named
    where
"""


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    return [*_gates(candidate), *_ranks(candidate)]


def _gates(candidate: Candidate) -> list[Rule]:
    return [
        _gate(
            "category_of_concern",
            "the latest inspection left the school in a category of concern",
            "category is not null",
        ),
        _gate("inadequate_grade", "the latest inspection judged the school inadequate", "grade = '4'"),
        _rule(
            "gate_stuck",
            "The gate of two inspections below good is named where both were, and only where the former was and the latest "
            "found a concern.",
            no_rows(
                f"{SEEN} (grade >= '3' and former_grade >= '3' and not 'stuck' = any(gates)) or ('stuck' = any(gates) and "
                "(coalesce(former_grade < '3', true) or concern not in ('concern', 'serious')))"
            ),
        ),
        _rule(
            "gates_by_judgements",
            "A gate by single judgements is named exactly where the files give the school's latest inspection such a judgement.",
            no_rows(
                f"""
                , {inspections(candidate)},
                latest as (
                    select batch.urn, string_to_array(coalesce(batch.gates, ''), ', ') as gates, candidate.ruleset,
                        inspection.regime, bool_or(events.safeguarding in ('No', 'Not met')) as safeguarding_not_met,
                        bool_or('Urgent improvement' = any(events.card_words)) as urgent_improvement,
                        bool_or(events.leadership_and_governance = 'Needs attention') as leadership_needs_attention,
                        bool_or(events.quality_of_education = '3' or events.leadership_and_management = '3') as key_judgement
                    from batch
                    inner join publication.candidate using (candidate_id)
                    inner join seeds.rule_ruleset as the_rules on the_rules.ruleset = candidate.ruleset
                    left join publication.inspection as inspection on inspection.candidate_id = batch.candidate_id
                        and inspection.urn = batch.urn and inspection.is_latest
                    left join events on events.urn = inspection.inspection_urn
                        and abs(events.day - inspection.inspection_date) <= the_rules.same_inspection_days
                    group by batch.urn, batch.gates, candidate.ruleset, inspection.regime
                )
                select latest.urn, gate.gate, latest.gates::text as named, caught.is_caught
                from latest
                inner join seeds.rule_gate as gate on gate.ruleset = latest.ruleset
                cross join lateral (
                    select coalesce(case gate.gate
                        when 'safeguarding_not_met' then safeguarding_not_met
                        when 'urgent_improvement' then urgent_improvement
                        when 'leadership_needs_attention' then leadership_needs_attention
                        when 'key_judgement_requires_improvement'
                            then key_judgement and regime = any(string_to_array(gate.regimes, ' '))
                    end, false) as is_caught
                ) as caught
                where gate.gate in ('safeguarding_not_met', 'urgent_improvement', 'leadership_needs_attention',
                        'key_judgement_requires_improvement')
                    and caught.is_caught <> (gate.gate = any(latest.gates))
                """
            ),
        ),
        _rule(
            "gate_safeguarding_noted",
            "The gate of officers' notes is named exactly where one in force holds a serious concern about safeguarding.",
            no_rows(
                f"""
                , {notes_in_force(candidate)}
                select batch.urn, batch.gates
                from batch
                inner join publication.candidate using (candidate_id)
                inner join seeds.rule_gate as gate on gate.ruleset = candidate.ruleset and gate.gate = 'safeguarding_noted'
                where (gate.gate = any(string_to_array(coalesce(batch.gates, ''), ', '))) <> exists (
                    select from notes
                    where notes.urn = batch.urn and notes.category = 'safeguarding' and notes.concern = 'serious'
                )
                """
            ),
        ),
        _rule(
            "gates_are_those_that_caught",
            "Every gate that caught a school in the assessment is named, and no other.",
            no_rows(
                f"""
                select batch.urn, batch.gates, caught.gates as gates_of_the_assessment
                from batch
                left join (
                    select urn, string_agg(gate, ', ' order by minimum_tier_rank desc, gate) as gates
                    from marts.school_gate where assessment_id = {candidate.assessment_id} group by urn
                ) as caught on caught.urn = batch.urn
                where batch.gates is distinct from caught.gates
                """
            ),
        ),
        _rule(
            "gate_attainment_has_its_figure",
            "The gate of attainment is named only where an indicator of attainment is likely beyond its line over enough years.",
            no_rows(
                """
                select batch.urn, batch.gates
                from batch
                inner join publication.candidate using (candidate_id)
                inner join seeds.rule_ruleset as ruleset on ruleset.ruleset = candidate.ruleset
                where 'attainment_below_twice' = any(string_to_array(batch.gates, ', '))
                    and not exists (
                        select from publication.school_indicator as indicator
                        where indicator.candidate_id = batch.candidate_id and indicator.urn = batch.urn
                            and indicator.domain = 'attainment' and indicator.flag = 'likely'
                            and cardinality(string_to_array(indicator.academic_years, ', ')) >= ruleset.minimum_years_for_gate
                    )
                """
            ),
        ),
    ]


def _ranks(candidate: Candidate) -> list[Rule]:
    return [
        _rule(
            "computed_tier_filled_and_known",
            "Every computed tier, with its name and rank, is one of the ruleset's.",
            no_rows(
                """
                select batch.urn, batch.computed_tier, batch.computed_tier_name, batch.computed_tier_rank
                from batch
                inner join publication.candidate using (candidate_id)
                left join seeds.rule_tier as tiers on tiers.ruleset = candidate.ruleset and tiers.tier = batch.computed_tier
                where tiers.tier is null or batch.computed_tier_name is distinct from tiers.tier_name
                    or batch.computed_tier_rank is distinct from tiers.tier_rank
                """
            ),
        ),
        _rule(
            "computed_tier_is_the_higher",
            "Where no earlier year counts, the computed tier is the higher of what gates and points give.",
            no_rows(
                f"""
                {GIVEN}
                select urn, computed_tier, computed_tier_rank, gate_rank, points_rank, decided_by
                from ranked
                where decided_by not in ('held', 'carried_forward')
                    and computed_tier_rank is distinct from greatest(gate_rank, capped_rank)
                """
            ),
        ),
        _rule(
            "decided_by_what_decided",
            "A gate is said to decide where it gives no less than the points, and one year where it kept the top tier away.",
            no_rows(
                f"""
                {GIVEN}
                select urn, decided_by, gate_rank, points_rank, computed_tier_rank
                from ranked
                where decided_by not in ('held', 'carried_forward') and decided_by <> case
                    when gate_rank >= coalesce(capped_rank, 0) then 'gate'
                    when capped_rank < points_rank then 'one_year'
                    when capped_rank is not null then 'points'
                    else 'coverage' end
                """
            ),
        ),
        _rule(
            "held_by_the_year_before",
            "A tier is held or carried forward only from the assessment before, at the tier computed there, and never below "
            "what the rules give now.",
            no_rows(
                f"""
                {GIVEN}
                select ranked.urn, ranked.decided_by, ranked.computed_tier_rank, ranked.gate_rank, ranked.points_rank,
                    before.computed_tier_rank as rank_before
                from ranked
                left join control.assessment on assessment.assessment_id = {candidate.assessment_id}
                left join marts.school_tier as before
                    on before.assessment_id = assessment.previous_assessment_id and before.urn = ranked.urn
                where ranked.decided_by in ('held', 'carried_forward') and (
                    before.computed_tier_rank is null or ranked.computed_tier_rank is null
                    or ranked.computed_tier_rank > before.computed_tier_rank
                    or (ranked.decided_by = 'held'
                        and ranked.computed_tier_rank <= coalesce(greatest(ranked.gate_rank, ranked.capped_rank), 9))
                    or (ranked.decided_by = 'carried_forward' and (
                        greatest(ranked.gate_rank, ranked.capped_rank) is not null
                        or ranked.computed_tier_rank <> before.computed_tier_rank))
                )
                """
            ),
        ),
        _rule(
            "step_down_after_two",
            "A computed tier is lower than in the assessment before only where that one's rules gave less too, or an "
            "inspection since then improved.",
            no_rows(
                f"""
                select batch.urn, before.computed_tier as tier_before, batch.computed_tier
                from batch
                inner join control.assessment on assessment.assessment_id = {candidate.assessment_id}
                inner join control.assessment as former on former.assessment_id = assessment.previous_assessment_id
                inner join marts.school_tier as before on before.assessment_id = former.assessment_id and before.urn = batch.urn
                where batch.computed_tier_rank < before.computed_tier_rank
                    and batch.computed_tier_rank < coalesce(before.rank_without_history, before.computed_tier_rank)
                    and not exists (
                        select from publication.inspection
                        where inspection.candidate_id = batch.candidate_id and inspection.urn = batch.urn
                            and inspection.is_latest and inspection.inspection_date > former.as_at
                    )
                """
            ),
        ),
    ]


def _gate(gate: str, caught: str, holds: str) -> Rule:
    return _rule(
        f"gate_{gate}",
        f"The gate {gate.replace('_', ' ')} is named exactly where {caught}.",
        no_rows(
            f"{SEEN} exists (select from seeds.rule_gate where rule_gate.ruleset = named.ruleset and gate = '{gate}') "
            f"and coalesce({holds}, false) <> ('{gate}' = any(gates))"
        ),
    )


def _rule(name: str, sentence: str, check: Check) -> Rule:
    return Rule(name, IMPROVEMENT_LEAD, "critical", sentence, BUILD_AGAIN, check)
