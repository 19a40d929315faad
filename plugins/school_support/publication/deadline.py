"""Deadlines in working days of schools: weekdays in term that are no bank holiday of England."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from holidays import country_holidays
from psycopg import Connection

from school_support.errors import SupportListError

DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class Term:
    """A term or half term: first and last day with pupils in school."""

    first_day: date
    last_day: date


def terms_of(connection: Connection, authority: str) -> list[Term]:
    """An authority's terms from the seed calendar_term, those of 'any' where it has no rows of its own; in order."""
    rows = connection.execute(
        "select first_day, last_day from seeds.calendar_term where authority = "
        "case when exists (select from seeds.calendar_term where authority = %s) then %s else 'any' end order by first_day",
        (authority, authority),
    ).fetchall()
    return [Term(*row) for row in rows]


def last_day(opened_on: date, working_days: int, terms: Sequence[Term]) -> date:
    """The last day of a window: the given number of working days, the day it is opened not counted.

    Raises:
        SupportListError: the calendar of terms does not reach far enough to tell.
    """
    bank_holidays = country_holidays("GB", subdiv="ENG")
    day, left = opened_on, working_days
    while left:
        day += DAY
        if not terms or not terms[0].first_day <= day <= terms[-1].last_day:
            raise SupportListError(
                f"The calendar of terms does not reach to {day:%-d %B %Y}: add that school year to calendar_term.csv."
            )
        in_term = any(term.first_day <= day <= term.last_day for term in terms)
        if in_term and day.weekday() < SATURDAY and day not in bank_holidays:
            left -= 1
    return day
