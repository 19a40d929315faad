"""What an assessment is asked for, from parameters, dates and settings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from school_support.orchestration.request import AssessmentRequest, london_day, requested
from school_support.settings import settings

EMPTY: dict[str, Any] = {
    "authority": None,
    "list_year": None,
    "as_at": None,
    "purpose": "annual",
    "previous_assessment_id": None,
    "decisions_as_at": None,
}


def test_empty_parameters_take_the_settings_and_the_date_of_the_run() -> None:
    asked = requested(EMPTY, default_as_at=date(2019, 6, 30))
    assert asked == AssessmentRequest(settings().authority, 2020, date(2019, 6, 30), "annual", None, None)


def test_parameters_win() -> None:
    params = EMPTY | {
        "authority": "874",
        "list_year": 2016,
        "as_at": "2015-06-30",
        "purpose": "backfill",
        "decisions_as_at": "2015-07-20",
    }
    asked = requested(params, default_as_at=date(2026, 11, 24))
    assert asked == AssessmentRequest("874", 2016, date(2015, 6, 30), "backfill", None, date(2015, 7, 20))


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2019, 6, 30, 5, 0, tzinfo=UTC), date(2019, 6, 30)),  # 06:00 BST, the annual run
        (datetime(2019, 6, 30, 23, 30, tzinfo=UTC), date(2019, 7, 1)),  # 00:30 BST
        (datetime(2019, 12, 31, 23, 30, tzinfo=UTC), date(2019, 12, 31)),  # 23:30 GMT
    ],
)
def test_the_day_is_londons(moment: datetime, day: date) -> None:
    assert london_day(moment) == day


def test_in_october_the_list_year_is_that_of_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "annual_cycle", "october")
    assert requested(EMPTY, default_as_at=date(2026, 10, 31)).list_year == 2027
    assert requested(EMPTY, default_as_at=date(2027, 2, 15)).list_year == 2027
