from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from school_support.reports.edition_data import EditionData, FairnessRow
from school_support.reports.fairness import everyone, group_views
from school_support.reports.pages import internal_page

MakeEdition = Callable[..., EditionData]


@pytest.fixture
def row(edition: EditionData) -> FairnessRow:
    return replace(edition.fairness[0], schools=20, mean_days=Decimal("6.00"), ratio_to_mean=Decimal("1.000"))


def fifth(row: FairnessRow, name: str, schools: int, mean: str, ratio: str) -> FairnessRow:
    return replace(
        row, group_kind="disadvantage_quintile", group_name=name, schools=schools, mean_days=Decimal(mean),
        ratio_to_mean=Decimal(ratio),
    )  # fmt: skip


def test_the_largest_differences_are_said_among_groups_that_are_known_and_large_enough(row: FairnessRow) -> None:
    rows = [
        fifth(row, "unknown", 9, "20.00", "3.333"),
        fifth(row, "5", 6, "9.00", "1.500"),
        fifth(row, "1", 5, "3.00", "0.500"),
        fifth(row, "2", 4, "1.00", "0.167"),
    ]
    [view] = group_views(rows)
    assert [named.group_name for _, named in view.rows] == ["1", "2", "5", "unknown"]
    assert view.sentence == (
        "Disadvantage: most for \u201cFifth of schools with the most disadvantaged pupils\u201d, 9 days a school, 1.50 times the "
        "mean; least for \u201cFifth of schools with the fewest disadvantaged pupils\u201d, 3 days a school, 0.50 times the mean."
    )


def test_nothing_is_compared_where_one_group_alone_is_known(row: FairnessRow) -> None:
    [view] = group_views([fifth(row, "unknown", 60, "5.00", "1.000"), fifth(row, "1", 12, "5.00", "1.000")])
    assert "nothing is compared" in view.sentence


def test_equal_groups_are_said_to_be_equal(row: FairnessRow) -> None:
    [view] = group_views([fifth(row, name, 10, "1.00", "1.000") for name in "12"])
    assert view.sentence == "Disadvantage: every group gets 1 day a school."


def test_the_page_shows_every_group_beside_all_schools(edition: EditionData) -> None:
    page = internal_page(edition)
    whole = everyone(edition.fairness)
    assert whole is not None
    assert whole.schools == len(edition.support)
    for kind in group_views(edition.fairness):
        assert sum(group.schools for _, group in kind.rows) == whole.schools
        assert f"<caption>Support by {kind.title.lower()}</caption>" in page
        assert kind.sentence.split(",")[0] in page


def test_an_edition_from_before_says_so(make_edition: MakeEdition) -> None:
    assert "older than the comparison" in internal_page(replace(make_edition(schools=5), fairness=[]))
