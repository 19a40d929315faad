"""Rows as the pages read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from school_support.web.rows import CandidateRow, ListedSchool

MakeSchool = Callable[..., ListedSchool]


@pytest.fixture
def school() -> MakeSchool:
    def make(urn: str = "990001", **changes: object) -> ListedSchool:
        values: dict[str, object] = {
            "urn": urn, "school_name": "Alder Lane", "phase": "primary", "sector": "maintained", "tier": "targeted",
            "tier_name": "Targeted support", "tier_rank": 3, "decided_by": "points", "points": Decimal("9.00"),
            "points_available": Decimal("18.00"), "points_share": Decimal("0.5"), "coverage": Decimal("0.95"),
            "support_days": Decimal(10), "support_cost": Decimal(10000), "gates": None, "reasons": "Below the line.",
            "computed_tier": "targeted", "computed_tier_name": "Targeted support", "computed_tier_rank": 3,
            "decision": None, "decision_reason": None, "sensitive_to": None, "exit_criteria": None,
            "former_tier": "targeted", "former_tier_name": "Targeted support", "former_tier_rank": 3,
            "occasions": [],
        }  # fmt: skip
        return ListedSchool(**(values | changes))  # type: ignore[arg-type]

    return make


@pytest.fixture
def candidate() -> CandidateRow:
    return CandidateRow(
        candidate_id=7, authority="999", authority_name="Fenmere", list_year=2027, as_at=date(2026, 6, 30),
        decisions_as_at=date(2026, 7, 9), ruleset="2026.3", content_hash="0" * 64, demonstration=False, built_by="officer",
        built_at=datetime(2026, 7, 10, tzinfo=UTC), purpose="annual", previous_assessment_id=3, assessment_id=4,
        gate_run_id=5, passed=True, critical_failures=0, warnings=0, decision=None, decided_by=None, decided_at=None,
        note=None, edition_id=None, edition=None, current_edition_id=None, current_edition=None, says_the_same=False,
        budget=Decimal(550000), day_rate=Decimal(1000),
    )  # fmt: skip
