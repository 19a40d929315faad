"""The rows that the pages show, and what follows from a row alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, TypeVar

from school_support.reports.edition_data import SupportRow

MOVES = {
    "same": "the same",
    "more": "more support",
    "less": "less support",
    "other": "to or from insufficient evidence",
    "new": "not in that list",
}

# Why the panel is asked about a school, by the occasions of rule_moderation.
OCCASIONS = {
    "top_tier": "the rules place it in the highest tier",
    "moved_two_tiers": "it moves by more than one tier",
    "comment": "the school answered its draft letter",
}


@dataclass(frozen=True)
class CandidateRow:
    """A proposed list, its gate (none: never run), its decision (none: nobody yet), its edition if it was published."""

    candidate_id: int
    authority: str
    authority_name: str
    list_year: int
    as_at: date
    decisions_as_at: date
    ruleset: str
    content_hash: str
    demonstration: bool
    built_by: str
    built_at: datetime
    purpose: str
    previous_assessment_id: int | None
    assessment_id: int
    gate_run_id: int | None
    passed: bool | None
    critical_failures: int | None
    warnings: int | None
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None
    note: str | None
    edition_id: int | None
    edition: int | None
    current_edition_id: int | None
    current_edition: int | None
    says_the_same: bool
    budget: Decimal | None
    day_rate: Decimal | None

    @property
    def needs_reason(self) -> bool:
        """Whether publishing it corrects an edition, which schools are told the reason of."""
        return self.current_edition_id is not None and not self.says_the_same

    @property
    def stands(self) -> str:
        """How far it is, in words."""
        if self.edition is not None:
            return f"published as edition {self.edition}"
        if self.decision:
            return f"{self.decision} by {self.decided_by}"
        if self.passed is None:
            return "not yet checked"
        return "waits for approval" if self.passed else "stopped by the gate"


@dataclass(frozen=True)
class ListedSchool(SupportRow):
    """A school's row with its tier in the edition that the list is held against, and why the panel is asked."""

    former_tier: str | None
    former_tier_name: str | None
    former_tier_rank: int | None
    occasions: list[str]

    @property
    def panel_asked_because(self) -> list[str]:
        """Why the panel must still decide, in words; empty where it need not."""
        return [OCCASIONS[occasion] for occasion in self.occasions]

    @property
    def move(self) -> str:
        """One of MOVES, against the edition that the list is held against."""
        if self.former_tier is None:
            return "new"
        if self.former_tier == self.tier:
            return "same"
        if self.tier_rank is None or self.former_tier_rank is None:
            return "other"
        return "more" if self.tier_rank > self.former_tier_rank else "less"


@dataclass(frozen=True)
class TierRow:
    """A tier with its schools; days each, days together, cost in GBP."""

    tier: str
    tier_name: str
    tier_rank: int | None
    days_each: Decimal
    meaning: str
    schools: int
    days: Decimal
    cost: Decimal


@dataclass(frozen=True)
class PanelRow:
    """A panel decision in force: the columns of publication.panel_decision."""

    urn: str
    decision: str
    tier: str | None
    reason: str
    evidence: str
    decided_by_1: str
    decided_by_2: str
    decided_on: date
    expires_on: date
    replaces_decided_on: date | None
    release: str


@dataclass(frozen=True)
class TrendRow:
    """One year's result under the indicator that is made from it; a value or the reason why there is none."""

    indicator: str
    measure: str
    academic_year: int
    value: Decimal | None
    reason_code: str | None
    pupils: Decimal | None
    stage: str | None
    release: str | None


@dataclass(frozen=True)
class HistoryRow:
    """A school's tier in a past list; `edition` none: assessed, never published."""

    list_year: int
    as_at: date
    edition: int | None
    urn: str
    tier_name: str
    computed_tier_name: str | None
    decided_by: str
    decision: str | None


@dataclass(frozen=True)
class EditionRow:
    """A published list, who let it out, and its manifest."""

    edition_id: int
    authority: str
    authority_name: str
    list_year: int
    edition: int
    candidate_id: int
    content_hash: str
    demonstration: bool
    published_at: datetime
    as_at: date
    ruleset: str
    built_by: str
    approved_by: str
    channel: str | None
    approved_at: datetime
    note: str | None
    replaces: int | None
    replaces_edition_id: int | None
    reason: str | None
    circulation: str | None
    manifest: Mapping[str, Any]
    manifest_sha256: str | None
    is_current: bool


OfList = TypeVar("OfList", CandidateRow, EditionRow)


def by_list_year(rows: Sequence[OfList]) -> list[tuple[tuple[str, str, int], list[OfList]]]:
    """Rows in the order of their authority and list year, grouped under code, name and year."""
    groups = groupby(rows, key=lambda row: (row.authority, row.authority_name, row.list_year))
    return [(of, list(group)) for of, group in groups]
