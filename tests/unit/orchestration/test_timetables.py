"""Our timetable: its runs, both changes of the clock, downtime, and the same after serialising."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta

import pendulum
import pytest
from airflow.timetables.base import DataInterval, TimeRestriction

from school_support.landing.release_calendar import Expected, days_after_releases, expected_releases
from school_support.orchestration import timetables
from school_support.orchestration.timetables import FRIDAY, CalendarDays
from school_support.publication.terms import returns_due


def runs(timetable: CalendarDays, begin: datetime, end: datetime) -> list[datetime]:
    """Every run from begin to end as a backfill lists them, in UTC."""
    restriction = TimeRestriction(pendulum.instance(begin), pendulum.instance(end), True)
    found: list[datetime] = []
    last: DataInterval | None = None
    while info := timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction):
        found.append(datetime.fromtimestamp(info.run_after.timestamp(), UTC))
        last = info.data_interval
    return found


def next_run(timetable: CalendarDays, last: datetime | None) -> datetime | None:
    """The next run of a DAG without catch-up, as the scheduler asks for it now."""
    info = timetable.next_dagrun_info(
        last_automated_data_interval=DataInterval.exact(pendulum.instance(last)) if last else None,
        restriction=TimeRestriction(None, None, False),
    )
    return datetime.fromtimestamp(info.run_after.timestamp(), UTC) if info else None


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("at", "before", "on", "after"),
    [
        # 29 March 2026: the clock goes from 01:00 to 02:00. 00:30 is before, 01:30 does not exist, 03:00 is after.
        (time(0, 30), utc(2026, 3, 28, 0, 30), utc(2026, 3, 29, 0, 30), utc(2026, 3, 29, 23, 30)),
        (time(1, 30), utc(2026, 3, 28, 1, 30), utc(2026, 3, 29, 1, 30), utc(2026, 3, 30, 0, 30)),
        (time(3), utc(2026, 3, 28, 3), utc(2026, 3, 29, 2), utc(2026, 3, 30, 2)),
    ],
)
def test_spring_loses_no_run(at: time, before: datetime, on: datetime, after: datetime) -> None:
    timetable = CalendarDays([date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)], at)
    assert runs(timetable, utc(2026, 3, 1), utc(2026, 4, 1)) == [before, on, after]


@pytest.mark.parametrize(
    ("at", "before", "on", "after"),
    [
        # 25 October 2026: the clock goes from 02:00 to 01:00. 01:30 comes twice, at 00:30 and 01:30 UTC: the first counts.
        (time(0, 30), utc(2026, 10, 23, 23, 30), utc(2026, 10, 24, 23, 30), utc(2026, 10, 26, 0, 30)),
        (time(1, 30), utc(2026, 10, 24, 0, 30), utc(2026, 10, 25, 0, 30), utc(2026, 10, 26, 1, 30)),
        (time(3), utc(2026, 10, 24, 2), utc(2026, 10, 25, 3), utc(2026, 10, 26, 3)),
    ],
)
def test_autumn_doubles_no_run(at: time, before: datetime, on: datetime, after: datetime) -> None:
    timetable = CalendarDays([date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26)], at)
    assert runs(timetable, utc(2026, 10, 1), utc(2026, 11, 1)) == [before, on, after]


def test_the_morning_after_each_expected_day_once() -> None:
    announced = Expected(date(2026, 10, 15), date(2026, 10, 15), True)
    window = Expected(date(2026, 10, 14), date(2026, 10, 16), False)
    days = days_after_releases({("dfe_ks4", "provisional", 2026): announced, ("dfe_ks2", "revised", 2026): window})
    assert days == [date(2026, 10, 15), date(2026, 10, 16), date(2026, 10, 17)]


# Written by hand from calendar_release.csv: the mornings after its windows; January, April and February overlap.
WINDOWS = [
    ((10, 7), (10, 21)), ((12, 2), (12, 16)), ((1, 12), (1, 26)), ((1, 28), (2, 11)), ((3, 12), (3, 26)), ((4, 2), (4, 16)),
    ((7, 12), (7, 26)),
]  # fmt: skip


def test_two_years_of_looking_for_results() -> None:
    timetable = CalendarDays(days_after_releases(expected_releases()), time(3), FRIDAY)
    begin, end = date(2025, 9, 1), date(2027, 8, 31)
    wanted = set()
    for day in (begin + timedelta(days=number) for number in range((end - begin).days + 1)):
        if day.isoweekday() == 5 or any(first <= (day.month, day.day) <= last for first, last in WINDOWS):
            wanted.add(day)
    found = runs(timetable, utc(2025, 9, 1), utc(2027, 8, 31, 23, 59))
    assert {moment.date() for moment in found} == wanted
    assert len(found) == len(wanted)
    # 03:00 in London is 02:00 UTC in summer.
    assert {moment.hour for moment in found if moment.date() < date(2025, 10, 26)} == {2}
    assert {moment.hour for moment in found if date(2025, 10, 26) <= moment.date() < date(2026, 3, 29)} == {3}


def test_a_year_that_the_calendar_does_not_know_is_looked_at_on_fridays() -> None:
    timetable = CalendarDays(days_after_releases(expected_releases()), time(3), FRIDAY)
    found = runs(timetable, utc(2030, 10, 1), utc(2030, 11, 1, 23))
    assert [moment.date() for moment in found] == [date(2030, 10, day) for day in (4, 11, 18, 25)] + [date(2030, 11, 1)]


def test_two_years_of_reminders_for_an_authority_with_the_usual_terms() -> None:
    """Terms end on 19 December 2025, 27 March and 21 July 2026, 18 December 2026, 26 March and 20 July 2027."""
    timetable = CalendarDays((due.due_on for due in returns_due("999")), time(7))
    assert runs(timetable, utc(2025, 9, 1), utc(2027, 8, 31)) == [
        utc(2026, 1, 2, 7), utc(2026, 4, 10, 6), utc(2026, 8, 4, 6),
        utc(2027, 1, 1, 7), utc(2027, 4, 9, 6), utc(2027, 8, 3, 6),
    ]  # fmt: skip


DAYS = CalendarDays([date(2026, 10, 8), date(2026, 10, 9), date(2026, 10, 13)], time(3), FRIDAY, "as listed")


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        # A new installation runs nothing that was due before it existed.
        (utc(2026, 10, 8, 12), None, utc(2026, 10, 9, 2)),
        # As planned: the day after the last run.
        (utc(2026, 10, 8, 12), utc(2026, 10, 8, 2), utc(2026, 10, 9, 2)),
        # Down for months: the newest of those missed runs once, and after it the next.
        (utc(2026, 10, 14, 12), utc(2026, 7, 3, 2), utc(2026, 10, 13, 2)),
        (utc(2026, 10, 14, 12), utc(2026, 10, 13, 2), utc(2026, 10, 16, 2)),
        # After the calendar's end Fridays alone, the clock of the winter.
        (utc(2026, 11, 2), utc(2026, 10, 30, 3), utc(2026, 11, 6, 3)),
    ],
)
def test_the_next_run_and_no_storm_after_downtime(
    monkeypatch: pytest.MonkeyPatch, now: datetime, last: datetime | None, due: datetime
) -> None:
    monkeypatch.setattr(timetables, "_now", lambda: now)
    assert next_run(DAYS, last) == due


def test_a_calendar_that_has_ended_runs_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timetables, "_now", lambda: utc(2026, 11, 2))
    ended = CalendarDays([date(2026, 10, 8)], time(3))
    assert next_run(ended, None) is None
    assert next_run(ended, utc(2026, 10, 8, 2)) is None


def test_it_is_the_same_after_serialising() -> None:
    kept = CalendarDays.deserialize(json.loads(json.dumps(DAYS.serialize())))
    assert kept.serialize() == DAYS.serialize()
    assert kept.summary == "as listed"
    period = utc(2026, 10, 1), utc(2027, 1, 1)
    assert runs(kept, *period) == runs(DAYS, *period) != []
