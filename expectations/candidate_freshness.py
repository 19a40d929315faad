"""Gate 2 over what was late: the calendar of each source against the as-at date."""

from __future__ import annotations

from school_support.quality.rules import DATA_ENGINEER, Candidate, Rule, no_rows


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    late = ", ".join("'" + said.replace("'", "''") + "'" for said in candidate.overdue)
    return [
        Rule(
            "no_source_overdue",
            DATA_ENGINEER,
            "warning",
            "No source was overdue on the as-at date, by the calendar in its contract.",
            "Take the missing files in and make the assessment again; if a publisher is late, say so beside the list.",
            no_rows(f"select source from batch cross join unnest(array[{late}]::text[]) as late (source)"),
        ),
    ]
