"""The figures of one school's letter: its table of indicators, the bars beside them, and its results over the years.

Only words and geometry, positions from 0 to 1; `letter.typ` draws them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from school_support.reports import words
from school_support.reports.charts import nice_ticks
from school_support.reports.edition_data import IndicatorRow, IndicatorRule, ReleaseUsed, ResultRow

NONE = "–"
# Domains whose results are drawn over the years, and how many years and charts a page has room for.
DRAWN = ("attainment", "progress", "absence")
YEARS_BACK = 6
MOST_TRENDS = 6
LABELLED_RELEASE = re.compile(r"[(]([0-9a-f]{8})[)]")


@dataclass(frozen=True, slots=True)
class Bar:
    """An indicator against its national figure, which stands at 0.5; to the right is better. `kind`: its flag."""

    value: float
    low: float | None
    high: float | None
    line: float | None
    similar: float | None
    kind: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator in words; where there is no figure, `missing` says why and the other words are empty."""

    name: str
    note: str
    years: str
    pupils: str
    value: str
    interval: str
    national: str
    similar: str
    missing: str
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class YearPoint:
    """A year of a trend: where it stands from left to right, and its figure; without one `y` is None."""

    x: float
    year: str
    y: float | None
    label: str


@dataclass(frozen=True, slots=True)
class Trend:
    """A result over the years: `joined` are pairs of points of neighbouring years, `told` the same for who cannot see it."""

    title: str
    points: list[YearPoint]
    joined: list[tuple[int, int]]
    ticks: list[tuple[float, str]]
    gaps: str
    told: str


def figures(indicators: Sequence[IndicatorRow], rules: Mapping[str, IndicatorRule]) -> list[Figure]:
    """A school's indicators in the order of their domains."""
    return [_figure(row, rules.get(row.indicator)) for row in _ordered(indicators)]


def strengths(indicators: Sequence[IndicatorRow], rules: Mapping[str, IndicatorRule]) -> list[str]:
    """The indicators that are likely on the good side of the national figure, as their sentences say."""
    return [
        f"{row.indicator_name} ({words.measured(row.value, row.unit, row.domain)})"
        for row in _ordered(indicators)
        if _is_strength(row, rules.get(row.indicator))
    ]


def trends(
    indicators: Sequence[IndicatorRow], results: Iterable[ResultRow], rules: Mapping[str, IndicatorRule]
) -> list[Trend]:
    """The main results of a school, one chart a measure, for as many years as there is room for."""
    by_measure: dict[str, list[ResultRow]] = defaultdict(list)
    for result in results:
        by_measure[result.measure].append(result)
    drawn: dict[str, Trend] = {}
    for row in _ordered(indicators):
        rule = rules.get(row.indicator)
        if rule is None or rule.measure is None or row.domain not in DRAWN or rule.measure in drawn:
            continue
        known = by_measure[rule.measure]
        if any(result.value is not None for result in known):
            drawn[rule.measure] = _trend(row, known)
    return list(drawn.values())[:MOST_TRENDS]


def sources(indicators: Iterable[IndicatorRow], releases: Iterable[ReleaseUsed]) -> list[str]:
    """The publishers' files that a school's figures come from, one line a source with its periods."""
    used = {sha for row in indicators for sha in LABELLED_RELEASE.findall(row.releases_used or "")}
    periods: dict[str, list[str]] = defaultdict(list)
    for release in releases:
        if release.sha256[:8] in used and (period := _period(release)) not in periods[release.source]:
            periods[release.source].append(period)
    return [f"{words.named(source, words.SOURCES)}: {', '.join(known)}" for source, known in periods.items()]


def _ordered(indicators: Iterable[IndicatorRow]) -> list[IndicatorRow]:
    return sorted(indicators, key=lambda row: (words.domain_order(row.domain), row.indicator))


def _figure(row: IndicatorRow, rule: IndicatorRule | None) -> Figure:
    def said(number: Decimal | None) -> str:
        return NONE if number is None else words.measured(number, row.unit, row.domain)

    if row.value is None:
        return Figure(
            row.indicator_name, "", "", "", "", "", "", "", f"No figure: {words.reason(row.reason_code)}", None
        )
    has_interval = row.interval_low is not None and row.interval_high is not None
    return Figure(
        name=row.indicator_name,
        note=_note(row, rule),
        years=_years(row.academic_years),
        pupils=NONE if row.n is None else words.plain(row.n),
        value=said(row.value),
        interval=f"{said(row.interval_low)} to {said(row.interval_high)}" if has_interval else NONE,
        national=said(row.national),
        similar=said(row.similar_value),
        missing="",
        bar=_bar(row),
    )


