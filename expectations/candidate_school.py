"""Gate 2 over the schools of a candidate: `publication.school`, one row a school."""

from __future__ import annotations

from school_support.quality.rules import (
    DATA_ENGINEER,
    Candidate,
    Check,
    Rule,
    Severity,
    at_least_one_row,
    filled,
    matches,
    no_rows,
    unique,
)

FOLLOW = "Follow the URN through intermediate.int_register__schools and the register files that tell of it."


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    return [
        _rule("not_empty", "The candidate has at least one school.", at_least_one_row()),
        _rule("urn_has_six_digits", "Every URN has six digits.", matches("urn", "^[0-9]{6}$")),
        _rule("one_row_a_school", "No school stands in the table twice.", unique("urn")),
        _rule("school_name_filled", "Every school has a name.", filled("school_name")),
        _rule("phase_filled", "Every school has a phase.", filled("phase")),
        _rule(
            "open_on_the_day",
            "Every school was open on the as-at date.",
            no_rows(
                "select batch.urn, batch.open_date, batch.close_date, candidate.as_at "
                "from batch inner join publication.candidate using (candidate_id) "
                "where batch.open_date > candidate.as_at or batch.close_date < candidate.as_at"
            ),
        ),
        _rule(
            "belongs_to_the_authority",
            "Every LAESTAB has seven digits and starts with the authority.",
            no_rows(
                f"select urn, laestab from batch where laestab !~ '^{candidate.authority}[0-9]{{4}}$' or laestab is null"
            ),
        ),
        _rule(
            "register_known",
            "Every school comes from a register file that the assessment may read.",
            no_rows(
                """
                select batch.urn, batch.register_release
                from batch
                where not exists (
                    select 1
                    from publication.candidate
                    inner join control.assessment_release using (assessment_id)
                    inner join landing.release as release using (release_id)
                    where candidate.candidate_id = batch.candidate_id
                        and batch.register_release like '%(' || left(release.sha256, 8) || ')'
                )
                """
            ),
        ),
        _rule(
            "type_mapped",
            "Every school's type is mapped to a sector.",
            no_rows(
                "select urn, school_type, sector from batch where sector not in ('maintained', 'academy') or sector is null"
            ),
            "Add the type to xwalk_school_type.csv. Until then the school stays in scope without a sector.",
            "warning",
        ),
        _rule(
            "phase_known",
            "Every school's phase is known.",
            no_rows("select urn, school_name, school_type from batch where phase = 'unknown'"),
            "Add the phase to xwalk_phase.csv or a fixed phase to its type. Until then no indicator covers the school.",
            "warning",
        ),
    ]


def _rule(
    name: str, sentence: str, check: Check, how_to_resolve: str = FOLLOW, severity: Severity = "critical"
) -> Rule:
    return Rule(name, DATA_ENGINEER, severity, sentence, how_to_resolve, check)
