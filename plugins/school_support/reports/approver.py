"""One page for the person who approves a candidate, as Markdown: gate, money, what moves against the current edition."""

from __future__ import annotations

import re
from decimal import Decimal

from school_support.publication.difference import CandidateSummary, Moved
from school_support.reports.words import money

# The rest stands on the candidate's page; a request for approval is read on a phone too.
MOVES_SHOWN = 40
URNS_SHOWN = 10


def approver_page(summary: CandidateSummary) -> str:
    """The page; school names and reasons can start no heading, table or link."""
    cost = sum((tier.cost_now for tier in summary.tiers), Decimal(0))
    schools = sum(tier.schools_now for tier in summary.tiers)
    lines = [
        f"**{_plain(summary.authority_name)} ({summary.authority}), list year {summary.list_year}**, as at {summary.as_at}, "
        f"ruleset {summary.ruleset}. {schools} schools, {money(cost)}"
        + (f" of a budget of {money(summary.budget)}." if summary.budget else "."),
        "",
        f"Candidate {summary.candidate_id}, built by {_plain(summary.built_by)}, content hash `{summary.content_hash}`.",
    ]
    if summary.demonstration:
        lines += ["", "**DEMONSTRATION**: no panel and no school was heard, and its edition says so for ever."]
    lines += ["", "### Gate", "", _gate(summary), ""]
    lines += [
        f"- **{failed.severity}** `{failed.rule_id}`: {_plain(failed.sentence)}{_urns(failed.urns)} "
        f"*{_plain(failed.how_to_resolve)}*"
        for failed in summary.failed
    ]
    lines += [
        "",
        "### Schools and cost",
        "",
        "| Tier | Before | Now | Cost before | Cost now |",
        "|---|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {_plain(tier.tier_name)} | {tier.schools_before} | {tier.schools_now} | {money(tier.cost_before)} "
        f"| {money(tier.cost_now)} |"
        for tier in summary.tiers
    ]
    lines += ["", "### What moves", "", _moves_sentence(summary), ""]
    if summary.moved:
        lines += ["| School | Before | Now | Why |", "|---|---|---|---|", *map(_row, summary.moved[:MOVES_SHOWN])]
    if len(summary.moved) > MOVES_SHOWN:
        lines += ["", f"and {len(summary.moved) - MOVES_SHOWN} more on the candidate's page."]
    return "\n".join(lines) + "\n"


def _gate(summary: CandidateSummary) -> str:
    if summary.gate_passed is None:
        return "The gate has not looked at it yet."
    passed = "passed" if summary.gate_passed else "did **not** pass"
    met = summary.rules - len(summary.failed)
    docs = f" All results: {summary.data_docs}" if summary.data_docs else ""
    return f"It {passed} the gate: {met} of {summary.rules} rules met.{docs}"


def _moves_sentence(summary: CandidateSummary) -> str:
    if summary.against is None:
        return "There is no edition yet to compare it with."
    far = sum(abs(moved.steps or 0) > 1 for moved in summary.moved)
    return f"Against {summary.against}: {len(summary.moved)} schools have another tier, {far} of them by more than one."


def _row(moved: Moved) -> str:
    before, now = moved.tier_before or "not listed", moved.tier_now or "not listed"
    far = " **(more than one tier)**" if abs(moved.steps or 0) > 1 else ""
    return f"| {_plain(moved.school_name)} ({moved.urn}) | {before} | {now}{far} | {_plain(moved.why or '')} |"


def _urns(urns: list[str]) -> str:
    if not urns:
        return ""
    more = f" and {len(urns) - URNS_SHOWN} more" if len(urns) > URNS_SHOWN else ""
    return f" Schools: {', '.join(urns[:URNS_SHOWN])}{more}."


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_{}\[\]<>#|!~])", r"\\\1", " ".join(text.split()))
