"""Head teachers: who leads a school from which day. Every name is made up, and none of them ever lands."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from school_support.sample import names
from school_support.sample.randomness import stream
from school_support.sample.school_years import academic_year
from school_support.sample.schools import Authority, England, Establishment

YEARS = range(2012, 2027)  # academic years in which a head may begin
STAYS_FOR = 6  # years on average
# Terms by month and day of their beginning; most heads begin with the school year.
TERMS = ((9, 1), (1, 1), (4, 20))
TERM_SHARES = (0.70, 0.15, 0.15)
DOCTORS = 0.04
ACTING_BELOW = -1.2  # quality of a school that is led by somebody for the time being


@dataclass(frozen=True)
class Head:
    """A made-up person and the first day in the post."""

    since: dt.date
    title: str
    first_name: str
    last_name: str


# Heads by key of the site, the earliest first: a school that becomes an academy keeps its head.
Heads = dict[str, list[Head]]


def draw_heads(england: England, seed: int) -> Heads:
    """The heads of every school; a new one about every six years, or on the day that Fenmere's table says."""
    heads: Heads = {}
    for authority in england.authorities:
        heads |= _draw(england, authority, stream(seed, "heads", authority.code))
    return heads


def head_on(heads: Heads, school: Establishment, day: dt.date) -> Head | None:
    """Who leads a school on a day; None for what has no head, such as a children's centre."""
    known = heads.get(school.site.key, [])
    return known[max(0, bisect_right([head.since for head in known], day) - 1)] if known else None


def acting(school: Establishment, year: int) -> bool:
    """Whether the head of an academic year is one for the time being."""
    return school.site.quality_in(year) < ACTING_BELOW


def _draw(england: England, authority: Authority, rng: np.random.Generator) -> Heads:
    # Of several URNs of one school the earliest stands first.
    schools: dict[str, Establishment] = {}
    for school in england.of(authority):
        if school.kind.sector != "other":
            schools.setdefault(school.site.key, school)
    changes = rng.random((len(schools), len(YEARS))) < 1 / STAYS_FOR
    terms = rng.choice(len(TERMS), size=changes.shape, p=TERM_SHARES)
    people = (len(schools), len(YEARS) + 1)
    women = rng.random(people) < 0.65
    titles, first_names = rng.random(people), rng.integers(len(names.WOMEN), size=people)
    # A step of at least one from name to name: nobody follows a namesake.
    surnames = np.cumsum(rng.integers(1, len(names.SURNAMES), size=people), axis=1) % len(names.SURNAMES)
    heads: Heads = {}
    for row, (key, school) in enumerate(schools.items()):
        since = _first_days(changes[row], terms[row], school.plan.head_since)
        heads[key] = [
            Head(
                day,
                _title(bool(women[row, column]), float(titles[row, column])),
                (names.WOMEN if women[row, column] else names.MEN)[first_names[row, column]],
                names.SURNAMES[surnames[row, column]],
            )
            for column, day in enumerate(since)
        ]
    return heads


def _first_days(changes: Sequence[bool], terms: Sequence[int], last: dt.date | None) -> list[dt.date]:
    """The first days of all heads; the first of them was there before anything is told."""
    days = [dt.date(YEARS[0] - 1, 9, 1)]
    for year, changed, term in zip(YEARS, changes, terms, strict=True):
        month, day = TERMS[term]
        first = dt.date(year - (month == TERMS[0][0]), month, day)
        if changed and first > days[-1]:
            days.append(first)
    if last is None:
        return days
    # Nobody of the table's schools changed in the school year before, so that one change is one.
    return [day for day in days if academic_year(day) < academic_year(last) - 1] + [last]


def _title(woman: bool, chance: float) -> str:
    if chance < DOCTORS:
        return "Dr"
    if not woman:
        return "Mr"
    return "Mrs" if chance < 0.6 else "Ms" if chance < 0.8 else "Miss"
