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
from school_support.reports.edition_data import IndicatorRow, IndicatorRule, ReleaseUsed, ResultRow, SupportRow

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
    """One indicator in words. One that is compared with nothing, or has no figure, has `told` instead of columns."""

    name: str
    unit: str
    note: str
    years: str
    pupils: str
    value: str
    interval: str
    national: str
    similar: str
    told: str
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class YearPoint:
    """A year of a trend: where it stands from left to right, and its figure; without one `y` is None.

    `above`: whether the figure is written above its dot, so that no line runs through it.
    """

    x: float
    year: str
    y: float | None
    label: str
    above: bool


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


def borderline(row: SupportRow, indicators: Iterable[IndicatorRow]) -> list[str]:
    """Under which slightly different rules the tier would be another, with the indicators by their names."""
    names = {indicator.indicator: indicator.indicator_name for indicator in indicators}
    scenarios = (row.sensitive_to or "").split("; ") if row.sensitive_to else []
    return [
        re.sub(r"^without (\w+)(?=: )", lambda found: f"without {names.get(found[1], found[1])}", s) for s in scenarios
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
    unit = words.UNITS.get(row.unit, (1, ""))[1]

    def said(number: Decimal | None) -> str:
        # A unit that is a word stands once, beside the name: columns of bare numbers line up.
        text = NONE if number is None else words.measured(number, row.unit, row.domain)
        return text.removesuffix(unit) if unit.startswith(" ") else text

    told = ""
    if row.value is None:
        told = f"No figure: {words.reason(row.reason_code)}"
    elif row.national is None and row.interval_low is None:
        told = row.sentence or words.measured(row.value, row.unit, row.domain)
    if told:
        return Figure(row.indicator_name, "", _note(row, rule), "", "", "", "", "", "", told, None)
    has_interval = row.interval_low is not None and row.interval_high is not None
    return Figure(
        name=row.indicator_name,
        unit=unit.strip() if unit.startswith(" ") else "",
        note=_note(row, rule),
        years=_years(row.academic_years),
        pupils=NONE if row.n is None else words.plain(row.n),
        value=said(row.value),
        interval=f"{said(row.interval_low)} to {said(row.interval_high)}" if has_interval else NONE,
        national=said(row.national),
        similar=said(row.similar_value),
        told="",
        bar=_bar(row),
    )


def _note(row: IndicatorRow, rule: IndicatorRule | None) -> str:
    if row.direction == "context":
        return "context, not counted"
    notes = []
    if row.domain == "in_year" and row.value is not None:
        notes.append("against the authority's returns")
    if row.flag in ("likely", "possible"):
        notes.append(f"{row.flag} concern")
    if _is_strength(row, rule):
        notes.append("likely strength")
    return ", ".join(notes)


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
    first = min(year for year in by_year if year > last - YEARS_BACK)
    years = list(range(first, last + 1))
    values = [by_year[year].value if year in by_year else None for year in years]
    codes = {
        year: by_year[year].reason_code if year in by_year else "no_result_known"
        for year, value in zip(years, values, strict=True)
        if value is None
    }
    low, high = _range([float(value) for value in values if value is not None])

    def height(number: Decimal | float) -> float:
        return round((float(number) - low) / (high - low), 4)

    points = [
        YearPoint(
            x=round((place + 0.5) / len(years), 4),
            year=words.school_year(year)[2:],
            y=None if value is None else height(value),
            label="" if value is None else words.measured(value, row.unit, row.domain),
            above=_is_peak(values, place),
        )
        for place, (year, value) in enumerate(zip(years, values, strict=True))
    ]
    percent = "%" if row.unit == "percent" else ""
    return Trend(
        title=row.indicator_name,
        points=points,
        joined=[
            (left, right) for left, right in pairwise(range(len(years))) if None not in (values[left], values[right])
        ],
        ticks=[
            (height(tick), f"{tick:g}".replace("-", words.MINUS) + percent) for tick in nice_ticks(low, high, most=3)
        ],
        gaps=_gaps(codes),
        told="; ".join(
            f"{words.school_year(year)}: {point.label or words.reason(codes[year])}"
            for year, point in zip(years, points, strict=True)
        ),
    )


def _range(numbers: Sequence[float]) -> tuple[float, float]:
    """From where to where an axis goes, with room for the figures beside the dots; without a number, any."""
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 0.0)
    margin = (high - low or abs(high) or 1.0) * 0.35
    return low - margin, high + margin


def _is_peak(values: Sequence[Decimal | None], place: int) -> bool:
    """Whether the lines to a year's neighbours run below its dot rather than above it."""
    value = values[place]
    beside = [values[near] for near in (place - 1, place + 1) if 0 <= near < len(values)]
    known = [near for near in beside if near is not None]
    return value is None or not known or value * len(known) >= sum(known)


def _gaps(missing: Mapping[int, str | None]) -> str:
    """Which years have no figure and why, years of one reason together."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for year, code in missing.items():
        by_reason[words.reason(code)].append(words.school_year(year)[2:])
    return "; ".join(f"{', '.join(years)}: {why}" for why, years in by_reason.items())


def _years(said: str | None) -> str:
    """2016, 2017, 2018 is 15/16 to 17/18, 2022 and 2025 is 21/22, 24/25; what is no list of years stays as it is."""
    if not said:
        return NONE
    parts = re.split(r", | and ", said)
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
        return words.long_date(release.known_from)
    return words.school_year(release.academic_year) + (f" ({release.stage})" if release.stage else "")
