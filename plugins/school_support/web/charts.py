"""Where everything goes in a school's two kinds of chart: a figure with its interval, and a figure over the years.

Only geometry, in the units of the SVG's view box; `charts.html.j2` draws it. Each chart says in words what it shows, and
every figure in it stands in a table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from school_support.reports import words
from school_support.reports.charts import nice_ticks
from school_support.reports.edition_data import IndicatorRow
from school_support.web.rows import TrendRow

STRIP_WIDTH, STRIP_HEIGHT, STRIP_MARGIN = 220.0, 26.0, 8.0
TREND_WIDTH, TREND_HEIGHT = 340.0, 150.0
YEAR_WIDTH = 52.0
TREND_LEFT, TREND_RIGHT, TREND_TOP, TREND_BOTTOM = 46.0, 14.0, 14.0, 28.0


@dataclass(frozen=True)
class Strip:
    """One indicator: x of the figure, of its 95% interval, of the national figure and of the line; none where unknown."""

    x: float
    low: float | None
    high: float | None
    national: float | None
    line: float | None
    said: str


@dataclass(frozen=True)
class TrendPoint:
    """A year: its x, and the y of its figure, none where there is none; `said` is the figure or the reason in words.

    `is_labelled` where there is room for the year below it.
    """

    year: str
    x: float
    is_labelled: bool
    y: float | None
    said: str


@dataclass(frozen=True)
class Trend:
    """A figure over the years. `paths` join years that follow each other; a gap in the years is a gap in the line."""

    title: str
    said: str
    points: list[TrendPoint]
    paths: list[str]
    ticks: list[tuple[float, str]]
    national: float | None
    rows: list[TrendRow]


def strip(indicator: IndicatorRow) -> Strip | None:
    """The chart of one indicator; none where it has no figure or nothing to set it against."""
    marks = (indicator.interval_low, indicator.interval_high, indicator.national, indicator.line)
    known = [float(number) for number in (indicator.value, *marks) if number is not None]
    if indicator.value is None or len(known) < 2:
        return None
    low, high = min(known), max(known)
    span = (high - low) or 1.0

    def place(number: Decimal) -> float:
        return round(STRIP_MARGIN + (float(number) - low) / span * (STRIP_WIDTH - 2 * STRIP_MARGIN), 1)

    value, unit, domain = indicator.value, indicator.unit, indicator.domain
    said = words.measured(value, unit, domain)
    if indicator.interval_low is not None and indicator.interval_high is not None:
        ends = [words.measured(end, unit, domain) for end in (indicator.interval_low, indicator.interval_high)]
        said += f", 95% interval {ends[0]} to {ends[1]}"
    if indicator.national is not None:
        said += f"; national {words.measured(indicator.national, unit, domain)}"
    if indicator.line is not None:
        said += f"; the line {words.measured(indicator.line, unit, domain)}"
    interval_low, interval_high, national, line = (None if number is None else place(number) for number in marks)
    return Strip(place(value), interval_low, interval_high, national, line, said)


def trends(indicators: Sequence[IndicatorRow], results: Sequence[TrendRow]) -> list[Trend]:
    """A chart for every measure with figures of two years or more, in the order of the indicators' domains.

    Where several indicators are made from one measure, the first gives its name.
    """
    drawn: dict[str, Trend] = {}
    for indicator in sorted(indicators, key=lambda row: (words.domain_order(row.domain), row.indicator)):
        rows = [row for row in results if row.indicator == indicator.indicator]
        if sum(row.value is not None for row in rows) >= 2 and rows[0].measure not in drawn:
            drawn[rows[0].measure] = _trend(indicator, rows)
    return list(drawn.values())


def _trend(indicator: IndicatorRow, rows: Sequence[TrendRow]) -> Trend:
    # The national figure is of the same measure only where the indicator is the measure itself.
    same = indicator.unit in ("percent", "score", "rate") and indicator.domain != "trend"
    national = indicator.national if same else None
    known = [float(row.value) for row in rows if row.value is not None] + (
        [float(national)] if national is not None else []
    )
    low, high = min(known), max(known)
    margin = (high - low or 1.0) * 0.1
    low, high = low - margin, high + margin
    first, last = rows[0].academic_year, rows[-1].academic_year
    across = TREND_WIDTH - TREND_LEFT - TREND_RIGHT
    down = TREND_HEIGHT - TREND_TOP - TREND_BOTTOM

    def height(number: Decimal | float) -> float:
        return round(TREND_TOP + (high - float(number)) / (high - low) * down, 1)

    unit = indicator.unit if same else "score"
    places = [round(TREND_LEFT + (row.academic_year - first) / (last - first) * across, 1) for row in rows]
    labelled = _labelled(places)
    points = [
        TrendPoint(
            year=words.school_year(row.academic_year),
            x=x,
            is_labelled=x in labelled,
            y=None if row.value is None else height(row.value),
            said=words.reason(row.reason_code)
            if row.value is None
            else words.measured(row.value, unit, indicator.domain),
        )
        for row, x in zip(rows, places, strict=True)
    ]
    said = "; ".join(f"{point.year}: {point.said}" for point in points)
    if national is not None:
        said += f". National, for the years that count: {words.measured(national, unit, indicator.domain)}"
    return Trend(
        title=indicator.indicator_name,
        said=f"{said}.",
        points=points,
        paths=_paths(rows, points),
        ticks=[(height(tick), f"{tick:g}".replace("-", words.MINUS)) for tick in nice_ticks(low, high, 4)],
        national=None if national is None else height(national),
        rows=list(rows),
    )


def _labelled(places: Sequence[float]) -> set[float]:
    """The places, from the last on, that are far enough apart for the name of a year below each."""
    kept: list[float] = []
    for x in reversed(places):
        if not kept or kept[-1] - x >= YEAR_WIDTH:
            kept.append(x)
    return set(kept)


def _paths(rows: Sequence[TrendRow], points: Sequence[TrendPoint]) -> list[str]:
    """Lines through the figures of years that follow each other."""
    paths: list[list[str]] = []
    before: int | None = None
    for row, point in zip(rows, points, strict=True):
        if point.y is None:
            continue
        if before is None or row.academic_year != before + 1:
            paths.append([])
        paths[-1].append(f"{point.x},{point.y}")
        before = row.academic_year
    return [" ".join(path) for path in paths if len(path) > 1]
