"""Where everything goes in the charts of indicators: one chart a phase, one row a school, one panel an indicator.

Only geometry, in the units of the SVG's view box; `chart.svg.j2` draws it. Drawn by us rather than by a chart library,
because the marks take their colours and fonts from the page, carry no identifiers that clash inside one page, and the
lines of comparison may differ from school to school (each is compared over the years that it has results for).
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from school_support.reports import words
from school_support.reports.edition_data import IndicatorRow, SupportRow

NAMES_WIDTH = 236
WIDTH = 1180
PANEL_WIDTHS = (104, 190)
PANEL_GAP = 26
ROW_HEIGHT = 17
HEAD_HEIGHT = 88
FOOT_HEIGHT = 40
TIER_GAP = 9
NAME_LENGTH = 36


@dataclass(frozen=True, slots=True)
class Mark:
    """One school in one panel. `x` None: no figure, and `title` says why. `kind`: likely, possible, none."""

    y: float
    x: float | None
    low: float | None
    high: float | None
    national: float | None
    line: float | None
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One indicator. Ticks are (x, label); `worse` says on which side the schools of concern are."""

    x: float
    width: float
    heading: list[str]
    worse: str
    ticks: list[tuple[float, str]]
    marks: list[Mark]


@dataclass(frozen=True, slots=True)
class NameRow:
    """A school's row: middle of the row, its name cut to fit, and its tier."""

    y: float
    name: str
    tier: str


@dataclass(frozen=True, slots=True)
class Chart:
    """All schools of a phase."""

    phase: str
    title: str
    description: str
    width: float
    height: float
    top: float
    bottom: float
    rows: list[NameRow]
    panels: list[Panel]


def charts(schools: Sequence[SupportRow], indicators: Sequence[IndicatorRow]) -> list[Chart]:
    """One chart for every phase that has an indicator with an interval.

    Args:
        schools: in the order in which they are listed; phases come in the order of their first school.
        indicators: of these schools, in any order.
    """
    drawn = []
    for phase in dict.fromkeys(school.phase for school in schools):
        of_phase = [school for school in schools if school.phase == phase]
        urns = {school.urn for school in of_phase}
        rows = [row for row in indicators if row.urn in urns]
        shown = {(words.domain_order(row.domain), row.indicator) for row in rows if row.interval_low is not None}
        if shown:
            drawn.append(_chart(phase, of_phase, rows, [indicator for _, indicator in sorted(shown)]))
    return sorted(drawn, key=lambda chart: -len(chart.rows))


def nice_ticks(low: float, high: float, most: int = 4) -> list[float]:
    """At most `most` round numbers (1, 2 or 5 times a power of ten apart) within [low, high]."""
    span = high - low
    magnitude = 10.0 ** math.floor(math.log10(span / most))
    step = next(
        magnitude * factor
        for factor in (1, 2, 5, 10, 20)
        if math.floor(high / (magnitude * factor)) - math.ceil(low / (magnitude * factor)) + 1 <= most
    )
    return [i * step for i in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _chart(phase: str, schools: Sequence[SupportRow], indicators: Sequence[IndicatorRow], names: list[str]) -> Chart:
    rows: list[NameRow] = []
    y = float(HEAD_HEIGHT)
    for position, school in enumerate(schools):
        y += ROW_HEIGHT + (TIER_GAP if position and school.tier != schools[position - 1].tier else 0)
        rows.append(NameRow(y - ROW_HEIGHT / 2, _shortened(school.school_name), school.tier))
    room = (WIDTH - NAMES_WIDTH) / len(names) - PANEL_GAP
    width = max(PANEL_WIDTHS[0], min(PANEL_WIDTHS[1], room))
    panels = []
    for position, name in enumerate(names):
        by_urn = {row.urn: row for row in indicators if row.indicator == name}
        left = NAMES_WIDTH + position * (width + PANEL_GAP)
        placed = [(by_urn.get(school.urn), row.y, school) for school, row in zip(schools, rows, strict=True)]
        panels.append(_panel(left, width, placed))
    title = f"{words.named(phase, words.PHASES)}: {words.counted(len(schools), 'school')}"
    return Chart(
        phase=phase,
        title=title,
        description=" ".join(_summary(name, [r for r in indicators if r.indicator == name]) for name in names),
        # Never less than the full width, or a chart of two panels would be drawn larger than its neighbours.
        width=max(WIDTH, NAMES_WIDTH + len(names) * (width + PANEL_GAP)),
        height=y + FOOT_HEIGHT,
        top=HEAD_HEIGHT,
        bottom=y,
        rows=rows,
        panels=panels,
    )


def _panel(left: float, width: float, rows: Sequence[tuple[IndicatorRow | None, float, SupportRow]]) -> Panel:
    known = [row for row, _, _ in rows if row is not None]
    first = known[0]
    edges = [
        float(number)
        for row in known
        if row.value is not None
        for number in (row.value, row.interval_low, row.interval_high, row.national, row.line)
        if number is not None
    ]
    low, high = min(edges), max(edges)
    margin = (high - low or 1.0) * 0.06
    low, high = low - margin, high + margin

    def place(number: Decimal | float | None) -> float | None:
        return None if number is None else round(left + (float(number) - low) / (high - low) * width, 2)

    marks = []
    for row, y, school in rows:
        has_value = row is not None and row.value is not None
        marks.append(
            Mark(
                y=y,
                x=place(row.value) if row is not None and has_value else None,
                low=place(row.interval_low) if row is not None and has_value else None,
                high=place(row.interval_high) if row is not None and has_value else None,
                national=place(row.national) if row is not None and has_value else None,
                line=place(row.line) if row is not None and has_value else None,
                kind=(row.flag or "none") if row is not None else "none",
                title=_mark_title(school, row),
            )
        )
    suffix = "%" if first.unit == "percent" else ""
    ticks = [
        (place(tick) or left, f"{tick:g}".replace("-", words.MINUS) + suffix)
        for tick in nice_ticks(low, high, most=4 if width > 130 else 3)
    ]
    return Panel(
        x=left,
        width=width,
        heading=textwrap.wrap(first.indicator_name, width=max(14, int(width / 6.6)), max_lines=4, placeholder=" …"),
        worse="left" if first.direction == "higher_is_better" else "right",
        ticks=ticks,
        marks=marks,
    )


def _mark_title(school: SupportRow, row: IndicatorRow | None) -> str:
    if row is None:
        return f"{school.school_name}: not applicable to this school"
    if row.value is None:
        return f"{school.school_name}: {words.reason(row.reason_code)}"
    value = words.measured(row.value, row.unit, row.domain)
    title = f"{school.school_name}: {value}"
    if row.interval_low is not None and row.interval_high is not None:
        ends = [words.measured(end, row.unit, row.domain) for end in (row.interval_low, row.interval_high)]
        title += f" (95% interval {ends[0]} to {ends[1]})"
    if row.national is not None:
        title += f", national {words.measured(row.national, row.unit, row.domain)}"
    return f"{title}; {words.named(row.flag, words.FLAGS)}"


def _summary(indicator: str, rows: Sequence[IndicatorRow]) -> str:
    flags = [row.flag for row in rows]
    missing = sum(row.value is None for row in rows)
    name = rows[0].indicator_name or indicator
    beyond = f"{flags.count('likely')} likely and {flags.count('possible')} possibly beyond the line"
    return f"{name}: {beyond}, {missing} without a figure."


def _shortened(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1].rstrip() + "…"