def _note(row: IndicatorRow, rule: IndicatorRule | None) -> str:
    if row.direction == "context":
        return "context, not counted"
    if row.flag in ("likely", "possible"):
        return f"{row.flag} concern"
    return "likely strength" if _is_strength(row, rule) else ""


def _is_strength(row: IndicatorRow, rule: IndicatorRule | None) -> bool:
    return bool(rule and rule.better and row.flag == "none" and f") that {rule.better}." in (row.sentence or ""))


def _bar(row: IndicatorRow) -> Bar | None:
    if row.value is None or row.national is None or row.interval_low is None or row.interval_high is None:
        return None
    national = row.national
    ends = [row.value, row.interval_low, row.interval_high]
    reach = max(abs(number - national) for number in [*ends, row.line, row.similar_value] if number is not None)
    sign = -1 if row.direction == "lower_is_better" else 1

    def place(number: Decimal | None) -> float | None:
        if number is None or not reach:
            return None if number is None else 0.5
        return round(0.5 + float(sign * (number - national) / reach) * 0.48, 4)

    low, high = place(row.interval_low), place(row.interval_high)
    at = place(row.value)
    assert at is not None  # noqa: S101  # a number has a place
    return Bar(
        value=at,
        low=low if sign == 1 else high,
        high=high if sign == 1 else low,
        line=place(row.line),
        similar=place(row.similar_value),
        kind=row.flag or "none",
    )


def _trend(row: IndicatorRow, results: Sequence[ResultRow]) -> Trend:
    by_year = {result.academic_year: result for result in results}
    last = max(by_year)
    years = list(range(max(min(by_year), last - YEARS_BACK + 1), last + 1))
    values = {year: by_year[year].value for year in years if year in by_year}
    numbers = [float(value) for value in values.values() if value is not None] or [0.0]
    low, high = min(numbers), max(numbers)
    margin = (high - low or abs(high) or 1.0) * 0.25
    low, high = low - margin, high + margin

    def height(number: float) -> float:
        return round((number - low) / (high - low), 4)

    points = []
    for place, year in enumerate(years):
        value = values.get(year)
        points.append(
            YearPoint(
                x=round((place + 0.5) / len(years), 4),
                year=words.school_year(year)[2:],
                y=None if value is None else height(float(value)),
                label="" if value is None else words.measured(value, row.unit, row.domain),
            )
        )
    missing = {
        year: by_year[year].reason_code if year in by_year else "no_result_known"
        for year in years
        if values.get(year) is None
    }
    suffix = words.UNITS.get(row.unit, (1, ""))[1].strip()
    return Trend(
        title=row.indicator_name,
        points=points,
        joined=[
            (left, right)
            for left, right in pairwise(range(len(points)))
            if None not in (points[left].y, points[right].y)
        ],
        ticks=[
            (height(tick), f"{tick:g}".replace("-", words.MINUS) + (suffix if suffix == "%" else ""))
            for tick in nice_ticks(low, high, most=3)
        ],
        gaps=_gaps(missing),
        told="; ".join(
            f"{words.school_year(year)}: {point.label or words.reason(missing.get(year))}"
            for year, point in zip(years, points, strict=True)
        ),
    )


def _gaps(missing: Mapping[int, str | None]) -> str:
    """Which years have no figure and why, years of one reason together."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for year, code in missing.items():
        by_reason[words.reason(code)].append(words.school_year(year)[2:])
    return "; ".join(f"{', '.join(years)}: {why}" for why, years in by_reason.items())


def _years(said: str | None) -> str:
    """2016, 2017, 2018 is 15/16 to 17/18; anything else stays as it is."""
    if not said:
        return NONE
    parts = [part.strip() for part in said.split(",")]
    if not all(re.fullmatch(r"[0-9]{4}", part) for part in parts):
        return said
    years = sorted(int(part) for part in parts)
    short = [words.school_year(year)[2:] for year in years]
    if len(years) > 2 and years == list(range(years[0], years[-1] + 1)):
        return f"{short[0]} to {short[-1]}"
    return ", ".join(short)


def _period(release: ReleaseUsed) -> str:
    if release.snapshot_date is not None:
        return words.long_date(release.snapshot_date)
    if release.academic_year is None:
        return "all years"
    return words.school_year(release.academic_year) + (f" ({release.stage})" if release.stage else "")
