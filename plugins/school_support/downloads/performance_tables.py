"""Downloads of the performance tables, one file an academic year."""

from __future__ import annotations

import datetime as dt

from school_support.downloads.addresses import PerformanceTables
from school_support.downloads.wanted import Choice, Wanted


def resolve(data_set: PerformanceTables, since: dt.date | None) -> list[Choice]:
    """The newest academic year, or all that end since a day, newest first.

    The address does not say which stage it holds, nor when that came out: the name and the Last-Modified that come with
    the file do.
    """
    newest = max(data_set.years)
    return [
        (_year(data_set, year),)
        for year in sorted(data_set.years, reverse=True)
        if year == newest or (since is not None and dt.date(year, 8, 31) >= since)
    ]


def _year(data_set: PerformanceTables, year: int) -> Wanted:
    words = f"{year - 1}-{year}"
    return Wanted(
        source=data_set.source,
        address=data_set.address.format(year=words),
        file_name=f"{data_set.name}_{words}",
        coverage=data_set.coverage,
        largest_bytes=data_set.largest,
        academic_year=year,
        stage=data_set.stage,
        named_by_publisher=True,
    )
