"""A draft of the rules assessed beside the rules that stand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from school_support.assessment.what_if import what_if
from school_support.errors import SupportListError
from school_support.publication.freeze import freeze_candidate

pytestmark = pytest.mark.real_data
AS_AT = date(2019, 6, 30)


def draft(folder: Path, changes: str) -> Path:
    path = folder / "draft.yaml"
    path.write_text(f"ruleset: draft\nchanges:\n{changes}\n")
    return path


def test_a_draft_that_changes_a_reason_alone_moves_nobody_and_is_never_published(
    real_warehouse: Path, tmp_path: Path
) -> None:
    found = what_if(draft(tmp_path, "  rule_ruleset: [{reason: as it was}]"), "874", 2020, AS_AT, None)
    assert found.moved == []
    assert sum(tier.schools_before for tier in found.tiers) == 78
    assert [tier.cost_before for tier in found.tiers] == [tier.cost_after for tier in found.tiers]
    with pytest.raises(SupportListError, match="what-if and can never be published"):
        freeze_candidate(found.after)


def test_a_lower_cut_moves_schools_up_and_says_that_it_was_the_cuts(real_warehouse: Path, tmp_path: Path) -> None:
    found = what_if(draft(tmp_path, "  rule_tier: [{tier: high, cut_from: 0.46}]"), "874", 2020, AS_AT, None)
    assert found.moved
    for school in found.moved:
        assert (school.tier_before, school.tier_after) == ("Targeted support", "High level intervention")
        assert school.share_before == school.share_after
        assert school.share_after is not None
        assert school.share_after >= 0.46
        assert school.why == "the cuts"
    high = next(tier for tier in found.tiers if tier.tier_name == "High level intervention")
    assert high.schools_after - high.schools_before == len(found.moved)
    assert high.cost_after - high.cost_before == 22 * 1000 * len(found.moved)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ("  rule_tier: [{tier: highest, cut_from: 0.5}]", "no row \\['highest'\\]"),
        ("  rule_tier: [{tier: high, cut: 0.5}]", "no column cut"),
        ("  rule_tier: [{cut_from: 0.5}]", "lacks tier"),
        ("  authority_setting: [{budget: 1}]", "No such seed to change: authority_setting"),
        ("  rule_tier: 5", "no draft ruleset"),
    ],
)
def test_a_draft_that_fits_nothing_is_refused_with_what_is_wrong(
    real_warehouse: Path, tmp_path: Path, changes: str, message: str
) -> None:
    with pytest.raises(SupportListError, match=message):
        what_if(draft(tmp_path, changes), "874", 2020, AS_AT, None)
