"""The authority's year, in June and in October."""

from __future__ import annotations

from datetime import date

import pytest

from school_support.assessment.annual import assess_cron, last_as_at, list_year_of, propose_cron
from school_support.settings import Cycle


@pytest.mark.parametrize(
    ("day", "cycle", "as_at"),
    [
        (date(2019, 7, 1), "june", date(2019, 6, 30)),
        (date(2019, 6, 30), "june", date(2018, 6, 30)),
        (date(2020, 2, 29), "june", date(2019, 6, 30)),
        (date(2026, 11, 1), "october", date(2026, 10, 31)),
        (date(2026, 10, 31), "october", date(2025, 10, 31)),
        (date(2027, 3, 1), "october", date(2026, 10, 31)),
    ],
)
def test_a_proposal_is_for_the_last_complete_day(day: date, cycle: Cycle, as_at: date) -> None:
    assert last_as_at(day, cycle) == as_at


@pytest.mark.parametrize(
    ("as_at", "cycle", "list_year"),
    [
        # Set in June 2019 for September, or corrected in the autumn that follows.
        (date(2019, 6, 30), "june", 2020),
        (date(2019, 10, 15), "june", 2020),
        # Set in October 2019 for the year that has begun, corrected in its spring.
        (date(2019, 10, 31), "october", 2020),
        (date(2020, 2, 15), "october", 2020),
        (date(2020, 8, 31), "october", 2020),
        (date(2020, 9, 1), "october", 2021),
    ],
)
def test_which_list_year_a_day_serves(as_at: date, cycle: Cycle, list_year: int) -> None:
    assert list_year_of(as_at, cycle) == list_year


def test_the_annual_runs() -> None:
    assert (assess_cron("june"), propose_cron("june")) == ("0 6 30 6 *", "0 6 1 7 *")
    assert (assess_cron("october"), propose_cron("october")) == ("0 6 31 10 *", "0 6 1 11 *")
