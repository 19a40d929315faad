"""The authority's year: the day that its annual list is assessed as at, and the list year that a day serves."""

from __future__ import annotations

from datetime import date, timedelta

from school_support.settings import Cycle

# June: everything is known before the summer, results are those of the year before. October: the new provisional
# results are known, and the list is for the school year that has begun.
AS_AT = {"june": (6, 30), "october": (10, 31)}
FIRST_MONTH_OF_SCHOOL_YEAR = 9


def last_as_at(day: date, cycle: Cycle) -> date:
    """The latest annual as-at date before a day: the one that is complete by then."""
    month, of_month = AS_AT[cycle]
    this_year = date(day.year, month, of_month)
    return this_year if day > this_year else date(day.year - 1, month, of_month)


def assess_cron(cycle: Cycle) -> str:
    """When the annual assessment is made: at 06:00 on its as-at date."""
    month, of_month = AS_AT[cycle]
    return f"0 6 {of_month} {month} *"


def propose_cron(cycle: Cycle) -> str:
    """When the annual list is proposed: at 06:00 on the day after."""
    month, of_month = AS_AT[cycle]
    after = date(2000, month, of_month) + timedelta(days=1)
    return f"0 6 {after.day} {after.month} *"


def list_year_of(as_at: date, cycle: Cycle = "june") -> int:
    """The list year that an as-at date serves.

    The list set in June 2019 is for the school year to come, 2019/20, and one corrected in October 2019 for the same:
    list year 2020. In the October cycle a day serves the school year that it lies in: October 2019 and February 2020 both
    serve list year 2020.
    """
    if cycle == "june" or as_at.month >= FIRST_MONTH_OF_SCHOOL_YEAR:
        return as_at.year + 1
    return as_at.year
