"""Gate 2 over reasons: every line of `publication.support_list.reasons` is a sentence that one of the school's rows bears."""

from __future__ import annotations

from school_support.quality.rules import IMPROVEMENT_LEAD, Candidate, Check, Rule, no_rows

WRITE_AGAIN = (
    "The list tells a school what no row of its says. Compare marts.school_reason and marts.school_tier, mend them, and build "
    "the assessment again."
)
ONE_YEAR = (
    "The points alone would mean the highest tier. The results of one year never lead there: no result that stands against "
    "the school does so in the years before it too."
)
HELD = (
    "The rules alone would give less support this time. A step down counts when they say so in two assessments running, or "
    "after an improved inspection."
)
CARRIED = "Too little is known this year, so the tier of the year before is carried forward."
HISTORY = f"(values ('one_year', '{ONE_YEAR}'), ('held', '{HELD}'), ('carried_forward', '{CARRIED}')) as history (decided_by, said)"
PANEL = (
    "'The panel decided on this level of support; the rules alone give ' || batch.computed_tier_name || '. Its reason: ' "
    "|| batch.decision_reason"
)
# Each school's lines in order; what the panel said may have lines of its own and counts as one.
LINES = f"""
    , opened as (
        select batch.*,
            case when batch.decision = 'override' and starts_with(batch.reasons, {PANEL})
                then ltrim(substr(batch.reasons, 1 + length({PANEL})), e'\\n') else batch.reasons end as rest
        from batch
    ),
    lines as materialized (
        select opened.candidate_id, opened.urn, opened.decided_by, opened.gates, opened.coverage, opened.phase, told.line
        from opened
        cross join lateral unnest(string_to_array(opened.rest, e'\\n')) as told (line)
    ),
    -- The sentence of each gate, cut at the place where what it caught is filled in.
    gates as materialized (
        select batch.urn, gate.gate, split_part(gate.sentence, '{{detail}}', 1) as begins,
            split_part(gate.sentence, '{{detail}}', 2) as ends
        from batch
        inner join publication.candidate using (candidate_id)
        cross join unnest(string_to_array(batch.gates, ', ')) as named (gate)
        inner join seeds.rule_gate as gate on gate.ruleset = candidate.ruleset and gate.gate = named.gate
    ),
    of_gates as materialized (
        select lines.urn, gates.gate, lines.line,
            substr(lines.line, 1 + length(gates.begins), length(lines.line) - length(gates.begins) - length(gates.ends)) as detail
        from lines
        inner join gates on gates.urn = lines.urn
            and starts_with(lines.line, gates.begins) and right(lines.line, length(gates.ends)) = gates.ends
        where not exists (
            select from publication.school_indicator as indicator
            where indicator.candidate_id = lines.candidate_id and indicator.urn = lines.urn and indicator.sentence = lines.line
        )
    )
"""
COVERAGE = (
    "'Only ' || round(100 * lines.coverage) || '% of the points could be judged with what was known' "
    "|| case when words.has_results_indicator then '' else ': no results indicator covers a ' || words.words end "
    "|| '. An adviser decides with the school.'"
)
# Own inspections, the newest first.
SEEN = """
    , seen as (
        select inspection.urn, to_char(inspection_date, 'FMDD FMMonth YYYY') as day, category_of_concern,
            row_number() over (partition by inspection.urn order by inspection_date desc) as recency
        from publication.inspection
        where candidate_id = (select min(candidate_id) from batch) and not relates_to_predecessor
    )
"""


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    del candidate
    return [
        _rule(
            "reasons_of_its_own_rows",
            "Every reason is a sentence of one of the school's indicators or gates, or what decided its tier.",
            no_rows(
                f"""
                {LINES}
                select lines.urn, lines.line
                from lines
                left join seeds.phase_in_words as words on words.phase = lines.phase
                where not exists (
                        select from publication.school_indicator as indicator
                        where indicator.candidate_id = lines.candidate_id and indicator.urn = lines.urn
                            and indicator.sentence = lines.line
                    )
                    and not exists (select from of_gates where of_gates.urn = lines.urn and of_gates.line = lines.line)
                    and not (lines.decided_by = 'coverage' and lines.line = {COVERAGE})
                    and not exists (
                        select from {HISTORY} where history.decided_by = lines.decided_by and history.said = lines.line
                    )
                """
            ),
        ),
        _rule(
            "what_decided_is_said",
            "What decided a tier is among its reasons: each gate, too little coverage, the year before, or the panel.",
            no_rows(
                f"""
                {LINES}
                select batch.urn, batch.decided_by, batch.gates, batch.decision
                from batch
                left join {HISTORY} on history.decided_by = batch.decided_by
                where (batch.decision = 'override' and not starts_with(batch.reasons, {PANEL}))
                    or (history.said is not null and not exists (
                        select from lines where lines.urn = batch.urn and lines.line = history.said))
                    or (batch.decided_by = 'coverage' and not exists (
                        select from lines where lines.urn = batch.urn and starts_with(lines.line, 'Only ')))
                    or (select least(4, count(*)) from gates where gates.urn = batch.urn)
                        > (select count(distinct of_gates.gate) from of_gates where of_gates.urn = batch.urn)
                """
            ),
        ),
        _rule(
            "no_reason_twice",
            "No reason is given to a school twice.",
            no_rows(f"{LINES} select urn, line from lines group by urn, line having count(*) > 1"),
        ),
        _rule(
            "gates_say_their_inspections",
            "The reason of a gate that an inspection opened names the category and the days of the school's own inspections.",
            no_rows(
                f"""
                {LINES}{SEEN}
                select of_gates.urn, of_gates.gate, of_gates.line
                from of_gates
                left join seen as latest on latest.urn = of_gates.urn and latest.recency = 1
                left join seen as former on former.urn = of_gates.urn and former.recency = 2
                where of_gates.gate in ('category_of_concern', 'inadequate_grade', 'safeguarding_not_met', 'urgent_improvement',
                        'leadership_needs_attention', 'key_judgement_requires_improvement', 'stuck')
                    and of_gates.detail is distinct from case of_gates.gate
                        when 'category_of_concern' then latest.category_of_concern || ', ' || latest.day
                        when 'stuck' then latest.day || ' and ' || former.day
                        else latest.day end
                """
            ),
        ),
        _rule(
            "exit_says_the_points",
            "What a school must reach names its own points, those available, and its tier's cut of them.",
            no_rows(
                """
                select batch.urn, batch.exit_criteria, batch.points, batch.points_available, tiers.cut_from
                from batch
                inner join publication.candidate using (candidate_id)
                inner join seeds.rule_tier as tiers on tiers.ruleset = candidate.ruleset and tiers.tier = batch.computed_tier
                where batch.decision is distinct from 'override' and tiers.tier_rank > 1
                    and coalesce(batch.exit_criteria, '') not like '%Points must be fewer than '
                        || round(tiers.cut_from * batch.points_available, 2) || ' of the ' || round(batch.points_available, 2)
                        || ' available (now ' || round(batch.points, 2) || '), in two assessments running or with an improved '
                        || 'inspection.'
                """
            ),
        ),
    ]


def _rule(name: str, sentence: str, check: Check) -> Rule:
    return Rule(name, IMPROVEMENT_LEAD, "critical", sentence, WRITE_AGAIN, check)
