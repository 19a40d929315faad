"""Gate 2 over points by domain: `publication.school_risk`, one row a school and domain."""

from __future__ import annotations

from school_support.quality.rules import DATA_ENGINEER, Candidate, Check, Rule, between, no_rows, unique

BUILD_AGAIN = "The points are not what the rules give. Build the assessment again and compare marts.school_risk."


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    return [
        _rule("one_row_a_domain", "No school has a domain twice.", unique("urn", "domain")),
        _rule(
            "every_domain_of_every_school",
            "Every school of the list has a row for every domain of the ruleset, with its cap, and for no other.",
            no_rows(
                f"""
                select coalesce(batch.urn, due.urn) as urn, coalesce(batch.domain, due.domain) as domain,
                    batch.domain_cap, due.domain_cap as cap_of_ruleset
                from batch
                full join (
                    select list.urn, domains.domain, domains.domain_cap
                    from publication.candidate
                    inner join publication.support_list as list using (candidate_id)
                    inner join seeds.rule_domain as domains using (ruleset)
                    where candidate_id = {candidate.candidate_id}
                ) as due on due.urn = batch.urn and due.domain = batch.domain
                where batch.domain_cap is distinct from due.domain_cap
                """
            ),
        ),
        _rule(
            "points_within_available_within_cap",
            "In every domain points lie between none and the points available, and those within the domain's cap.",
            no_rows(
                "select urn, domain, points, points_available, domain_cap from batch "
                "where points is null or points_available is null "
                "or points < 0 or points > points_available or points_available > domain_cap"
            ),
        ),
        _rule("weight_known_is_a_share", "The weight known lies between 0 and 1.", between("weight_known", 0, 1)),
    ]


def _rule(name: str, sentence: str, check: Check) -> Rule:
    return Rule(name, DATA_ENGINEER, "critical", sentence, BUILD_AGAIN, check)
