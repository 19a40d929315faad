"""What the figures of one row must satisfy together. The form and gate 1 both judge by these lists."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

# Month and day on which a term has begun at the latest, and years from the calendar year in which its academic year ends.
TERM_BEGINS = {"Autumn": (9, 1, -1), "Spring": (1, 1, 0), "Summer": (4, 1, 0)}


@dataclass(frozen=True)
class NotAbove:
    """The sum of `parts` is at most `whole`; all are canonical columns of one section."""

    section: str
    parts: tuple[str, ...]
    whole: str
    sentence: str


@dataclass(frozen=True)
class Needs:
    """Where one of `figures` is given, `needed` is given too."""

    section: str
    figures: tuple[str, ...]
    needed: str


NOT_ABOVE = (
    NotAbove(
        "results",
        ("working_towards", "expected"),
        "pupils",
        "Working towards and Expected together are more than Pupils.",
    ),
    NotAbove(
        "results",
        ("greater_depth",),
        "expected",
        "Greater depth is more than Expected, which includes it.",
    ),
    NotAbove(
        "attendance",
        ("sessions_missed",),
        "sessions_possible",
        "Sessions missed are more than Sessions possible.",
    ),
    NotAbove(
        "attendance",
        ("sessions_unauthorised",),
        "sessions_missed",
        "Sessions unauthorised are more than Sessions missed, which include them.",
    ),
)

NEEDS = (
    Needs("results", ("working_towards", "expected", "greater_depth"), "pupils"),
    Needs("results", ("greater_depth",), "expected"),
    Needs("attendance", ("sessions_missed", "sessions_unauthorised"), "sessions_possible"),
    Needs("attendance", ("sessions_unauthorised",), "sessions_missed"),
    Needs("attendance", ("suspensions", "permanent_exclusions"), "pupils"),
)


def term_begins(academic_year: int, term: str) -> dt.date:
    """The first day on which a return for a term can exist."""
    month, day, years = TERM_BEGINS[term]
    return dt.date(academic_year + years, month, day)
