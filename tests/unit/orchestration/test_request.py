"""What an assessment is asked for, from parameters, dates and settings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from school_support.backfill.plan import Request
from school_support.errors import SupportListError
from school_support.orchestration import request
from school_support.orchestration.request import (
    AssessmentRequest,
    london_day,
    requested,
    requested_backfill,
    requested_watch,
)
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


def june(year: int) -> datetime:
    """When the annual run of a year is due: 06:00 in London."""
    return datetime(year, 6, 30, 5, 0, tzinfo=UTC)


@pytest.fixture
def in_run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Be the run of a June, after others given as (run_id, logical date), oldest first."""

    def be(run_type: str, moment: datetime, earlier: list[tuple[str, datetime]], **params: object) -> None:
        def get_previous_ti(logical_date: datetime) -> SimpleNamespace | None:
            before = [run for run in earlier if run[1] < logical_date]
            return SimpleNamespace(run_id=before[-1][0], logical_date=before[-1][1]) if before else None

        context = {
            "dag_run": SimpleNamespace(run_type=run_type, logical_date=moment, run_after=moment),
            "ti": SimpleNamespace(get_previous_ti=get_previous_ti),
            "params": EMPTY | {"authority": "874"} | params,
        }
        monkeypatch.setattr(request, "get_current_context", lambda: context)

    return be


def test_a_backfilled_run_ends_the_row_of_years_before_it(in_run: Any) -> None:
    in_run("backfill", june(2018), [(f"backfill__{year}", june(year)) for year in (2015, 2016, 2017)])
    assert requested_backfill() == Request("874", 2016, 2019, "06-30")


@pytest.mark.parametrize(
    "earlier",
    [
        [],
        [("backfill__2016", june(2016))],  # a year is missing between them
        [("backfill__2016", june(2016)), ("scheduled__2017", june(2017))],
    ],
)
def test_a_row_of_years_begins_where_no_backfilled_year_precedes(
    in_run: Any, earlier: list[tuple[str, datetime]]
) -> None:
    in_run("backfill", june(2018), earlier)
    assert requested_backfill() == Request("874", 2019, 2019, "06-30")


def test_other_runs_are_no_backfill(in_run: Any) -> None:
    in_run("scheduled", june(2018), [("backfill__2017", june(2017))])
    assert requested_backfill() is None


def test_a_backfill_takes_its_days_from_its_runs_alone(in_run: Any) -> None:
    in_run("backfill", june(2018), [], as_at="2016-06-30", list_year=2017)
    with pytest.raises(SupportListError, match="leave out list_year, as_at"):
        requested_backfill()


def test_past_nights_are_not_watched_again(in_run: Any) -> None:
    in_run("scheduled", june(2018), [])
    assert requested_watch(EMPTY, date(2018, 6, 30)) == (settings().authority, date(2018, 6, 30))
    in_run("backfill", june(2018), [])
    with pytest.raises(AirflowSkipException, match="Past nights"):
        requested_watch(EMPTY, date(2018, 6, 30))


def test_in_october_the_list_year_is_that_of_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "annual_cycle", "october")
    assert requested(EMPTY, default_as_at=date(2026, 10, 31)).list_year == 2027
    assert requested(EMPTY, default_as_at=date(2027, 2, 15)).list_year == 2027
