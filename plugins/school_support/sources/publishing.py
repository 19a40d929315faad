"""When a publisher brings a source out, and what is therefore overdue."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Issue(_Strict):
    """One yearly issue: the data of academic year Y come out by `month`/`day` of calendar year Y + `years_after`."""

    stage: Literal["provisional", "revised", "final"]
    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)
    years_after: int = Field(ge=0, le=2)
    from_year: int
    to_year: int | None = None
    except_years: tuple[int, ...] = ()

    def due(self, academic_year: int) -> dt.date:
        """The day by which the issue for an academic year is out."""
        return dt.date(academic_year + self.years_after, self.month, self.day)

    def exists_for(self, academic_year: int) -> bool:
        """Whether the publisher brings this issue out for an academic year at all."""
        ends = self.to_year if self.to_year is not None else academic_year
        return self.from_year <= academic_year <= ends and academic_year not in self.except_years


class Calendar(_Strict):
    """The expected calendar of a source: yearly issues by academic year, or a snapshot every so many days.

    `grace_days` pass after an expected day before the source is overdue. `basis` says where the days come from.
    """

    issues: tuple[Issue, ...] = ()
    every_days: int | None = Field(default=None, ge=1)
    grace_days: int = Field(ge=0)
    basis: str
