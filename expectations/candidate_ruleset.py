"""Gate 2 over the rules behind a candidate: recorded, settled, in the seeds' files and in the warehouse they are one."""

from __future__ import annotations

from school_support.quality.rules import IMPROVEMENT_LEAD, Candidate, Rule, no_rows


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    changed = ", ".join("'" + said.replace("'", "''") + "'" for said in candidate.changed_rules)
    return [
        Rule(
            "rules_are_those_recorded",
            IMPROVEMENT_LEAD,
            "critical",
            "The ruleset is the authority's own for the day, and its rows in the warehouse are those recorded and those of "
            "its first edition.",
            "Put the rows back, or make a new version of the ruleset; then build the seeds and the assessment again.",
            no_rows(f"select changed.said from batch cross join unnest(array[{changed}]::text[]) as changed (said)"),
        ),
    ]
