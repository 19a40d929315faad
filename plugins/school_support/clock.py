"""The calendar day in England: deadlines, days of receipt and asked-for days are London's, wherever the server stands."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def today() -> date:
    """The calendar day in London."""
    return datetime.now(LONDON).date()
