"""Gate 2 over the panel's decisions in force: `publication.panel_decision`, one row a decision."""

from __future__ import annotations

from school_support.quality.cells import as_date
from school_support.quality.rules import IMPROVEMENT_LEAD, Candidate, Check, Rule, matches, no_rows, one_of

ASK_THE_PANEL = "The clerk of the panel corrects the row and sends the file again; then make the assessment again."
BUILD_AGAIN = "The list does not say what the panel decided. Build the assessment again and compare marts.school_tier."
DECIDED = "from batch inner join publication.candidate using (candidate_id)"


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    return [*_decisions(candidate), *_list(candidate)]


def _decisions(candidate: Candidate) -> list[Rule]:
    return [
        _rule("decision_known", "Every decision confirms or overrides.", one_of("decision", ["confirm", "override"])),
        _rule("urn_has_six_digits", "Every decision names a school by six digits.", matches("urn", "^[0-9]{6}$")),
        _rule(
            "school_listed",
            "Every decision is about a school of the list.",
            no_rows(
                "select urn, decision from batch where urn not in "
                f"(select urn from publication.support_list where candidate_id = {candidate.candidate_id})"
            ),
        ),
        _rule(
            "reason_and_evidence_given",
            "Every decision has a reason and the evidence for it.",
            no_rows(
                "select urn, decision, reason, evidence from batch "
                "where coalesce(btrim(reason), '') = '' or coalesce(btrim(evidence), '') = ''"
            ),
        ),
        _rule(
            "two_people_decided",
            "Two different people made every decision.",
            no_rows(
                "select urn, decision, decided_on from batch where coalesce(btrim(decided_by_1), '') = '' "
                "or coalesce(btrim(decided_by_2), '') = '' or lower(btrim(decided_by_1)) = lower(btrim(decided_by_2))"
            ),
        ),
        _rule(
            "made_by_the_day",
            "Every decision was made by the day whose decisions count.",
            no_rows(
                f"select batch.urn, batch.decided_on, candidate.decisions_as_at {DECIDED} "
                "where batch.decided_on is null or batch.decided_on > candidate.decisions_as_at"
            ),
        ),
        _rule(
            "not_expired",
            "No decision had expired on the day whose decisions count.",
            no_rows(
                f"select batch.urn, batch.expires_on, candidate.decisions_as_at {DECIDED} "
                "where batch.expires_on is null or batch.expires_on < candidate.decisions_as_at"
            ),
        ),
        _rule(
            "tier_known",
            "An override names a tier of the ruleset, and a confirmation none.",
            no_rows(
                f"""
                select batch.urn, batch.decision, batch.tier {DECIDED}
                left join seeds.rule_tier as tiers on tiers.ruleset = candidate.ruleset and tiers.tier = batch.tier
                where (batch.decision = 'override') <> (batch.tier is not null) or (batch.tier is not null and tiers.tier is null)
                """
            ),
        ),
        _rule(
            "no_two_differ",
            "No two decisions in force about one school differ.",
            no_rows(
                "select urn, string_agg(concat_ws(' ', decision, tier, decided_on), '; ') as decisions from batch "
                "group by urn having count(distinct (decision, tier)) > 1"
            ),
            "The panel says which decision counts: a new row that replaces the other (replaces_decided_on), sent again.",
        ),
        _rule(
            "as_the_panel_sent_it",
            "Every decision is a row of a file of the panel's that counts on that day, word by word.",
            no_rows(
                f"""
                , {_sent(candidate)}
                select batch.urn, batch.decision, batch.tier, batch.decided_on, batch.release
                from batch
                where not exists (
                    select from sent
                    where (sent.urn, sent.decision, sent.reason, sent.evidence, sent.decided_by_1, sent.decided_by_2,
                            sent.decided_on, sent.expires_on)
                        = (batch.urn, batch.decision, batch.reason, batch.evidence, batch.decided_by_1, batch.decided_by_2,
                            batch.decided_on, batch.expires_on)
                        and sent.tier is not distinct from batch.tier
                )
                """
            ),
        ),
        _rule(
            "every_decision_in_force",
            "Every decision of the panel about a school of the list that is in force and not replaced is here.",
            no_rows(
                f"""
                , {_sent(candidate)}
                select sent.urn, sent.decision, sent.tier, sent.decided_on
                from sent
                inner join publication.support_list as list on list.candidate_id = {candidate.candidate_id} and list.urn = sent.urn
                where sent.expires_on >= sent.decisions_as_at
                    and not exists (
                        select from sent as later
                        where later.urn = sent.urn and later.replaces_decided_on = sent.decided_on
                            and later.decided_on > sent.decided_on
                    )
                    and not exists (
                        select from batch where batch.urn = sent.urn and batch.decided_on = sent.decided_on
                            and batch.decision = sent.decision and batch.tier is not distinct from sent.tier
                    )
                """
            ),
        ),
    ]


def _list(candidate: Candidate) -> list[Rule]:
    listed = f"publication.support_list as list where list.candidate_id = {candidate.candidate_id}"
    return [
        _rule(
            "other_tier_by_override_alone",
            "A school's tier is the computed one unless an override in force gives it another, and then it is that one.",
            no_rows(
                f"""
                select list.urn, list.tier, list.computed_tier, list.decision
                from (select * from {listed}) as list
                left join batch as override on override.urn = list.urn and override.decision = 'override'
                where list.tier is distinct from coalesce(override.tier, list.computed_tier)
                """
            ),
            BUILD_AGAIN,
        ),
        _rule(
            "list_names_the_decision",
            "The list names the decision about a school and its reason, where there is one, and none where there is not.",
            no_rows(
                f"""
                select list.urn, list.decision, list.decision_reason
                from (select * from {listed}) as list
                where (list.decision is null) <> not exists (select from batch where batch.urn = list.urn)
                    or (list.decision is not null and not exists (
                        select from batch
                        where batch.urn = list.urn and batch.decision = list.decision and batch.reason = list.decision_reason
                    ))
                """
            ),
            BUILD_AGAIN,
        ),
    ]


def _sent(candidate: Candidate) -> str:
    """`sent`: the rows of the panel's pinned files for this list year, made by the day whose decisions count."""
    files = ", ".join(map(str, candidate.pinned_of("panel_decisions"))) or "null"
    return f"""
    sent as (
        select btrim(raw.urn) as urn, btrim(raw.decision) as decision, nullif(btrim(raw.tier), '') as tier,
            btrim(raw.reason) as reason, btrim(raw.evidence) as evidence, btrim(raw.decided_by_1) as decided_by_1,
            btrim(raw.decided_by_2) as decided_by_2, {as_date("raw.decided_on")} as decided_on,
            {as_date("raw.expires_on")} as expires_on, {as_date("raw.replaces_decided_on")} as replaces_decided_on,
            of_list.decisions_as_at
        from raw.panel_decisions as raw
        inner join publication.candidate as of_list on of_list.candidate_id = {candidate.candidate_id}
        inner join landing.release as release on release.release_id = raw._release_id
        where raw._release_id in ({files}) and btrim(raw.list_year) = of_list.list_year::text
            and {as_date("raw.decided_on")} <= of_list.decisions_as_at and release.known_from <= of_list.decisions_as_at
    )"""


def _rule(name: str, sentence: str, check: Check, how_to_resolve: str = ASK_THE_PANEL) -> Rule:
    return Rule(name, IMPROVEMENT_LEAD, "critical", sentence, how_to_resolve, check)
