"""Backfills as they are recorded."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import dict_row

from school_support.errors import SupportListError

COLUMNS = (
    "backfill_id, authority, first_list_year as first, last_list_year as last, as_at_day, ruleset, reason, requested_by, "
    "os_user, status, requested_at, ended_at, ended_by"
)


@dataclass(frozen=True)
class BackfilledYear:
    """A list year of a backfill. From `schools` on filled once it is staged; `outcome`: new, same or changed."""

    list_year: int
    assessment_id: int
    schools: int | None
    content_hash: str | None
    outcome: str | None
    beside: str | None
    beside_hash: str | None
    moved: int | None


@dataclass(frozen=True)
class Backfill:
    """A backfill and its list years, in order. `status`: building, staged, completed or cancelled."""

    backfill_id: int
    authority: str
    first: int
    last: int
    as_at_day: str
    ruleset: str | None
    reason: str
    requested_by: str
    os_user: str
    status: str
    requested_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    years: tuple[BackfilledYear, ...]

    @property
    def in_words(self) -> str:
        """Its status, and by whom and when it ended."""
        if self.status == "building":
            return "not finished (give its command again to go on)"
        return f"{self.status} by {self.ended_by} on {self.ended_at:%-d %B %Y}" if self.ended_at else self.status


def read_backfills(connection: Connection) -> list[Backfill]:
    """All backfills, newest first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        backfills = cursor.execute(f"select {COLUMNS} from control.backfill order by backfill_id desc").fetchall()  # noqa: S608
        years: dict[int, list[BackfilledYear]] = defaultdict(list)
        for year in cursor.execute(
            "select backfill_id, list_year, assessment_id, schools, content_hash, outcome, beside, beside_hash, moved "
            "from control.backfill_year order by list_year"
        ):
            years[year.pop("backfill_id")].append(BackfilledYear(**year))
    return [Backfill(**backfill, years=tuple(years[backfill["backfill_id"]])) for backfill in backfills]


def read_backfill(connection: Connection, backfill_id: int) -> Backfill:
    """One backfill.

    Raises:
        SupportListError: there is no such backfill.
    """
    for backfill in read_backfills(connection):
        if backfill.backfill_id == backfill_id:
            return backfill
    raise SupportListError(f"There is no backfill {backfill_id}; `support-list backfill list` names them.")
