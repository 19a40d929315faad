"""Suspensions and permanent exclusions: what happened in each school, and the file of all years that tells of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from school_support.sample.absence import PHASES, absence_phase
from school_support.sample.census import SCHOOL_TYPES
from school_support.sample.columns import Columns, Numbers
from school_support.sample.figures import fixed
from school_support.sample.layouts import EXCLUSIONS_EES, Row
from school_support.sample.randomness import stream
from school_support.sample.school_years import census_day
from school_support.sample.schools import Authority, England, Establishment

# National suspensions and permanent exclusions per 100 pupils by phase. Near the published ones: few while schools were
# shut for months, and more every year since.
YEARS: dict[int, dict[str, tuple[float, float]]] = {
    2020: {"PRI": (1.0, 0.02), "SEC": (7.4, 0.13), "SPE": (7.5, 0.05)},
    2021: {"PRI": (1.0, 0.01), "SEC": (8.5, 0.10), "SPE": (7.4, 0.04)},
    2022: {"PRI": (1.4, 0.02), "SEC": (14.0, 0.16), "SPE": (9.7, 0.06)},
    2023: {"PRI": (1.8, 0.03), "SEC": (18.6, 0.22), "SPE": (11.5, 0.08)},
    2024: {"PRI": (2.2, 0.04), "SEC": (22.6, 0.28), "SPE": (13.3, 0.09)},
    2025: {"PRI": (2.3, 0.04), "SEC": (23.5, 0.29), "SPE": (13.8, 0.09)},
}
PUBLISHED = (2022, 2023, 2024, 2025)  # newest years of the files, each with all years before

# Logarithm of a school's expected rate over the national: how much of it is quality, the neighbourhood (which stays)
# and disadvantage (by the share of pupils eligible for free school meals).
QUALITY, NEIGHBOURHOOD, DISADVANTAGE, AVERAGE_FSM = -0.40, 0.30, 1.5, 0.25
SPREAD = float(np.hypot(QUALITY, NEIGHBOURHOOD))
# Shape of the gamma that a school's year is drawn with: few pupils are suspended often, the more so in primary schools.
SHAPE = {"PRI": 0.8, "SEC": 5.0, "SPE": 1.2}
ONCE_MORE = 0.45  # chance that a suspension after the first is another pupil's

TERMS = {"Autumn term": 0.38, "Spring term": 0.34, "Summer term": 0.28}
WHOLE_YEAR, ALL_PHASES = "Academic year", "Total"
NOT_APPLICABLE, NOT_AVAILABLE = "z", "x"


@dataclass(frozen=True)
class Counts(Columns):
    """One element a school: pupils on roll in January, suspensions, pupils with one or more, permanent exclusions."""

    headcount: Numbers
    suspensions: Numbers
    suspended: Numbers
    permanent: Numbers


@dataclass(frozen=True)
class Tables:
    """One academic year, or a term of it, for every school that was open on a day of the year."""

    year: int
    schools: list[Establishment]
    counts: Counts


def draw_tables(england: England, year: int, seed: int) -> Tables:
    """What really happened in an academic year. Nurseries and pupil referral units are not in the file.

    A school that was closed on census day (it opened later, or closed before) has no pupils on roll and so no rate.
    """
    schools: list[Establishment] = []
    parts: list[Counts] = []
    for authority in england.authorities:
        present = [
            school
            for school in england.of(authority)
            if (school.kind.mainstream or school.kind.special) and _open_within(school, year)
        ]
        parts.append(_draw(england, authority, present, year, seed))
        schools += present
    return Tables(year, schools, Counts.join(parts))


def _open_within(school: Establishment, year: int) -> bool:
    first, last = dt.date(year - 1, 9, 1), dt.date(year, 8, 31)
    return (school.opened is None or school.opened <= last) and (school.closed is None or school.closed >= first)


def _draw(england: England, authority: Authority, schools: Sequence[Establishment], year: int, seed: int) -> Counts:
    places = list(dict.fromkeys(school.site.key for school in england.of(authority)))
    drawn = dict(zip(places, stream(seed, "exclusions", authority.code).normal(size=len(places)), strict=True))
    lasting = np.array([drawn[school.site.key] for school in schools])
    quality = np.array([school.site.quality_in(year) for school in schools])
    fsm = np.array([school.site.fsm for school in schools])
    phases = [absence_phase(school) for school in schools]
    levels = np.array([YEARS[year][name] for name in phases]).reshape(-1, 2)
    shape = np.array([SHAPE[name] for name in phases])
    day = census_day(year)
    headcount = np.array([float(school.site.roll(year)) if school.open_on(day) else 0.0 for school in schools])

    rng = stream(seed, "exclusions", year, authority.code)
    pressure = QUALITY * quality + NEIGHBOURHOOD * lasting + DISADVANTAGE * (fsm - AVERAGE_FSM)
    expected = levels[:, 0] / 100 * headcount * np.exp(pressure - SPREAD**2 / 2)
    # Poisson around a gamma is negative binomial.
    suspensions = rng.poisson(expected * rng.gamma(shape) / shape)
    permanent = rng.poisson(levels[:, 1] / 100 * headcount * np.exp(pressure - SPREAD**2 / 2))
    suspended = _pupils(suspensions, headcount, rng)
    return Counts(headcount, suspensions.astype(float), suspended, permanent.astype(float))


def _pupils(suspensions: Numbers, headcount: Numbers, rng: np.random.Generator) -> Numbers:
    """How many pupils a number of suspensions fell on."""
    others = rng.binomial(np.maximum(suspensions - 1, 0).astype(int), ONCE_MORE)
    return np.minimum(np.minimum(suspensions, 1) + others, headcount).astype(float)


def by_term(tables: Tables, authority: Authority, seed: int) -> dict[str, Tables]:
    """The year of one authority's schools, taken apart into its terms."""
    mine = np.array([school.authority is authority for school in tables.schools])
    schools = [tables.schools[index] for index in np.flatnonzero(mine)]
    counts = tables.counts.pick(mine)
    rng = stream(seed, "exclusions by term", tables.year, authority.code)
    shares = list(TERMS.values())
    suspensions = rng.multinomial(counts.suspensions.astype(int), shares).astype(float)
    permanent = rng.multinomial(counts.permanent.astype(int), shares).astype(float)
    return {
        term: Tables(
            tables.year,
            schools,
            Counts(
                counts.headcount,
                suspensions[:, column],
                np.minimum(_pupils(suspensions[:, column], counts.headcount, rng), counts.suspended),
                permanent[:, column],
            ),
        )
        for column, term in enumerate(TERMS)
    }


