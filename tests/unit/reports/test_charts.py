from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from school_support.reports.charts import NAMES_WIDTH, WIDTH, charts, nice_ticks
from school_support.reports.edition_data import EditionData
from school_support.reports.pages import by_tier


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.0, 100.0, [0, 50, 100]),
        (-5.2, 4.9, [-5, 0]),
        (3.1, 8.2, [4, 6, 8]),
        (-0.43, 0.41, [-0.4, -0.2, 0, 0.2, 0.4]),
    ],
)
def test_ticks_are_round_numbers_inside_the_panel(low: float, high: float, ticks: list[float]) -> None:
    assert nice_ticks(low, high, most=5 if len(ticks) == 5 else 3) == pytest.approx(ticks)


def test_every_school_of_a_phase_has_a_mark_in_every_panel(edition: EditionData) -> None:
    drawn = charts(by_tier(edition.support), edition.indicators)
    assert [(chart.phase, len(chart.rows)) for chart in drawn] == [("primary", 58), ("secondary", 14), ("special", 6)]
    for chart in drawn:
        assert all(len(panel.marks) == len(chart.rows) for panel in chart.panels)
        assert all(chart.top < row.y < chart.bottom for row in chart.rows)


def test_marks_stand_where_their_numbers_are(edition: EditionData) -> None:
    rows = {(row.urn, row.indicator): row for row in edition.indicators}
    schools = [school for school in by_tier(edition.support) if school.phase == "primary"]
    panel = charts(schools, edition.indicators)[0].panels[0]
    assert " ".join(panel.heading) == "Expected standard in reading, writing and maths"
    shown = [
        (mark, row)
        for mark, school in zip(panel.marks, schools, strict=True)
        if (row := rows[school.urn, "ks2_rwm_expected"]).value is not None
    ]
    # A straight scale: the same distance in per cent is the same distance on paper, for every number of every mark.
    (a, first), (b, second) = shown[0], shown[-1]
    unit = (b.x - a.x) / float(second.value - first.value)
    assert unit > 0
    for mark, row in shown:
        for place, number in (
            (mark.x, row.value), (mark.low, row.interval_low), (mark.high, row.interval_high),
            (mark.national, row.national), (mark.line, row.line),
        ):  # fmt: skip
            assert place == pytest.approx(a.x + unit * float(number - first.value), abs=0.05)
            assert NAMES_WIDTH <= place <= WIDTH


def test_no_figure_is_no_mark_and_says_why(edition: EditionData) -> None:
    missing = next(row for row in edition.indicators if row.value is None and row.indicator == "ks2_rwm_expected")
    suppressed = replace(missing, reason_code="suppressed")
    indicators = [suppressed if row is missing else row for row in edition.indicators]
    schools = by_tier(edition.support)
    primaries = [school.urn for school in schools if school.phase == "primary"]
    mark = charts(schools, indicators)[0].panels[0].marks[primaries.index(missing.urn)]
    assert (mark.x, mark.low, mark.high) == (None, None, None)
    assert mark.title.endswith(": suppressed: 5 or fewer pupils")


def test_lower_is_better_puts_the_concern_on_the_right(edition: EditionData) -> None:
    primary = charts(by_tier(edition.support), edition.indicators)[0]
    worse = {" ".join(panel.heading): panel.worse for panel in primary.panels}
    assert worse["Maths progress"] == "left"
    assert worse["Persistent absence"] == "right"


def test_panels_never_overlap(edition: EditionData) -> None:
    for chart in charts(by_tier(edition.support), edition.indicators):
        ends = [NAMES_WIDTH - 1.0]
        for panel in chart.panels:
            assert panel.x > ends[-1]
            ends.append(panel.x + panel.width)
        assert ends[-1] <= chart.width


def test_without_intervals_there_is_nothing_to_draw(make_edition: Callable[..., EditionData]) -> None:
    data = make_edition(schools=5)
    bare = [replace(row, interval_low=None, interval_high=None) for row in data.indicators]
    assert charts(data.support, bare) == []
