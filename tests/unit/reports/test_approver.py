from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from school_support.publication.difference import CandidateSummary, Failed, Moved, TierChange
from school_support.reports.approver import approver_page

SUMMARY = CandidateSummary(
    candidate_id=7,
    authority="999",
    authority_name="Fenmere",
    list_year=2027,
    as_at="2026-06-30",
    ruleset="2026.3",
    content_hash="ab" * 32,
    built_by="officer",
    demonstration=False,
    against="edition 2 of list year 2026",
    gate_passed=True,
    rules=90,
    data_docs=None,
    failed=[Failed("candidate.within_budget", "warning", "It costs no more.", "Find the money.", ["900001"] * 12)],
    tiers=[TierChange("Targeted support", 3, 4, Decimal(30000), Decimal(40000))],
    moved=[Moved("900001", "St | Mary's <b>", "Light touch", "Targeted support", 2, "gates none before, stuck now")],
    budget=Decimal(550000),
)


def test_the_approver_reads_gate_money_and_moves() -> None:
    page = approver_page(SUMMARY)
    assert "It passed the gate: 89 of 90 rules met." in page
    assert "4 schools, £40,000 of a budget of £550,000." in page
    assert "| Targeted support | 3 | 4 | £30,000 | £40,000 |" in page
    assert "Against edition 2 of list year 2026: 1 schools have another tier, 1 of them by more than one." in page
    assert "and 2 more." in page


def test_names_make_no_table_and_no_tag() -> None:
    assert r"| St \| Mary's \<b\> (900001) | Light touch |" in approver_page(SUMMARY)


def test_a_first_list_has_nothing_to_be_compared_with() -> None:
    assert "There is no edition yet" in approver_page(replace(SUMMARY, against=None, moved=[]))
