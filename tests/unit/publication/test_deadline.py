from __future__ import annotations

from datetime import date

import pytest

from school_support.errors import SupportListError
from school_support.publication.deadline import Term, last_day

SUMMER = [
    Term(date(2026, 4, 13), date(2026, 5, 22)),
    Term(date(2026, 6, 1), date(2026, 7, 21)),
    Term(date(2026, 9, 3), date(2026, 10, 23)),
]


@pytest.mark.parametrize(
    ("opened", "days", "closes"),
    [
        # Wednesday; Thursday is the first day.
        (date(2026, 7, 1), 10, date(2026, 7, 15)),
        (date(2026, 7, 3), 1, date(2026, 7, 6)),
        # Tuesday 21 July is the last of term: one day (Tuesday), then 3 September on: Thursday, Friday.
        (date(2026, 7, 20), 3, date(2026, 9, 4)),
        # Opened in the holidays.
        (date(2026, 8, 10), 2, date(2026, 9, 4)),
        # Early May bank holiday (4 May 2026) does not count.
        (date(2026, 4, 30), 2, date(2026, 5, 5)),
        # Half term, with its bank holiday, does not count: Friday 22 May, then Monday 1 June.
        (date(2026, 5, 21), 2, date(2026, 6, 1)),
    ],
)
def test_the_last_day_of_a_window(opened: date, days: int, closes: date) -> None:
    assert last_day(opened, days, SUMMER) == closes


def test_a_calendar_that_ends_too_early_is_no_guess() -> None:
    with pytest.raises(SupportListError, match=r"calendar of terms does not reach to 24 October 2026"):
        last_day(date(2026, 10, 20), 10, SUMMER)
