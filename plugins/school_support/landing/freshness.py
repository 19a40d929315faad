"""Which sources were overdue on a day: by the seed calendar_release, and for other years by the calendars in their contracts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from psycopg import Connection
from psycopg.rows import dict_row

from school_support.landing.release_calendar import ReleaseCalendar, expected_releases
from school_support.sources.contract import load_sources
from school_support.sources.publishing import Calendar, Issue

STAGES = ("provisional", "revised", "final")


@dataclass(frozen=True)
class Received:
    """A release that counts on the day asked about."""

    known_from: date
    academic_year: int | None
    stage: str | None


@dataclass(frozen=True)
class Freshness:
    """How a source stands on a day. `due` is None where nothing is expected yet; `days_overdue` counts from it."""

    source: str
    expected: str
    due: date | None
    newest: date | None
    days_overdue: int

    @property
    def sentence(self) -> str:
        """What is missing, for a person."""
        have = f"newest file known from {self.newest:%-d %B %Y}" if self.newest else "none received"
        return (
            f"{self.source}: {self.expected} was due on {self.due:%-d %B %Y}, {self.days_overdue} days before ({have})"
        )


def read_freshness(connection: Connection, collection: str, authority: str, day: date) -> list[Freshness]:
    """Every source with a calendar, as it stood on a day for one authority.

    A release of another authority alone does not count. A source of which the collection has nothing at all is left
    out: it is not taken in, so it cannot be late.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            """
            select source, known_from, academic_year, stage
            from landing.release
            where collection = %(collection)s
                and (status = 'accepted' or (status = 'withdrawn' and withdrawn_from > %(day)s))
                and (coverage is null or coverage not like 'LA %%' or coverage = 'LA ' || %(authority)s)
            """,
            {"collection": collection, "authority": authority, "day": day},
        ).fetchall()
    received: dict[str, list[Received]] = {}
    for row in rows:
        received.setdefault(row.pop("source"), []).append(Received(**row))
    expected = expected_releases()
    return [
        freshness(name, source.calendar, received[name], day, expected)
        for name, source in load_sources().items()
        if source.calendar is not None and name in received
    ]


def overdue(stands: Sequence[Freshness]) -> list[str]:
    """The sentences of those that are overdue, in the order of their names."""
    return [stand.sentence for stand in sorted(stands, key=lambda stand: stand.source) if stand.days_overdue]


def freshness(
    source: str, calendar: Calendar, received: Sequence[Received], day: date, expected: ReleaseCalendar | None = None
) -> Freshness:
    """How one source stands on a day, given what was received of it at any time and when issues of it were expected."""
    known = [release for release in received if release.known_from <= day]
    newest = max((release.known_from for release in known), default=None)
    grace = timedelta(days=calendar.grace_days)
    if calendar.every_days is not None:
        due = newest + timedelta(days=calendar.every_days) if newest else None
        late = (day - due).days if due and day > due + grace else 0
        often = "every day" if calendar.every_days == 1 else f"every {calendar.every_days} days"
        return Freshness(source, f"a new issue, {often}", due, newest, late)
    latest = _latest_due(source, calendar, day - grace, expected or {})
    if latest is None:
        return Freshness(source, "nothing yet", None, newest, 0)
    due, issue, year = latest
    there = any(_serves(release, issue, year) for release in known)
    return Freshness(
        source, f"{issue.stage} {year - 1}/{year % 100:02d}", due, newest, 0 if there else (day - due).days
    )


def _latest_due(
    source: str, calendar: Calendar, day: date, expected: ReleaseCalendar
) -> tuple[date, Issue, int] | None:
    """The issue that came due last before a day: its day, itself and its academic year."""
    due = [
        (by, issue, year)
        for issue in calendar.issues
        for year in range(issue.from_year, day.year + 1)
        if issue.exists_for(year) and (by := _due(source, issue, year, expected)) <= day
    ]
    if not due:
        return None
    return max(due, key=lambda entry: (entry[0], STAGES.index(entry[1].stage)))


def _due(source: str, issue: Issue, year: int, expected: ReleaseCalendar) -> date:
    """The last day an issue is expected on: of the calendar where it has the year, else the usual one."""
    told = expected.get((source, issue.stage, year))
    return told.last_day if told else issue.due(year)


def _serves(release: Received, issue: Issue, year: int) -> bool:
    """Whether a release is the expected issue or a later one."""
    if release.academic_year is None or release.academic_year < year:
        return False
    stage = STAGES.index(release.stage) if release.stage in STAGES else len(STAGES)
    return release.academic_year > year or stage >= STAGES.index(issue.stage)
