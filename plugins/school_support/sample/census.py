"""The school census: who the pupils of each school are, and the file that tells of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from school_support.sample.absence import PHASES, absence_phase
from school_support.sample.columns import Columns, Numbers
from school_support.sample.figures import NOT_AVAILABLE, padded_percent, percent, trimmed
from school_support.sample.layouts import CENSUS_2025, Row
from school_support.sample.randomness import stream
from school_support.sample.school_years import census_day
from school_support.sample.schools import RECEPTION_AGE, Authority, England, Establishment

# No header of 2020 is at hand, and those before had a column less: all files wear the one of 2025.
YEARS = range(2018, 2026)
SCHOOL_TYPES = {
    "PRI": "State-funded primary",
    "SEC": "State-funded secondary",
    "SPE": "State-funded special school",
    "nursery": "State-funded nursery",
    "pru": "State-funded AP school",
    "independent": "Independent school",
}
LAST_AGE_COUNTED = 16  # free school meals of six years are counted from reception to year 11

GIRLS, GIRLS_SPREAD = {"SPE": 0.28, "pru": 0.31}, 0.015
# Shares on the scale of the logit: the level of a mainstream school, and the spread between schools.
EAL_LEVEL, EAL_BETWEEN_AUTHORITIES, EAL_SPREAD = -1.9, 0.8, 0.8
SUPPORT_LEVEL, SUPPORT_SPREAD = -1.95, 0.25
PLAN_LEVEL, PLAN_SPREAD, PLAN_GROWTH = -3.9, 0.35, 0.08  # growth a year from 2018
WITH_FSM = 1.5  # support and plans rise with the share of pupils eligible for free school meals
UNCLASSIFIED = 0.002
PLANS = {"SPE": 0.98, "pru": 0.16, "nursery": 0.01}
SUPPORT = {"SPE": 0.6, "pru": 0.65, "nursery": 0.10}  # of the pupils without a plan
STILL_ELIGIBLE = 0.93  # of those eligible at any time in six years


@dataclass(frozen=True)
class Pupils(Columns):
    """Numbers of pupils in January, one element a school.

    `eal` have another first language than English, `unclassified` none that is known; `counted` are the pupils of
    reception to year 11, of whom `fsm_ever` were eligible for free school meals at any time in six years.
    """

    roll: Numbers
    girls: Numbers
    eal: Numbers
    unclassified: Numbers
    plans: Numbers
    support: Numbers
    fsm: Numbers
    counted: Numbers
    fsm_ever: Numbers


@dataclass(frozen=True)
class Tables:
    """One academic year: the schools open on census day that have a pupil, and who their pupils are."""

    year: int
    schools: list[Establishment]
    pupils: Pupils


def draw_tables(england: England, year: int, seed: int) -> Tables:
    """Who was on roll in January of an academic year."""
    day = census_day(year)
    schools: list[Establishment] = []
    parts: list[Pupils] = []
    for authority in england.authorities:
        present = [
            school
            for school in england.of(authority)
            if school.open_on(day) and school.kind.sector != "other" and school.site.roll(year) > 0
        ]
        parts.append(_draw(england, authority, present, year, seed))
        schools += present
    return Tables(year, schools, Pupils.join(parts))


def census_phase(school: Establishment) -> str:
    """PRI, SEC or SPE as on the rows for England, else the kind of school: nursery, pru or independent."""
    return absence_phase(school) if school.kind.mainstream or school.kind.special else school.kind.key


def _draw(england: England, authority: Authority, schools: Sequence[Establishment], year: int, seed: int) -> Pupils:
    # What lasts through the years belongs to the place, whatever its URN.
    places = list(dict.fromkeys(school.site.key for school in england.of(authority)))
    lasting_chance = stream(seed, "census", authority.code)
    authority_eal = EAL_BETWEEN_AUTHORITIES * lasting_chance.normal()
    drawn = dict(zip(places, lasting_chance.normal(size=(len(places), 4)), strict=True))
    lasting = np.array([drawn[school.site.key] for school in schools]).reshape(-1, 4)

    rng = stream(seed, "census", year, authority.code)
    phases = [census_phase(school) for school in schools]
    roll = np.array([school.site.roll(year) for school in schools], dtype=int)
    fsm = np.array([school.site.fsm for school in schools])
    girls = np.array([GIRLS.get(name, 0.49) for name in phases]) + GIRLS_SPREAD * lasting[:, 0]
    eal = _share(EAL_LEVEL + authority_eal + EAL_SPREAD * lasting[:, 1] + WITH_FSM * (fsm - 0.25))
    mainstream = PLAN_LEVEL + PLAN_GROWTH * (year - YEARS[0]) + PLAN_SPREAD * lasting[:, 2] + WITH_FSM * (fsm - 0.25)
    plans = rng.binomial(roll, _or_of_kind(phases, PLANS, _share(mainstream)))
    supported = _share(SUPPORT_LEVEL + SUPPORT_SPREAD * lasting[:, 3] + WITH_FSM * (fsm - 0.25))
    other_language = rng.binomial(roll, eal)
    counted = np.rint(roll * [_counted_share(school) for school in schools]).astype(int)
    fsm_ever = rng.binomial(counted, fsm)
    return Pupils(
        roll=roll.astype(float),
        girls=rng.binomial(roll, girls).astype(float),
        eal=other_language.astype(float),
        unclassified=rng.binomial(roll - other_language, UNCLASSIFIED).astype(float),
        plans=plans.astype(float),
        support=rng.binomial(roll - plans, _or_of_kind(phases, SUPPORT, supported)).astype(float),
        fsm=rng.binomial(fsm_ever, STILL_ELIGIBLE).astype(float),
        counted=counted.astype(float),
        fsm_ever=fsm_ever.astype(float),
    )


def _share(logit: Numbers) -> Numbers:
    share: Numbers = 1 / (1 + np.exp(-logit))
    return share


def _or_of_kind(phases: Sequence[str], of_kind: dict[str, float], otherwise: Numbers) -> Numbers:
    return np.array([of_kind.get(name, share) for name, share in zip(phases, otherwise, strict=True)])


def _counted_share(school: Establishment) -> float:
    """The share of year groups between reception and year 11; a nursery school has none of them."""
    if school.kind.key == "nursery":
        return 0.0
    first = max(school.plan.low, RECEPTION_AGE)
    return (min(school.plan.high, LAST_AGE_COUNTED) - first) / max(1, min(school.plan.high, 18) - first)


def table_rows(tables: Tables) -> Iterator[Row]:
    """The file: schools by authority and number, then England's primary, secondary and special schools.

    The special schools of a small country have fewer pupils than its largest school, so that no reader could take their
    row for England's; it is left out, as in the publisher's file of 2017/18.
    """
    phases = [census_phase(school) for school in tables.schools]
    together = zip(tables.schools, phases, tables.pupils.each(), strict=True)
    for school, kind, pupils in sorted(together, key=lambda one: one[0].laestab):
        identity = {"URN": str(school.urn), "LA": school.authority.code, "Estab": f"{school.number:04d}"}
        yield CENSUS_2025.row(identity | _spelt(kind, pupils))
    largest = float(tables.pupils.roll.max())
    for name in PHASES:
        total = tables.pupils.pick(np.array(phases) == name).total()
        if float(total.roll) > largest:
            yield CENSUS_2025.row({"URN": "NAT", "Estab": name} | _spelt(name, total))


def _spelt(kind: str, pupils: Pupils) -> dict[str, str]:
    roll = float(pupils.roll)
    values = {
        "SCHOOLTYPE": SCHOOL_TYPES[kind],
        "NOR": f"{roll:.0f}",
        "NORG": f"{pupils.girls:.0f}",
        "NORB": f"{roll - pupils.girls:.0f}",
        "PNORG": percent(float(pupils.girls), roll, 2),
        "PNORB": percent(roll - float(pupils.girls), roll, 2),
        "TSENELSE": f"{pupils.plans:.0f}",
        "PSENELSE": percent(float(pupils.plans), roll, 2),
        "TSENELK": f"{pupils.support:.0f}",
        "PSENELK": percent(float(pupils.support), roll, 2),
    }
    if kind == "independent":
        return values | _without_meals()
    english = roll - float(pupils.eal) - float(pupils.unclassified)
    values |= {
        "NUMEAL": f"{pupils.eal:.0f}",
        "NUMENGFL": f"{english:.0f}",
        "NUMUNCFL": f"{pupils.unclassified:.0f}",
        "PNUMEAL": padded_percent(float(pupils.eal), roll),
        "PNUMENGFL": padded_percent(english, roll),
        # The one percentage that the publisher left a fraction.
        "PNUMUNCLF": trimmed(float(pupils.unclassified) / roll, 3),
    }
    if kind == "nursery":
        return values | _without_meals() | {"NUMFSM": f"{0.2 * roll:.0f}"}
    return values | {
        "NUMFSM": f"{pupils.fsm:.0f}",
        "NUMFSMEVER": f"{pupils.fsm_ever:.0f}",
        "NORFSMEVER": f"{pupils.counted:.0f}",
        "PNUMFSMEVER": percent(float(pupils.fsm_ever), float(pupils.counted), 2),
    }


def _without_meals() -> dict[str, str]:
    """No number behind it, and yet a percentage: the publisher's file says 0.00% there."""
    return {"NUMFSMEVER": NOT_AVAILABLE, "NORFSMEVER": NOT_AVAILABLE, "PNUMFSMEVER": "0.00%"}