def year_rows(tables: Tables, england: England) -> list[Row]:
    """One academic year of the file: England by phase and in all, authorities in all, schools."""
    phases = np.array([absence_phase(school) for school in tables.schools])
    codes = np.array([school.authority.code for school in tables.schools])
    rows: list[Row] = []
    for name in PHASES:
        nation = tables.counts.pick(phases == name).total()
        rows.append(_row(tables.year, WHOLE_YEAR, _area("National"), SCHOOL_TYPES[name], nation))
    rows.append(_row(tables.year, WHOLE_YEAR, _area("National"), ALL_PHASES, tables.counts.total()))
    for authority in england.authorities:
        area = _area("Local authority") | _authority(authority)
        rows.append(
            _row(tables.year, WHOLE_YEAR, area, ALL_PHASES, tables.counts.pick(codes == authority.code).total())
        )
    return [*rows, *school_rows(tables, WHOLE_YEAR)]


def school_rows(tables: Tables, time_identifier: str) -> Iterator[Row]:
    """A row for each school, in the order in which they were drawn."""
    for school, counts in zip(tables.schools, tables.counts.each(), strict=True):
        identity = _authority(school.authority) | {
            "geographic_level": "School",
            "school_laestab": school.laestab,
            "school_urn": str(school.urn),
            "school_name": school.name,
        }
        kind = SCHOOL_TYPES[absence_phase(school)]
        yield _row(tables.year, time_identifier, identity, kind, counts)


def _area(level: str) -> dict[str, str]:
    none = ("region_code", "region_name", "new_la_code", "old_la_code", "la_name")
    schools = ("school_laestab", "school_urn", "school_name")
    return dict.fromkeys((*none, *schools), NOT_APPLICABLE) | {"geographic_level": level}


def _authority(authority: Authority) -> dict[str, str]:
    return {
        "region_code": NOT_AVAILABLE,
        "region_name": authority.region,
        "new_la_code": f"X00000{authority.code}",
        "old_la_code": authority.code,
        "la_name": authority.name,
    }


def _row(year: int, time_identifier: str, identity: dict[str, str], kind: str, counts: Counts) -> Row:
    headcount = float(counts.headcount)
    numbers = {"perm_excl": counts.permanent, "susp": counts.suspensions, "one_plus_susp": counts.suspended}
    # Without pupils on roll a rate has no denominator.
    rates = {
        f"{name}_rate": fixed(100 * float(number) / headcount, 2) if headcount else NOT_AVAILABLE
        for name, number in numbers.items()
    }
    return EXCLUSIONS_EES.row(
        {
            "time_period": f"{year - 1}{year % 100:02d}",
            "time_identifier": time_identifier,
            "country_code": "E92000001",
            "country_name": "England",
            **identity,
            "education_phase": kind,
            "headcount": f"{headcount:.0f}",
            "perm_excl": f"{counts.permanent:.0f}",
            "suspension": f"{counts.suspensions:.0f}",
            "one_plus_susp": f"{counts.suspended:.0f}",
            **rates,
        }
    )
