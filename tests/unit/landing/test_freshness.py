"""What is overdue on a day, by calendars made here."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from school_support.errors import SupportListError
from school_support.landing.freshness import Received, freshness, overdue
from school_support.landing.release_calendar import Expected, expected_releases
from school_support.sources.contract import load_sources
from school_support.sources.publishing import Calendar, Issue

SOURCES = Path(__file__).resolve().parents[3] / "dbt_project" / "models" / "sources.yml"

YEARLY = Calendar(
    issues=(
        Issue(stage="revised", month=12, day=15, years_after=0, from_year=2016, except_years=(2020, 2021)),
        Issue(stage="final", month=4, day=15, years_after=1, from_year=2016, except_years=(2020, 2021)),
    ),
    grace_days=14,
    basis="made for this test",
)
MONTHLY = Calendar(every_days=31, grace_days=10, basis="made for this test")
FINAL_2018 = Received(date(2019, 4, 15), 2018, "final")
REVISED_2019 = Received(date(2019, 12, 13), 2019, "revised")


@pytest.mark.parametrize(
    ("day", "expected", "days_overdue"),
    [
        (date(2019, 6, 30), "final 2017/18", 0),
        # The grace of fourteen days ends on 29 December; on that day the issue is late by what has passed since it was due.
        (date(2019, 12, 28), "final 2017/18", 0),
        (date(2019, 12, 29), "revised 2018/19", 14),
        (date(2020, 4, 28), "revised 2018/19", 135),
        (date(2020, 4, 29), "final 2018/19", 14),
        # No results of 2019/20 and 2020/21 exist, so nothing new comes due.
        (date(2022, 6, 30), "final 2018/19", 806),
    ],
)
def test_a_yearly_issue_is_overdue_after_its_day_and_grace(day: date, expected: str, days_overdue: int) -> None:
    stand = freshness("dfe_ks2", YEARLY, [FINAL_2018], day)
    assert (stand.expected, stand.days_overdue) == (expected, days_overdue)


def test_a_later_stage_or_year_serves_too() -> None:
    day = date(2020, 1, 31)
    assert freshness("dfe_ks2", YEARLY, [REVISED_2019], day).days_overdue == 0
    assert freshness("dfe_ks2", YEARLY, [Received(date(2020, 1, 1), 2019, "final")], day).days_overdue == 0
    assert freshness("dfe_ks2", YEARLY, [Received(date(2020, 1, 1), 2019, "provisional")], day).days_overdue == 47


def test_a_file_that_was_not_public_yet_does_not_serve() -> None:
    later = Received(date(2020, 2, 1), 2019, "revised")
    assert freshness("dfe_ks2", YEARLY, [FINAL_2018, later], date(2020, 1, 31)).days_overdue == 47


@pytest.mark.parametrize(
    ("day", "days_overdue"), [(date(2019, 7, 31), 0), (date(2019, 8, 10), 0), (date(2019, 8, 11), 11)]
)
def test_a_snapshot_is_overdue_when_it_is_too_old(day: date, days_overdue: int) -> None:
    # Known from 30 June, so the next is due on 31 July.
    assert freshness("ofsted_mi", MONTHLY, [Received(date(2019, 6, 30), None, None)], day).days_overdue == days_overdue


def test_the_sentence_names_what_was_due_and_what_is_there() -> None:
    stand = freshness("dfe_ks2", YEARLY, [FINAL_2018], date(2020, 1, 31))
    assert overdue([stand]) == [
        "dfe_ks2: revised 2018/19 was due on 15 December 2019, 47 days before (newest file known from 15 April 2019)"
    ]
    assert overdue([freshness("dfe_ks2", YEARLY, [FINAL_2018], date(2019, 6, 30))]) == []


@pytest.mark.parametrize(
    ("day", "days_overdue"), [(date(2020, 1, 22), 0), (date(2020, 1, 23), 14), (date(2021, 2, 1), 292)]
)
def test_the_calendar_of_releases_moves_the_day_of_one_year(day: date, days_overdue: int) -> None:
    """Put off from 15 December to 9 January; the final issue, of 15 April 2020, is where the contract has it."""
    put_off = {("dfe_ks2", "revised", 2019): Expected(date(2020, 1, 9), date(2020, 1, 9), True)}
    received = [FINAL_2018] if day.year == 2020 else [FINAL_2018, Received(date(2020, 1, 9), 2019, "revised")]
    stand = freshness("dfe_ks2", YEARLY, received, day, put_off)
    assert stand.days_overdue == days_overdue
    assert freshness("dfe_ks4", YEARLY, received, date(2019, 12, 29), put_off).days_overdue == 14


def test_every_row_of_the_calendar_is_an_issue_that_its_contract_knows() -> None:
    for (source, stage, year), expected in expected_releases().items():
        calendar = load_sources()[source].calendar
        assert calendar is not None
        assert any(issue.stage == stage and issue.exists_for(year) for issue in calendar.issues), (source, stage, year)
        if expected.announced:
            assert expected.first_day == expected.last_day


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("dfe_ks2,revised,2019,9 January,2020-01-09,known,b", "line 2: .*YYYY-MM-DD"),
        ("dfe_ks2,revised,2019,2020-01-09,2020-01-09,perhaps,b", "known or pattern"),
        ("dfe_ks2,revised,2019,2020-01-09,2020-01-08,pattern,b", "a day before the first"),
    ],
)
def test_a_wrong_row_of_the_calendar_is_named(tmp_path: Path, row: str, said: str) -> None:
    path = tmp_path / "calendar_release.csv"
    path.write_text(f"source,stage,academic_year,expected_from,expected_by,certainty,basis\n{row}\n")
    with pytest.raises(SupportListError, match=said):
        expected_releases(path)


def longest_wait(calendar: Calendar) -> int:
    """Days from one issue to the next, walked day by day through a year, and the grace after it."""
    if calendar.every_days is not None:
        return calendar.every_days + calendar.grace_days
    days = {(issue.month, issue.day) for issue in calendar.issues if issue.to_year is None}
    waits, wait = [], 0
    for ordinal in range(date(2022, 1, 1).toordinal(), date(2026, 12, 31).toordinal()):
        day = date.fromordinal(ordinal)
        wait += 1
        if (day.month, day.day) in days:
            waits.append(wait)
            wait = 0
    # The first wait began on no issue.
    return max(waits[1:]) + calendar.grace_days


def test_dbt_warns_after_the_longest_wait_of_each_calendar() -> None:
    documents = yaml.safe_load(SOURCES.read_text(encoding="utf-8"))["sources"]
    raw = next(source for source in documents if source["name"] == "raw")
    written = {
        table["name"]: table["config"]["freshness"]["warn_after"]["count"]
        for table in raw["tables"]
        if "config" in table
    }
    names = [table["name"] for table in raw["tables"]]
    calendars = {name: load_sources()[name].calendar for name in names}
    expected = {
        name: longest_wait(calendar)
        for name, calendar in calendars.items()
        if calendar and (calendar.every_days or any(issue.to_year is None for issue in calendar.issues))
    }
    assert written == expected
