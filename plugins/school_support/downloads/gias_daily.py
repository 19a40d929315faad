"""Extracts of the register, one a day, with the day in the name."""

from __future__ import annotations

import datetime as dt

from school_support.downloads.addresses import GiasDaily
from school_support.downloads.wanted import Choice, Wanted


def resolve(data_set: GiasDaily, today: dt.date) -> list[Choice]:
    """Today's extract, or the newest before it that is there: early in the morning today's is not."""
    days = [today - dt.timedelta(days=back) for back in range(data_set.days_back + 1)]
    return [tuple(_extract(data_set, day) for day in days)]


def _extract(data_set: GiasDaily, day: dt.date) -> Wanted:
    address = data_set.address.format(day=f"{day:%Y%m%d}")
    return Wanted(
        source=data_set.source,
        address=address,
        file_name=address.rsplit("/", 1)[-1],
        coverage=data_set.coverage,
        largest_bytes=data_set.largest,
        snapshot_date=day,
        known_from=day,
        known_from_basis="the day in the file's name",
    )
