"""School years and the days that decide what a file says."""

from __future__ import annotations

import datetime as dt

COUNTED_ON = (9, 12)  # month and day on which the tables fix which URN a school's results stand under


def academic_year(day: dt.date) -> int:
    """The year in which the school year of a day ends: 2019 for 1 September 2018 to 31 August 2019."""
    return day.year + (day.month >= 9)


def counted_on(year: int) -> dt.date:
    """The September day whose open schools the results of academic year `year` belong to."""
    return dt.date(year - 1, *COUNTED_ON)


def census_day(year: int) -> dt.date:
    """The spring census: the third Thursday of January."""
    first = dt.date(year, 1, 1)
    return first + dt.timedelta(days=(3 - first.weekday()) % 7 + 14)


def folder_name(year: int) -> str:
    """An academic year as publishers name their folders: 2019 becomes 2018-19."""
    return f"{year - 1}-{year % 100:02d}"
