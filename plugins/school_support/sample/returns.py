"""What some schools of Fenmere returned to their authority: three terms, one part of a return, one correction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from school_support.sample.heads import acting
from school_support.sample.layouts import SCHOOL_RETURNS, Row
from school_support.sample.randomness import stream
from school_support.sample.schools import RECEPTION_AGE, England, Establishment

# Falling, rising, stuck, in special measures, strong, tiny, and ordinary ones; keys of fenmere_schools.csv.
RETURNING = (
    "alder_lane",
    "cressington",
    "gosling_way",
    "hawthorn_park",
    "lapwing",
    "marlholme",
    "millstream",
    "old_lock",
    "sallow_drove",
    "tern_meadow",
    "fenmere_high",
    "stoneferry",
)
PARTIAL, CORRECTED = "beacon_drove", "gosling_way"
# Academic year, term, day of receipt, school days.
TERMS = (
    (2025, "Summer", dt.date(2025, 7, 18), 62),
    (2026, "Autumn", dt.date(2026, 1, 9), 72),
    (2026, "Spring", dt.date(2026, 4, 17), 58),
)
CORRECTED_ON = dt.date(2026, 4, 24)
PARTIAL_ON = dt.date(2026, 4, 21)
SUBJECTS = {"primary": ("Reading", "Writing", "Mathematics"), "secondary": ("English", "Mathematics", "Science")}
# Share of pupils at the expected standard in a school of middling quality, on the scale of the logit.
LEVEL = {"Reading": 0.95, "Writing": 0.7, "Mathematics": 0.85, "English": 0.7, "Science": 0.6}
QUALITY_SHIFT = 0.35
MISSED = 0.062


@dataclass(frozen=True)
class Sent:
    """One file as it was received."""

    file_name: str
    received: dt.date
    describes: str
    coverage: str
    rows: Sequence[Row]


def draw_returns(england: England, seed: int) -> Iterator[Sent]:
    """The returns in the order of their receipt.

    A correction has the figures of the first return with the pupils who were forgotten in it; the later receipt counts.
    """
    schools = {school.plan.key: school for school in england.of(england.authorities[0])}
    for year, term, received, days in TERMS:
        yield Sent(
            f"{year}_{term.lower()}",
            received,
            f"Returns of {len(RETURNING)} schools of Fenmere, {term} {year}",
            f"{len(RETURNING)} schools of Fenmere",
            [row for key in RETURNING for row in _return(schools[key], year, term, days, seed)],
        )
    year, term, _, days = TERMS[-1]
    part = [row for row in _results(schools[PARTIAL], year, term, seed) if "Year 6" in row]
    yield _of_one(schools[PARTIAL], "part", PARTIAL_ON, "results of year 6 alone", part)
    again = list(_results(schools[CORRECTED], year, term, seed, forgotten=2))
    yield _of_one(schools[CORRECTED], "correction", CORRECTED_ON, "results again, corrected", again)


def _of_one(school: Establishment, called: str, received: dt.date, what: str, rows: Sequence[Row]) -> Sent:
    year, term, _, _ = TERMS[-1]
    return Sent(
        f"{year}_{term.lower()}_{school.urn}_{called}",
        received,
        f"Return of {school.name}, {term} {year}: {what}",
        f"URN {school.urn}, {term} {year - 1}/{year % 100:02d}",
        rows,
    )


def _return(school: Establishment, year: int, term: str, days: int, seed: int) -> Iterator[Row]:
    yield from _results(school, year, term, seed)
    yield from _attendance(school, year, term, days, seed)
    quality = school.site.quality_in(year)
    concern = "serious" if quality < -1.2 else "some" if quality < -0.4 else "none"
    yield SCHOOL_RETURNS.row(
        _key(school, year, term, "school")
        | {
            "Headteacher status": "acting" if acting(school, year) else "substantive",
            "Governance concern": concern,
            "Finance concern": "some" if school.site.roll(year) < 100 else "none",
            "Staffing concern": concern,
        }
    )


def _results(school: Establishment, year: int, term: str, seed: int, forgotten: int = 0) -> Iterator[Row]:
    """Pupils by year group and subject; `forgotten` more of them, all working towards, than in the return without."""
    chance = stream(seed, "returned results", year, term, school.plan.key)
    subjects = SUBJECTS["secondary" if school.plan.low >= 11 else "primary"]
    for group, pupils in _groups(school, year):
        for subject in subjects:
            expected = chance.binomial(pupils, _share(LEVEL[subject], school, year))
            deeper = chance.binomial(expected, 0.3)
            yield SCHOOL_RETURNS.row(
                _key(school, year, term, "results")
                | {
                    "Year group": group,
                    "Subject": subject,
                    "Pupils": str(pupils + forgotten),
                    "Working towards": str(pupils - expected + forgotten),
                    "Expected": str(expected),
                    "Greater depth": str(deeper),
                }
            )


def _attendance(school: Establishment, year: int, term: str, days: int, seed: int) -> Iterator[Row]:
    chance = stream(seed, "returned attendance", year, term, school.plan.key)
    rate = MISSED * float(np.exp(-0.12 * school.site.quality_in(year)))
    for group, pupils in _groups(school, year):
        possible = 2 * days * pupils
        missed = chance.binomial(possible, rate)
        yield SCHOOL_RETURNS.row(
            _key(school, year, term, "attendance")
            | {
                "Year group": group,
                "Pupils": str(pupils),
                "Sessions possible": str(possible),
                "Sessions missed": str(missed),
                "Sessions unauthorised": str(chance.binomial(missed, 0.25)),
                "Suspensions": str(chance.poisson(pupils * (0.02 if school.plan.low >= 11 else 0.003))),
                "Permanent exclusions": "0",
            }
        )


def _groups(school: Establishment, year: int) -> Iterator[tuple[str, int]]:
    """Year groups from Reception on, up to year 11, with their pupils."""
    ages = range(max(school.plan.low, RECEPTION_AGE), min(school.plan.high, 16))
    pupils = max(1, round(school.site.roll(year) / school.site.year_groups))
    for age in ages:
        yield ("Reception" if age == RECEPTION_AGE else f"Year {age - RECEPTION_AGE}"), pupils


def _share(level: float, school: Establishment, year: int) -> float:
    return float(1 / (1 + np.exp(-(level + QUALITY_SHIFT * school.site.quality_in(year)))))


def _key(school: Establishment, year: int, term: str, section: str) -> dict[str, str]:
    return {"URN": str(school.urn), "Academic year": str(year), "Term": term, "Section": section}
