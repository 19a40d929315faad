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
                """
            ),
        ),
        _rule(
            "every_group_counts_its_schools",
            "Every phase and sector has a group, with the schools, tiers, days and cost of its own schools in the list.",
            no_rows(
                f"""
                , counted as (
                    select kinds.group_kind, kinds.group_name, count(*) as schools, sum(list.support_days) as support_days,
                        sum(list.support_cost) as support_cost,
                        count(*) filter (where list.tier_rank = tops.top) as highest_tier_schools,
                        count(*) filter (where list.tier_rank = tops.top - 1) as second_tier_schools,
                        count(*) filter (where list.tier_rank is null) as insufficient_evidence_schools
                    from publication.support_list as list
                    inner join publication.candidate using (candidate_id)
                    cross join lateral (
                        select max(tier_rank) as top from seeds.rule_tier where ruleset = candidate.ruleset
                    ) as tops
                    cross join lateral (
                        values ('all', 'all'), ('phase', list.phase), ('sector', list.sector)
                    ) as kinds (group_kind, group_name)
                    where candidate_id = {candidate.candidate_id}
                    group by kinds.group_kind, kinds.group_name
                )
                select group_kind, group_name, batch.schools, counted.schools as schools_due
                from (select * from batch where group_kind <> 'disadvantage_quintile') as batch
                full join counted using (group_kind, group_name)
                where (batch.schools, batch.support_days, batch.support_cost, batch.highest_tier_schools,
                        batch.second_tier_schools, batch.insufficient_evidence_schools)
                    is distinct from (counted.schools, counted.support_days, counted.support_cost,
                        counted.highest_tier_schools, counted.second_tier_schools, counted.insufficient_evidence_schools)
                """
            ),
        ),
        _rule(
            "shares_and_means_of_the_sums",
            "Every group's share of upper tiers, mean of days and ratio to all schools are those of its sums.",
            no_rows(
                """
                select batch.group_kind, batch.group_name, batch.upper_tiers_share, batch.mean_days, batch.ratio_to_mean,
                    batch.days_per_100_pupils
                from batch
                left join batch as everyone on everyone.group_kind = 'all'
                where coalesce(abs(batch.upper_tiers_share
                        - (batch.highest_tier_schools + batch.second_tier_schools)::numeric / batch.schools) > 0.0001, true)
                    or coalesce(abs(batch.mean_days - batch.support_days / batch.schools) > 0.0051, true)
                    or abs(batch.ratio_to_mean - (batch.support_days / batch.schools)
                        / nullif(everyone.support_days / everyone.schools, 0)) > 0.001
                    or batch.days_per_100_pupils > 100 * batch.support_days / nullif(batch.pupils_on_roll, 0) + 0.001
                """
            ),
        ),
        _rule(
            "every_kind_has_the_same_pupils",
            "The groups of every kind together have the pupils of all schools, and no group more schools with a roll than schools.",
            no_rows(
                """
                select kinds.group_kind, kinds.pupils, everyone.pupils_on_roll
                from (
                    select group_kind, sum(pupils_on_roll) as pupils, sum(schools_with_roll) as schools_with_roll,
                        bool_or(schools_with_roll > schools) as is_over
                    from batch group by group_kind
                ) as kinds
                inner join batch as everyone on everyone.group_kind = 'all'
                where kinds.is_over or kinds.pupils is distinct from everyone.pupils_on_roll
                    or kinds.schools_with_roll is distinct from everyone.schools_with_roll
                """
            ),
        ),
    ]


def _rule(name: str, sentence: str, check: Check) -> Rule:
    return Rule(name, DATA_ENGINEER, "critical", sentence, BUILD_AGAIN, check)
