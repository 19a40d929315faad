"""Gate 2 over how support falls: `publication.support_fairness`, one row a group of schools."""

from __future__ import annotations

from school_support.quality.rules import DATA_ENGINEER, Candidate, Check, Rule, no_rows, one_of, unique

BUILD_AGAIN = (
    "The groups do not add up to the list. Build the assessment again and compare marts.support_fairness with "
    "marts.school_tier."
)


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    return [
        _rule("one_row_a_group", "No group of schools has two rows.", unique("group_kind", "group_name")),
        _rule(
            "kinds_of_groups",
            "Groups are of all schools, of phases, of fifths by disadvantage or of sectors.",
            one_of("group_kind", ("all", "phase", "disadvantage_quintile", "sector")),
        ),
        _rule(
            "every_kind_adds_up_to_the_list",
            "The groups of every kind together have the schools, days and cost of the list, each school once.",
            no_rows(
                f"""
                select kinds.group_kind, sum(batch.schools) as schools, sum(batch.support_days) as support_days, list.*
                from (values ('all'), ('phase'), ('disadvantage_quintile'), ('sector')) as kinds (group_kind)
                left join batch on batch.group_kind = kinds.group_kind
                cross join (
                    select count(*) as listed_schools, sum(support_days) as listed_days, sum(support_cost) as listed_cost
                    from publication.support_list where candidate_id = {candidate.candidate_id}
                ) as list
                group by kinds.group_kind, listed_schools, listed_days, listed_cost
                having coalesce(sum(batch.schools), 0) <> listed_schools
                    or sum(batch.support_days) is distinct from listed_days
                    or sum(batch.support_cost) is distinct from listed_cost
                """  # noqa: S608
            ),
        ),
    ]


def _rule(name: str, sentence: str, check: Check) -> Rule:
    return Rule(name, DATA_ENGINEER, "critical", sentence, BUILD_AGAIN, check)
