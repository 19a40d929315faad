"""Gate 2 over a candidate as a whole: `publication.candidate`."""

from __future__ import annotations

from school_support.quality.rules import DATA_ENGINEER, Candidate, Rule, no_rows


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    return [
        Rule(
            "rows_are_what_was_frozen",
            DATA_ENGINEER,
            "critical",
            "The content hash computed from the candidate's rows is the one that was frozen.",
            "The frozen rows were changed. Find out by whom, then freeze the assessment again.",
            no_rows(
                f"select content_hash as frozen, '{candidate.recomputed_hash}' as computed from batch "
                f"where content_hash <> '{candidate.recomputed_hash}'"
            ),
        ),
        Rule(
            "says_what_was_assessed",
            DATA_ENGINEER,
            "critical",
            "The candidate names the authority, list year, days and ruleset of its assessment, which may be published.",
            "The candidate was not frozen by this pipeline, or the assessment was changed since: freeze it again.",
            no_rows(
                """
                select batch.authority, assessment.authority as authority_assessed, batch.list_year,
                    assessment.list_year as list_year_assessed, batch.as_at, assessment.as_at as as_at_assessed,
                    batch.decisions_as_at, batch.ruleset, assessment.ruleset as ruleset_assessed, assessment.purpose
                from batch
                inner join control.assessment using (assessment_id)
                where (batch.authority, batch.list_year, batch.as_at, batch.ruleset)
                    is distinct from (assessment.authority, assessment.list_year, assessment.as_at, assessment.ruleset)
                    or coalesce(batch.decisions_as_at, batch.as_at) <> assessment.decisions_as_at
                    or assessment.purpose in ('what_if', 'backtest')
                """
            ),
        ),
        Rule(
            "list_year_of_the_day",
            DATA_ENGINEER,
            "critical",
            "The list year is that of the as-at date's autumn, or of the autumn before it.",
            "Correct the list year or the as-at date, and make the assessment again.",
            no_rows(
                "select list_year, as_at from batch "
                "where list_year not between extract(year from as_at) and extract(year from as_at) + 1"
            ),
        ),
        Rule(
            "previous_is_an_earlier_list",
            DATA_ENGINEER,
            "critical",
            "The assessment before is of the same authority, of an earlier day, and of no later list year.",
            "Make the assessment again with the one before it as its past.",
            no_rows(
                """
                select former.assessment_id as previous_assessment, former.authority, former.list_year, former.as_at,
                    former.purpose
                from batch
                inner join control.assessment using (assessment_id)
                inner join control.assessment as former on former.assessment_id = assessment.previous_assessment_id
                where former.authority <> batch.authority or former.as_at >= batch.as_at
                    or former.list_year > batch.list_year or former.purpose in ('what_if', 'backtest')
                """
            ),
        ),
    ]
