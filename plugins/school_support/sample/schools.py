"""What the fictional country is made of: authorities, schools, their URNs and the links between them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from school_support.sample.kinds import Kind
from school_support.sample.quality import FIRST_YEAR, Quality
from school_support.sample.school_years import academic_year, counted_on

# How a school came out of others: the same school under a new URN (converts, sponsored), a new school
# (amalgamates, splits), or a school that took in a closed one and stayed itself (absorbs).
How = Literal["", "converts", "sponsored", "amalgamates", "splits", "absorbs"]

RECEPTION_AGE = 4
FALLS_FOR = 3  # years


@dataclass(frozen=True)
class Authority:
    """A fictional local authority."""

    code: str
    name: str
    region: str
    postcode_area: str


@dataclass(frozen=True)
class Fall:
    """A roll that falls: after the census of academic year `after`, in three years by the share `lost`, and then stays."""

    after: int
    lost: float

    def left(self, year: int) -> float:
        """The share of the roll that is left in academic year `year`."""
        return 1 - self.lost * float(np.clip((year - self.after) / FALLS_FOR, 0.0, 1.0))


@dataclass(frozen=True)
class Plan:
    """One URN to be, before it has its numbers. Ages in years, `pupils` when full, `fsm` a share.

    `head_since` is the first day of its present head teacher where that is no matter of chance.
    """

    key: str
    name: str
    kind: Kind
    low: int
    high: int
    pupils: int
    faith: str
    fsm: float
    opened: dt.date | None = None
    closed: dt.date | None = None
    follows: tuple[str, ...] = ()
    how: How = ""
    script: tuple[float, float] | None = None
    fall: Fall | None = None
    head_since: dt.date | None = None


@dataclass
class Site:
    """A school as a place with a quality of its own, through all its URNs.

    `started` is the academic year of the first intake of a school that is really new: it fills up from
    the youngest year. `growth` is the yearly change of the roll, `coverage` the share of pupils whose
    earlier attainment is known, `fall` what the roll loses beside the growth.
    """

    key: str
    quality: Quality
    pupils: int
    low: int
    high: int
    fsm: float
    growth: float
    coverage: float
    started: int | None
    fall: Fall | None = None

    def quality_in(self, year: int) -> float:
        return float(self.quality[year - FIRST_YEAR])

    @property
    def year_groups(self) -> int:
        return max(1, min(self.high, 18) - max(self.low, RECEPTION_AGE))

    def filled(self, year: int) -> float:
        """The share of year groups a new school has by academic year `year`."""
        if self.started is None:
            return 1.0
        return float(np.clip((year - self.started + 1) / self.year_groups, 0.0, 1.0))

    def roll(self, year: int) -> int:
        """Pupils at the census of academic year `year`."""
        trend = (1 + self.growth) ** (year - 2021)
        left = self.fall.left(year) if self.fall else 1.0
        return round(self.pupils * trend * left * self.filled(year))

    def cohort_size(self, year: int, leaving_age: int) -> float:
        """Expected pupils in the year group that reaches `leaving_age` in academic year `year`.

        A roll falls from the youngest year up; those who leave were admitted before.
        """
        if self.started is not None and year < self.started + leaving_age - 1 - max(self.low, RECEPTION_AGE):
            return 0.0
        return self.pupils * (1 + self.growth) ** (year - 2021) / self.year_groups


@dataclass
class Establishment:
    """One URN of the register."""

    urn: int
    authority: Authority
    number: int
    plan: Plan
    site: Site
    closed: dt.date | None
    followed_by: How = ""
    predecessors: list[Establishment] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.plan.name

    @property
    def kind(self) -> Kind:
        return self.plan.kind

    @property
    def opened(self) -> dt.date | None:
        return self.plan.opened

    @property
    def selective(self) -> bool:
        return "Grammar" in self.name

    @property
    def laestab(self) -> str:
        return f"{self.authority.code}{self.number:04d}"

    @property
    def has_key_stage_2(self) -> bool:
        in_range = self.plan.low <= 10 and self.plan.high >= 11
        return in_range and (self.kind.mainstream or self.kind.special)

    @property
    def has_key_stage_4(self) -> bool:
        in_range = self.plan.high >= 16
        return in_range and (self.kind.mainstream or self.kind.special or self.kind.key == "independent")

    def open_on(self, day: dt.date) -> bool:
        """Closing dates are the last day open, as in the register."""
        return (self.opened is None or self.opened <= day) and (self.closed is None or day <= self.closed)

    def counts_in(self, year: int) -> bool:
        """Whether the results of academic year `year` stand under this URN."""
        return self.open_on(counted_on(year))

    def opened_for_next_year(self, year: int) -> bool:
        """Whether it opened after the results of `year` were counted and before the next year's are."""
        return self.opened is not None and counted_on(year) < self.opened <= counted_on(year + 1)

    def previous_selves(self, *kinds_of_change: How) -> list[Establishment]:
        """Earlier URNs of the same school, latest first, as far back as the named changes reach."""
        chain: list[Establishment] = []
        school = self
        while school.plan.how in kinds_of_change:
            school = school.predecessors[0]
            chain.append(school)
        return chain


@dataclass(frozen=True)
class Link:
    """One row of the register's links file; `known_with` is the day of the change."""

    urn: int
    link_urn: int
    link_type: str
    established: dt.date | None
    known_with: dt.date


@dataclass
class England:
    """The whole fictional country. The sample authority comes first."""

    authorities: list[Authority]
    establishments: list[Establishment]
    links: list[Link]

    @cached_property
    def _by_authority(self) -> dict[Authority, list[Establishment]]:
        schools: dict[Authority, list[Establishment]] = {authority: [] for authority in self.authorities}
        for school in self.establishments:
            schools[school.authority].append(school)
        return schools

    def of(self, authority: Authority) -> list[Establishment]:
        return self._by_authority[authority]

    def state_funded_on(self, day: dt.date) -> list[Establishment]:
        return [school for school in self.establishments if school.kind.state_funded and school.open_on(day)]


def first_intake(plan: Plan) -> int | None:
    """The academic year a really new school opened in; None for all others."""
    if plan.opened is None or plan.follows:
        return None
    return academic_year(plan.opened)
