"""Gate 2 over money: the support of all schools against the authority's budget."""

from __future__ import annotations

from school_support.quality.rules import IMPROVEMENT_LEAD, Candidate, Rule, no_rows


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    del candidate
    return [
        Rule(
            "settings_present",
            IMPROVEMENT_LEAD,
            "critical",
            "The authority has a budget and a day rate, and the ruleset exists.",
            "Add the authority to authority_setting.csv, or the ruleset to rule_ruleset.csv, and build again.",
            no_rows(
                """
                select batch.authority, batch.ruleset, setting.budget, setting.day_rate
                from batch
                left join seeds.authority_setting as setting using (authority)
                left join seeds.rule_ruleset as ruleset on ruleset.ruleset = batch.ruleset
                where setting.budget is null or setting.day_rate is null or ruleset.ruleset is null
                """
            ),
        ),
        Rule(
            "within_budget",
            IMPROVEMENT_LEAD,
            "warning",
            "The support of all schools costs no more than the authority's budget.",
            "The list is not changed to fit: find the money, buy fewer days a school, or change the cuts in a new ruleset.",
            no_rows(
                """
                select sum(list.support_cost) as cost, setting.budget
                from batch
                inner join publication.support_list as list using (candidate_id)
                inner join seeds.authority_setting as setting on setting.authority = batch.authority
                group by setting.budget
                having sum(list.support_cost) > setting.budget
                """
            ),
        ),
    ]
