"""Gate 2 over results: `publication.result`, one row a school, academic year and measure."""

from __future__ import annotations

from school_support.quality.rules import (
    DATA_ENGINEER,
    Candidate,
    Check,
    Rule,
    Severity,
    between,
    filled,
    no_rows,
    one_of,
    unique,
)

FOLLOW = "Follow the result through marts.fct_school_result to the file that its release names."


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    return [
        _rule(
            "one_row_a_measure",
            "No school has a measure of a year twice.",
            unique("urn", "academic_year", "measure"),
        ),
        _rule(
            "school_listed",
            "Every result is of a school in the list.",
            no_rows(
                "select urn, academic_year, measure from batch where not exists "
                "(select 1 from publication.support_list as list "
                "where list.candidate_id = batch.candidate_id and list.urn = batch.urn)"
            ),
        ),
        _rule(
            "value_or_reason",
            "Every result is a value or a reason code, never both: a code is never a number.",
            no_rows(
                "select urn, academic_year, measure, value, reason_code from batch "
                "where (value is null) = (reason_code is null)"
            ),
        ),
        _rule(
            "code_known",
            "Every code in the files is one that we know the meaning of.",
            no_rows("select urn, academic_year, measure, release from batch where reason_code = 'unknown_code'"),
            "Add the code to xwalk_reason_code.csv with its meaning. Until then it counts as no value.",
            "warning",
        ),
        _rule(
            "year_has_results",
            "There are no results of 2019/20 and 2020/21, which were never published.",
            no_rows(
                "select urn, academic_year, measure from batch where academic_year in (2020, 2021) "
                "and key_stage not in ('census', 'exclusions')"
            ),
        ),
        _rule(
            "year_over_by_the_day",
            "No result is of an academic year that was not over on the as-at date.",
            no_rows(
                "select batch.urn, batch.academic_year, batch.measure, candidate.as_at "
                "from batch inner join publication.candidate using (candidate_id) "
                "where make_date(batch.academic_year, 7, 1) > candidate.as_at"
            ),
        ),
        _rule(
            "from_a_known_release",
            "Every result comes from a file of its year that was published by the as-at date.",
            no_rows(
                """
                select batch.urn, batch.academic_year, batch.measure, batch.release
                from batch
                where not exists (
                    select 1
                    from publication.candidate
                    inner join control.assessment_release using (assessment_id)
                    inner join landing.release as release using (release_id)
                    where candidate.candidate_id = batch.candidate_id and usage = 'known'
                        and release.known_from <= candidate.as_at
                        -- A file of exclusions holds many years.
                        and (release.academic_year = batch.academic_year or batch.key_stage = 'exclusions')
                        and batch.release like '%(' || left(release.sha256, 8) || ')'
                )
                """
            ),
        ),
        _rule("stage_filled", "Every result says its stage.", filled("stage")),
        _rule(
            "stage_known",
            "Every stage is provisional, revised or final.",
            one_of("stage", ["provisional", "revised", "final"]),
        ),
        _rule("pupils_not_negative", "No result rests on fewer than no pupils.", between("pupils", 0, None)),
        _rule(
            "percentages_are_percentages",
            "Every percentage lies between 0 and 100.",
            no_rows(
                "select urn, academic_year, measure, value from batch where measure like '%\\_pct' and value not between 0 and 100"
            ),
        ),
        _rule(
            "results_final",
            "Every result used is final.",
            no_rows(
                "select urn, academic_year, measure, stage from batch where stage <> 'final' and value is not null"
            ),
            "Nothing is to be done: revised and final tables come later and make a new assessment.",
            "info",
        ),
    ]


def _rule(
    name: str, sentence: str, check: Check, how_to_resolve: str = FOLLOW, severity: Severity = "critical"
) -> Rule:
    return Rule(name, DATA_ENGINEER, severity, sentence, how_to_resolve, check)
