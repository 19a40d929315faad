"""Where marks stand in a school's charts, and what is said about them."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest

from school_support.reports.edition_data import IndicatorRow
from school_support.web import charts
from school_support.web.rows import TrendRow


def indicator(**changes: object) -> IndicatorRow:
    values: dict[str, object] = {
        "urn": "990001", "indicator": "ks2", "indicator_name": "Expected standard", "domain": "attainment",
        "unit": "percent", "direction": "higher_is_better", "value": Decimal(40), "n": Decimal(90),
        "academic_years": "2024, 2025", "national": Decimal(60), "interval_low": Decimal(30),
        "interval_high": Decimal(50), "shrunk": Decimal(42), "line": Decimal(55),
        "probability_beyond_line": Decimal("0.99"), "flag": "likely", "points": Decimal(3), "points_available": Decimal(3),
        "reason_code": None, "releases_used": None, "sentence": None, "similar_value": None, "similar_schools": None,
    }  # fmt: skip
    return IndicatorRow(**(values | changes))  # type: ignore[arg-type]


def results(*of_years: tuple[int, int | None], measure: str = "rwm", name: str = "ks2") -> list[TrendRow]:
    return [
        TrendRow(
            name,
            measure,
            year,
            None if value is None else Decimal(value),
            None if value else "suppressed",
            None,
            None,
            None,
        )
        for year, value in of_years
    ]


def test_a_strip_keeps_the_order_of_its_figures_inside_its_box() -> None:
    drawn = charts.strip(indicator())
    assert drawn is not None
    assert drawn.low == charts.STRIP_MARGIN
    assert drawn.national == charts.STRIP_WIDTH - charts.STRIP_MARGIN
    assert drawn.low < drawn.x < (drawn.high or 0) < (drawn.line or 0) < drawn.national
    # A third of the way from 30 to 60.
    assert drawn.x == pytest.approx(8 + 204 / 3, abs=0.1)
    assert drawn.said == "40.0%, 95% interval 30.0% to 50.0%; national 60.0%; the line 55.0%"


@pytest.mark.parametrize(
    "changes", [{"value": None}, {"interval_low": None, "interval_high": None, "national": None, "line": None}]
)
def test_nothing_is_drawn_where_there_is_nothing_to_compare(changes: dict[str, object]) -> None:
    assert charts.strip(indicator(**changes)) is None


def test_a_gap_in_the_years_is_a_gap_in_the_line() -> None:
    [drawn] = charts.trends(
        [indicator()], results((2018, 50), (2019, 52), (2022, None), (2023, 40), (2024, 45), (2025, 44))
    )
    assert [len(path.split()) for path in drawn.paths] == [2, 3]
    assert [point.y is None for point in drawn.points] == [False, False, True, False, False, False]
    assert "2021/22: suppressed: 5 or fewer pupils" in drawn.said
    assert "2024/25: 44.0%" in drawn.said
    heights = [point.y for point in drawn.points if point.y is not None]
    assert heights[1] == min(heights), "the highest figure stands highest"


def test_years_are_named_where_there_is_room_and_the_last_always() -> None:
    [drawn] = charts.trends([indicator()], results(*((year, 40 + year % 3) for year in range(2012, 2026))))
    labelled = [point.x for point in drawn.points if point.is_labelled]
    assert drawn.points[-1].is_labelled
    assert all(later - earlier >= charts.YEAR_WIDTH for earlier, later in pairwise(labelled))


def test_a_measure_is_drawn_once_and_one_year_is_no_trend() -> None:
    both = [
        indicator(),
        indicator(indicator="gap", domain="disadvantage"),
        indicator(indicator="one", domain="absence"),
    ]
    rows = (
        results((2024, 1), (2025, 2))
        + results((2024, 1), (2025, 2), name="gap")
        + results((2025, 2), measure="m", name="one")
    )
    assert [drawn.title for drawn in charts.trends(both, rows)] == ["Expected standard"]
