"""Ofsted inspections of every school from 2006 on: when, of what kind, and with what outcome.

Three regimes follow each other: graded inspections with an overall grade (to August 2024), graded
inspections without one (to 9 November 2025), report cards after that. Between graded inspections good
schools get ungraded ones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from school_support.sample.fenmere import FENMERE, read_table
from school_support.sample.quality import FIRST_YEAR
from school_support.sample.randomness import stream
from school_support.sample.school_years import academic_year
from school_support.sample.schools import England, Establishment, Site

SHORT_INSPECTIONS_FROM = dt.date(2015, 9, 1)
OUTSTANDING_EXEMPT_UNTIL = dt.date(2020, 9, 1)
NO_OVERALL_GRADE_FROM = dt.date(2024, 9, 2)
REPORT_CARDS_FROM = dt.date(2025, 11, 10)
LAST_DAY = dt.date(2026, 5, 8)
SPONSORED_LEFT_ALONE = dt.timedelta(days=800)

# Days without routine inspections, and the day on which what was due then was done instead.
PAUSES = (
    (dt.date(2020, 3, 17), dt.date(2021, 5, 4), dt.timedelta(days=430)),
    (dt.date(2025, 7, 20), REPORT_CARDS_FROM, dt.timedelta(days=250)),
)

# An inspection sees a school's quality through noise: seen = 0.8 * quality + 0.6 * noise.
SEEN, NOISE = 0.8, 0.6
OVERALL_CUTS = (1.05, -0.9, -1.8)  # seen above the first is 1, above the second 2, above the third 3
JUDGEMENT_NOISE, AREA_NOISE = 0.25, 0.4
# In Fenmere only a script puts a school into a category of concern, so that its stories stay the same
# for every seed: elsewhere there is no floor.
FENMERE_FLOOR = -1.7
NO_FLOOR = -99.0

AREAS = (
    "inclusion",
    "curriculum_and_teaching",
    "achievement",
    "attendance_and_behaviour",
    "personal_development_and_wellbeing",
    "leadership_and_governance",
)
AREA_GRADES = ("Exceptional", "Strong standard", "Expected standard", "Needs attention", "Urgent improvement")
AREA_CUTS = (2.3, 0.9, -1.0, -2.6)


@dataclass(frozen=True)
class Inspection:
    """What all inspections share. `school` is the URN at the time."""

    school: Establishment
    number: int
    started: dt.date
    published: dt.date


@dataclass(frozen=True)
class Graded(Inspection):
    """Grades 1 to 4; `overall` is None from September 2024. `category` is '', SM or SWK."""

    overall: int | None
    quality_of_education: int
    behaviour_and_attitudes: int
    personal_development: int
    leadership_and_management: int
    safe: bool
    category: str


@dataclass(frozen=True)
class Ungraded(Inspection):
    """An inspection that gives a sentence and no grades."""

    outcome: str


@dataclass(frozen=True)
class Card(Inspection):
    """A report card: one grade for each of AREAS. `category` is '', SM or RSI."""

    grades: dict[str, str]
    safe: bool
    category: str


Base = tuple[Establishment, int, dt.date, dt.date]  # the fields of Inspection
History = dict[str, list[Inspection]]  # by Site.key


def inspection_history(england: England, seed: int) -> History:
    """All inspections of state-funded schools, earliest first."""
    history: History = {}
    for authority in england.authorities:
        schools = england.of(authority)
        rng = stream(seed, "inspections", authority.code)
        floor = FENMERE_FLOOR if authority is FENMERE else NO_FLOOR
        number = 10_000_000 + 10_000 * england.authorities.index(authority)
        scripted = _scripted(schools, number) if authority is FENMERE else {}
        for site, selves in _sites(schools):
            # Drawn for scripted schools too, so that a new script moves no other school.
            inspector = _Inspector(
                site, selves, number, when=rng.random(), draws=rng.normal(size=(40, 10)), floor=floor
            )
            events = list(inspector.visits())
            number += len(events)
            history[site.key] = scripted.get(site.key, events)
    return history


def _sites(schools: list[Establishment]) -> Iterator[tuple[Site, list[Establishment]]]:
    """State-funded schools by site, each with its URNs in order of opening."""
    grouped: dict[str, list[Establishment]] = {}
    for school in schools:
        if school.kind.state_funded:
            grouped.setdefault(school.site.key, []).append(school)
    for selves in grouped.values():
        yield selves[0].site, selves


def _scripted(schools: list[Establishment], number: int) -> History:
    """The inspections that Fenmere's stories need."""
    by_key = {school.plan.key: school for school in schools}
    made: History = {}
    for count, row in enumerate(read_table("inspections")):
        school = by_key[row["key"]]
        base = (
            school,
            number + 5000 + count,
            dt.date.fromisoformat(row["started"]),
            dt.date.fromisoformat(row["published"]),
        )
        inspection: Inspection
        if row["kind"] == "graded":
            inspection = Graded(
                *base,
                overall=int(row["overall"]) if row["overall"] else None,
                quality_of_education=int(row["quality_of_education"]),
                behaviour_and_attitudes=int(row["behaviour_and_attitudes"]),
                personal_development=int(row["personal_development"]),
                leadership_and_management=int(row["leadership_and_management"]),
                safe=row["safeguarding"] == "Yes",
                category=row["category"],
            )
        elif row["kind"] == "card":
            grades = {area: row[area] for area in AREAS}
            safe = row["safeguarding"] == "Met"
            inspection = Card(*base, grades=grades, safe=safe, category=row["category"])
        else:
            inspection = Ungraded(*base, outcome=row["outcome"])
        made.setdefault(school.site.key, []).append(inspection)
    return made


