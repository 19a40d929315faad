"""Gate 2 over inspections: `publication.inspection`, one row an inspection that was known on the day."""

from __future__ import annotations

from school_support.quality.rules import DATA_ENGINEER, Candidate, Check, Rule, no_rows, one_of, unique

FOLLOW = "Follow the inspection through marts.fct_inspection to the file that its release names."
JUDGED = "from batch inner join publication.candidate using (candidate_id)"


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    return [
        _rule(
            "one_row_an_inspection",
            "No inspection stands in the table twice.",
            unique("urn", "inspection_urn", "inspection_date"),
        ),
        _rule(
            "school_listed",
            "Every inspection is of a school in the list.",
            no_rows(
                "select urn, inspection_date from batch where not exists (select 1 from publication.support_list as list "
                "where list.candidate_id = batch.candidate_id and list.urn = batch.urn)"
            ),
        ),
        _rule(
            "held_by_the_day",
            "No inspection was held after the as-at date.",
            no_rows(
                f"select batch.urn, batch.inspection_date, candidate.as_at {JUDGED} "
                "where batch.inspection_date > candidate.as_at"
            ),
        ),
        _rule(
            "published_by_the_day",
            "No inspection's report was published after the as-at date, where the day is known.",
            no_rows(
                f"select batch.urn, batch.inspection_date, batch.publication_date, candidate.as_at {JUDGED} "
                "where batch.publication_date > candidate.as_at"
            ),
        ),
        _rule(
            "from_a_known_release",
            "Every inspection comes from a file that the assessment may read for inspections.",
            no_rows(
                """
                select batch.urn, batch.inspection_date, batch.release
                from batch
                where not exists (
                    select 1
                    from publication.candidate
                    inner join control.assessment_release using (assessment_id)
                    inner join landing.release as release using (release_id)
                    where candidate.candidate_id = batch.candidate_id and usage in ('known', 'dated_rows')
                        and batch.release like '%(' || left(release.sha256, 8) || ')'
                )
                """
            ),
        ),
        _rule(
            "one_latest_a_school",
            "At most one inspection of a school is its latest.",
            no_rows("select urn, count(*) as latest from batch where is_latest group by urn having count(*) > 1"),
        ),
        _rule(
            "latest_is_the_newest_of_its_own",
            "The latest inspection is the school's own and its newest; a predecessor's never is.",
            no_rows(
                "select urn, inspection_date, relates_to_predecessor from batch where is_latest and (relates_to_predecessor "
                "or inspection_date < (select max(own.inspection_date) from batch as own "
                "where own.urn = batch.urn and not own.relates_to_predecessor))"
            ),
        ),
        _rule(
            "grade_known",
            "Every overall grade is 1 to 4.",
            one_of("overall_effectiveness", ["1", "2", "3", "4"]),
        ),
        _rule(
            "concern_level_known",
            "Every inspection's level of concern is serious, concern, none or unknown.",
            one_of("concern_level", ["serious", "concern", "none", "unknown"]),
        ),
    ]


def _rule(name: str, sentence: str, check: Check) -> Rule:
    return Rule(name, DATA_ENGINEER, "critical", sentence, FOLLOW, check)
