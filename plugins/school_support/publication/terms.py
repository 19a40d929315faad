"""When schools' returns are due and how long before its end a decision is told of: from seeds, without a database."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta

from school_support.settings import settings

ANY = "any"


@dataclass(frozen=True)
class Practice:
    """An authority's own deadlines, in days: to return a term's figures after its end; of notice before a decision's end."""

    return_days: int
    decision_notice_days: int


@dataclass(frozen=True)
class ReturnDue:
    """A whole term (both halves) of an academic year, its last day, and the day until which schools return its figures."""

    academic_year: int
    term: str
    last_day: date
    due_on: date


def practice_of(authority: str) -> Practice:
    """An authority's row of the seed calendar_practice, that of 'any' where it has none."""
    row = _rows("calendar_practice", authority)[0]
    return Practice(int(row["return_days"]), int(row["decision_notice_days"]))


def returns_due(authority: str) -> list[ReturnDue]:
    """Every term of the seed calendar_term with the day its returns are due, in order of days.

    An authority's own terms take the place of the usual ones.
    """
    grace = timedelta(days=practice_of(authority).return_days)
    ends: dict[tuple[int, str], date] = {}
    for row in _rows("calendar_term", authority):
        term = int(row["academic_year"]), row["term"].split()[0]
        ends[term] = max(date.fromisoformat(row["last_day"]), ends.get(term, date.min))
    return sorted(
        (ReturnDue(year, term, day, day + grace) for (year, term), day in ends.items()), key=lambda due: due.due_on
    )


def _rows(seed: str, authority: str) -> list[dict[str, str]]:
    with (settings().dbt_project / "seeds" / f"{seed}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if row["authority"] == authority] or [row for row in rows if row["authority"] == ANY]
