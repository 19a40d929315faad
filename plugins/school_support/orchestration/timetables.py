"""A timetable of our own: the days of a calendar, and a weekday beside them, at one time of London's day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pendulum
from airflow.timetables.base import DagRunInfo, DataInterval, Timetable

from school_support.clock import LONDON

if TYPE_CHECKING:
    from airflow.timetables.base import TimeRestriction

DAY = timedelta(days=1)
FRIDAY = 4


class CalendarDays(Timetable):
    """Runs once on every listed day, and on one weekday of every week; a run's logical date is the moment it is due.

    All days stand in the serialised DAG, so the scheduler reads no file: a changed calendar counts as soon as the DAG file
    is parsed again. A time that the clock skips in spring is the moment at which it would have been; one that the clock
    shows twice in autumn is the first of the two.

    What was missed while Airflow was down is made up for by one run; a new installation makes up for nothing.

    Args:
        days: days on which it runs.
        at: time of the day in London.
        weekday: runs on this day of every week too; 0 is Monday.
        description: when it runs, in words.
    """

    def __init__(self, days: Iterable[date], at: time, weekday: int | None = None, description: str = "") -> None:
        self.days = sorted(set(days))
        self.at = at
        self.weekday = weekday
        self.description = description

    @property
    def summary(self) -> str:
        """What the user interface shows in a list."""
        return self.description

    def serialize(self) -> dict[str, Any]:
        """All of it as JSON."""
        days = [day.isoformat() for day in self.days]
        return {"days": days, "at": self.at.isoformat(), "weekday": self.weekday, "description": self.description}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> CalendarDays:
        """The timetable that `serialize` wrote."""
        days = [date.fromisoformat(day) for day in data["days"]]
        return cls(days, time.fromisoformat(data["at"]), data["weekday"], data["description"])

    def infer_manual_data_interval(self, *, run_after: pendulum.DateTime) -> DataInterval:
        """A run started by hand is about the moment it was started."""
        return DataInterval.exact(run_after)

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """The next run, as Airflow asks for it; none after the calendar's last day."""
        last = last_automated_data_interval.end if last_automated_data_interval else None
        now = _now()
        # Without a run so far it begins with what is due from now on, unless the DAG asks for the past.
        begin = restriction.earliest if restriction.catchup and restriction.earliest else now
        if last is not None:
            begin = last if restriction.catchup else max(last, self._latest(now) - timedelta(microseconds=1))
        if restriction.earliest is not None:
            begin = max(begin, restriction.earliest)
        due = self._next(begin, after=last is not None and begin == last)
        if due is None or (restriction.latest is not None and due > restriction.latest):
            return None
        return DagRunInfo.exact(pendulum.instance(due))

    def _next(self, moment: datetime, after: bool) -> datetime | None:
        """The first run at or after a moment; with `after` not the one at the moment itself."""
        day = moment.astimezone(LONDON).date()
        while (runs_on := self._first_day(day)) is not None:
            due = self._due(runs_on)
            if due > moment or (due == moment and not after):
                return due
            day = runs_on + DAY
        return None

    def _latest(self, moment: datetime) -> datetime:
        """The last run that was due by a moment; the beginning of time where none was."""
        today = moment.astimezone(LONDON).date()
        listed = [day for day in self.days if self._due(day) <= moment][-1:]
        weekly = [] if self.weekday is None else [today - DAY * ((today.weekday() - self.weekday) % 7)]
        weekly += [day - 7 * DAY for day in weekly]
        return max(
            (due for due in map(self._due, listed + weekly) if due <= moment),
            default=datetime.min.replace(tzinfo=UTC) + DAY,
        )

    def _first_day(self, day: date) -> date | None:
        """The first day from one on, itself included, on which it runs."""
        listed = next((listed for listed in self.days if listed >= day), None)
        if self.weekday is None:
            return listed
        weekly = day + DAY * ((self.weekday - day.weekday()) % 7)
        return weekly if listed is None else min(listed, weekly)

    def _due(self, day: date) -> datetime:
        """The moment of a day's run."""
        return datetime.combine(day, self.at, LONDON).astimezone(UTC)


def _now() -> datetime:
    return datetime.now(UTC)