def _cut(seen: float, cuts: tuple[float, ...]) -> int:
    """How many cuts a value falls under: 0 for the best grade."""
    return sum(seen <= cut for cut in cuts)


class _Inspector:
    """Inspects one site from 2006 on; `draws` has one row of standard normals for each visit."""

    def __init__(
        self,
        site: Site,
        selves: list[Establishment],
        number: int,
        *,
        when: float,
        draws: NDArray[np.float64],
        floor: float,
    ) -> None:
        self.site = site
        self.selves = selves
        self.when = when
        self.draws = draws.tolist()
        self.number = number
        self.floor = floor
        self.grade = 2  # the latest overall grade, or what an ungraded visit implies
        self.graded_next = True

    def visits(self) -> Iterator[Inspection]:
        due = self._first()
        for draw in self.draws:
            due = _inspectable(due)
            school = self._self_on(due)
            if school is None or due > LAST_DAY:
                return
            new = school.opened if school.plan.how == "sponsored" else None
            if new is not None and due < new + SPONSORED_LEFT_ALONE:
                # A sponsored academy is a new school: inspected in its third year.
                due = new + SPONSORED_LEFT_ALONE + dt.timedelta(days=60 + round(60 * abs(draw[9])))
                self.grade, self.graded_next = 2, True
                continue
            yield self._inspect(school, due, draw)
            due += dt.timedelta(days=self._wait(due, draw[9]))

    def _first(self) -> dt.date:
        opened = self.selves[0].opened
        if opened is not None:
            return opened + dt.timedelta(days=500 + round(500 * self.when))
        return dt.date(FIRST_YEAR, 9, 10) + dt.timedelta(days=round(1500 * self.when))

    def _self_on(self, day: dt.date) -> Establishment | None:
        return next((school for school in self.selves if school.open_on(day)), None)

    def _wait(self, day: dt.date, noise: float) -> int:
        """Days to the next visit: four years if good, two if not, longer while outstanding was exempt."""
        if self.grade == 1 and day < OUTSTANDING_EXEMPT_UNTIL:
            return 3300 + round(400 * noise)
        days = {1: 1500, 2: 1450, 3: 800, 4: 560}[self.grade]
        if self.grade <= 2 and self.graded_next:
            days = 520  # an ungraded visit found a graded one due
        return max(330, days + round(120 * noise))

    def _inspect(self, school: Establishment, day: dt.date, draw: list[float]) -> Inspection:
        seen = max(self.floor, SEEN * self.site.quality_in(academic_year(day)) + NOISE * draw[0])
        base = (school, self.number, day, _publication_day(day, draw[8]))
        self.number += 1
        if day >= REPORT_CARDS_FROM:
            return self._card(base, seen, draw)
        short = day >= SHORT_INSPECTIONS_FROM and self.grade <= 2 and not self.graded_next and draw[7] < 0.8
        if short:
            return Ungraded(*base, outcome=self._outcome(day, seen))
        return self._graded(base, seen, draw)

    def _outcome(self, day: dt.date, seen: float) -> str:
        if day >= NO_OVERALL_GRADE_FROM:
            if seen < -1.1:
                self.graded_next = True
                return "Some aspects not as strong"
            return "Improved significantly" if seen > 1.9 else "Standards maintained"
        remains = "School remains Outstanding" if self.grade == 1 else "School remains Good"
        if seen < -1.1:
            self.graded_next = True
            return f"{remains} (Concerns) - S5 Next"
        if seen > 1.4 and self.grade == 2:
            self.graded_next = True
            return f"{remains} (Improving) - S5 Next"
        return remains

    def _graded(self, base: Base, seen: float, draw: list[float]) -> Graded:
        overall = 1 + _cut(seen, OVERALL_CUTS)
        near = [1 + _cut(seen + JUDGEMENT_NOISE * draw[index], OVERALL_CUTS) for index in range(1, 5)]
        # No judgement is far from the whole, and only a whole of 4 has one of 4.
        quality, behaviour, development, leadership = (
            min(max(grade, overall - 1, 1), overall + (overall < 3)) for grade in near
        )
        category = ""
        if overall == 4:
            quality, leadership = max(quality, 3), 4
            category = "SM" if seen < OVERALL_CUTS[-1] - 0.15 else "SWK"
        self.grade, self.graded_next = overall, overall > 2
        return Graded(
            *base,
            overall=overall if base[2] < NO_OVERALL_GRADE_FROM else None,
            quality_of_education=quality,
            behaviour_and_attitudes=behaviour,
            personal_development=development,
            leadership_and_management=leadership,
            safe=overall < 4 or draw[5] > -0.5,
            category=category,
        )

    def _card(self, base: Base, seen: float, draw: list[float]) -> Card:
        grades = {
            area: AREA_GRADES[_cut(max(self.floor, seen + AREA_NOISE * noise), AREA_CUTS)]
            for area, noise in zip(AREAS, draw[1:7], strict=True)
        }
        urgent = [area for area, grade in grades.items() if grade == AREA_GRADES[-1]]
        # Special measures need leaders who cannot put it right; anything else urgent is RSI.
        category = "SM" if "leadership_and_governance" in urgent else "RSI" if urgent else ""
        return Card(*base, grades=grades, safe=not (category == "SM" and draw[7] < 0.5), category=category)


def _inspectable(day: dt.date) -> dt.date:
    """The next day on which inspectors come."""
    day = _working_day(day)
    for first, last, delay in PAUSES:
        if first <= day < last:
            return _working_day(day + delay)
    return day


def _working_day(day: dt.date) -> dt.date:
    """The same or a later day: in term time, a Tuesday or Wednesday."""
    if day.month == 8 or (day.month == 7 and day.day > 15) or (day.month == 9 and day.day < 10):
        day = dt.date(day.year, 9, 12 + day.day % 15)
    if day.month == 12 and day.day > 14:
        day = dt.date(day.year + 1, 1, 10 + day.day % 15)
    if day.month == 4 and day.day < 18:
        day = dt.date(day.year, 4, 19 + day.day % 8)
    return day + dt.timedelta(days={0: 1, 1: 0, 2: 0}.get(day.weekday(), 8 - day.weekday()))


def _publication_day(day: dt.date, noise: float) -> dt.date:
    """About thirty working days later, on a weekday."""
    published = day + dt.timedelta(days=42 + round(9 * max(-2.0, min(2.0, noise))))
    return published + dt.timedelta(days=max(0, 7 - published.weekday()) if published.weekday() > 4 else 0)
