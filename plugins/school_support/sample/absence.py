"""Absence: what happened in each school, and the tables that tell of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from school_support.sample.figures import SUPPRESSED, fixed, suppressed, trimmed
from school_support.sample.layouts import ABSENCE_2017, Row
from school_support.sample.randomness import stream
from school_support.sample.schools import England, Establishment

Numbers = NDArray[np.float64]
PHASES = ("PRI", "SEC", "SPE")

# National percentages by phase: overall absence, and pupils who missed 10 % or more. Near the published
# ones. They rose by half and more with the pandemic; 2020 and 2021 were not published by school.
YEARS: dict[int, dict[str, tuple[float, float]]] = {
    2017: {"PRI": (4.0, 8.3), "SEC": (5.4, 13.5), "SPE": (9.7, 28.5)},
    2018: {"PRI": (4.2, 8.7), "SEC": (5.5, 13.9), "SPE": (10.2, 29.6)},
    2019: {"PRI": (4.0, 8.2), "SEC": (5.5, 13.7), "SPE": (10.1, 28.8)},
    2022: {"PRI": (6.3, 17.7), "SEC": (9.0, 27.7), "SPE": (13.1, 40.3)},
    2023: {"PRI": (5.9, 16.2), "SEC": (9.0, 26.5), "SPE": (13.0, 38.7)},
    2024: {"PRI": (5.5, 14.6), "SEC": (8.9, 25.6), "SPE": (12.8, 37.2)},
    2025: {"PRI": (5.2, 13.3), "SEC": (8.5, 23.8), "SPE": (12.6, 36.4)},
}

# Logarithm of a school's absence over the national: standard deviations between schools, and how much of
# them is quality, the neighbourhood (which stays), and the year.
OVERALL_SPREAD, PERSISTENT_SPREAD = 0.18, 0.40
QUALITY, NEIGHBOURHOOD, CHANCE = -0.6, 0.7, 0.39


@dataclass(frozen=True)
class Tables:
    """One academic year: percentages by school, and how many pupils each stands for."""

    year: int
    schools: list[Establishment]
    pupils: Numbers
    overall: Numbers
    persistent: Numbers


def draw_tables(england: England, year: int, seed: int) -> Tables:
    """What really happened in an academic year. Nurseries and pupil referral units are not in the tables."""
    schools: list[Establishment] = []
    parts: list[tuple[Numbers, Numbers, Numbers]] = []
    for authority in england.authorities:
        present = [
            school
            for school in england.of(authority)
            if school.counts_in(year) and (school.kind.mainstream or school.kind.special) and school.site.roll(year) > 0
        ]
        chance = stream(seed, "absence", year, authority.code)
        neighbourhood = stream(seed, "neighbourhood", authority.code)
        parts.append(_draw(england, present, year, chance, neighbourhood))
        schools += present
    pupils, overall, persistent = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Tables(year, schools, pupils, overall, persistent)


def absence_phase(school: Establishment) -> str:
    """PRI, SEC or SPE, as the national rows are named."""
    if school.kind.special:
        return "SPE"
    return "SEC" if school.plan.high >= 16 else "PRI"


def _draw(
    england: England,
    schools: Sequence[Establishment],
    year: int,
    chance: np.random.Generator,
    neighbourhood: np.random.Generator,
) -> tuple[Numbers, Numbers, Numbers]:
    if not schools:
        return np.empty(0), np.empty(0), np.empty(0)
    everyone = england.of(schools[0].authority)
    lasting = dict(zip([school.site.key for school in everyone], neighbourhood.normal(size=len(everyone)), strict=True))
    noise = chance.normal(size=(len(schools), 2))
    pressure = (
        QUALITY * np.array([school.site.quality_in(year) for school in schools])
        + NEIGHBOURHOOD * np.array([lasting[school.site.key] for school in schools])
        + CHANCE * noise[:, 0]
    )
    levels = np.array([YEARS[year][absence_phase(school)] for school in schools])
    # The mean of a lognormal is above its middle by half the variance; taking it off keeps the level.
    overall = levels[:, 0] * np.exp(OVERALL_SPREAD * pressure - OVERALL_SPREAD**2 / 2)
    persistent = levels[:, 1] * np.exp(
        PERSISTENT_SPREAD * (0.95 * pressure + 0.3 * noise[:, 1]) - PERSISTENT_SPREAD**2 / 2
    )
    pupils = np.array([float(school.site.roll(year)) for school in schools])
    return pupils, overall, np.minimum(persistent, 95.0)


def table_rows(tables: Tables) -> Iterator[Row]:
    """The file: schools by authority and number, then NAT rows of primary, secondary and special schools.

    Both figures are suppressed for five pupils or fewer, persistent absence also where it is that of
    five pupils or fewer.
    """
    order = sorted(range(len(tables.schools)), key=lambda index: tables.schools[index].laestab)
    for index in order:
        school, pupils = tables.schools[index], float(tables.pupils[index])
        absentees = round(pupils * float(tables.persistent[index]) / 100)
        persistent = trimmed(float(tables.persistent[index]), 1)
        yield ABSENCE_2017.row(
            {
                "LA": school.authority.code,
                "ESTAB": f"{school.number:04d}",
                "URN": str(school.urn),
                "PERCTOT": SUPPRESSED if suppressed(pupils) else trimmed(float(tables.overall[index]), 1),
                "PPERSABS10": SUPPRESSED if suppressed(absentees) else persistent,
            }
        )
    phases = np.array([absence_phase(school) for school in tables.schools])
    for phase in PHASES:
        mine = phases == phase
        weights = tables.pupils[mine]
        yield ABSENCE_2017.row(
            {
                "LA": "NAT",
                "ESTAB": phase,
                "PERCTOT": fixed(float(np.average(tables.overall[mine], weights=weights)), 1),
                "PPERSABS10": fixed(float(np.average(tables.persistent[mine], weights=weights)), 1),
            }
        )
