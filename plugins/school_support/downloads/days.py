"""Days in England, where the publishers are."""

from __future__ import annotations

import datetime as dt

from school_support.clock import LONDON


def day_of(moment: object) -> dt.date | None:
    """The day of a publisher's ISO 8601 moment; None where it is none. A moment without a zone is taken as it "
    "stands."""
    if not isinstance(moment, str):
        return None
    try:
        read = dt.datetime.fromisoformat(moment)
    except ValueError:
        return None
    return read.astimezone(LONDON).date() if read.tzinfo else read.date()
