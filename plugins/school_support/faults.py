"""What an operator has to look at now: one line a fault, for `support-list status --check` and whatever watches it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from psycopg import Connection

from school_support.authorities import authority_of
from school_support.clock import today
from school_support.landing.freshness import overdue, read_freshness
from school_support.publication.terms import returns_due
from school_support.settings import settings
from school_support.warehouse.connection import connect

QUARANTINE_DAYS = 7
CALENDAR_DAYS = 120
ALERT_HOURS = 24


def read_faults(now: datetime | None = None) -> list[str]:
    """Every fault, most urgent first; empty where all is well.

    Args:
        now: the moment to judge by; none: the present.

    Raises:
        SupportListError: the warehouse does not answer, or the authority served has no settings.
    """
    at = now or datetime.now(UTC)
    day = now.date() if now else today()
    with connect("support_publisher") as connection:
        return [
            *_disk(settings().home),
            *_silence(connection, at),
            *_failed_runs(connection),
            *_candidates(connection, at),
            *_overdue(connection, day),
            *_quarantine(connection, at),
            *_unsent(connection, at),
            *_backup(settings().backup_marker, at),
            *_calendar(day),
        ]


def _disk(folder: Path) -> Iterator[str]:
    usage = shutil.disk_usage(folder)
    free = 100 * usage.free / usage.total
    if free < settings().disk_free_percent:
        yield f"disk: {free:.0f} % of the disk of {folder} are free; `support-list maintenance` shows what may go"


def _silence(connection: Connection, at: datetime) -> Iterator[str]:
    """Nothing at all was taken in: the scheduler is down, or a DAG is paused. A new installation is not silent yet."""
    [(last,)] = connection.execute("select max(started_at) from quality.run where kind = 'ingest'").fetchall()
    if last is not None and at - last > timedelta(hours=settings().silent_hours):
        yield f"nightly runs: nothing has been taken in since {last:%Y-%m-%d %H:%M} UTC; does Airflow run, is a DAG paused?"


def _failed_runs(connection: Connection) -> Iterator[str]:
    """DAGs whose newest recorded step failed, unless a run has ended well since: not every task leaves a record."""
    well = _ended_well()
    for dag, task, started, message in connection.execute(
        "select airflow_dag_id, airflow_task_id, started_at, message from (select distinct on (airflow_dag_id) * from quality.run "
        "where airflow_dag_id is not null order by airflow_dag_id, started_at + make_interval(secs => seconds::float) desc) as newest "
        "where outcome = 'failed' order by started_at desc"
    ):
        if dag in well and well[dag] > started:
            continue
        yield f"run: {dag}.{task} failed on {started:%Y-%m-%d %H:%M} UTC: {message.partition(chr(10))[0]}"


def _ended_well() -> dict[str, datetime]:
    """When the newest run of each DAG that ended well did so; empty where Airflow has no database yet."""
    with connect("airflow", "airflow") as connection:
        if connection.execute("select to_regclass('dag_run')").fetchone() == (None,):
            return {}
        return dict(
            connection.execute(
                "select dag_id, max(end_date) from dag_run where state = 'success' group by dag_id"
            ).fetchall()
        )


def _candidates(connection: Connection, at: datetime) -> Iterator[str]:
    """The newest candidate of each list year while nobody has decided on it."""
    for candidate, authority, list_year, built_at, passed in connection.execute(
        """
        select newest.candidate_id, newest.authority, newest.list_year, newest.built_at, gate.passed
        from (
            select distinct on (authority, list_year) * from publication.candidate
            order by authority, list_year, candidate_id desc
        ) as newest
        left join publication.approval using (candidate_id)
        left join lateral (
            select gate_run.passed from quality.gate_run
            where gate_run.gate = 'candidate' and gate_run.subject_id = newest.candidate_id
            order by gate_run.gate_run_id desc limit 1
        ) as gate on true
        where approval.candidate_id is null
        order by newest.candidate_id
        """
    ):
        of = f"candidate {candidate} of authority {authority}, list year {list_year}"
        if passed is False:
            yield f"gate: {of} did not pass gate 2; `support-list summary {candidate}` says why"
        elif at - built_at > timedelta(days=settings().approval_days):
            yield f"approval: {of} has waited since {built_at:%Y-%m-%d} for a decision"


def _overdue(connection: Connection, day: date) -> Iterator[str]:
    authority = settings().authority
    stands = read_freshness(connection, authority_of(authority).collection, authority, day)
    yield from (f"overdue: {sentence}" for sentence in overdue(stands))


def _quarantine(connection: Connection, at: datetime) -> Iterator[str]:
    [(files,)] = connection.execute(
        "select count(*) from landing.release where status = 'quarantined' and recorded_at > %s",
        (at - timedelta(days=QUARANTINE_DAYS),),
    ).fetchall()
    if files:
        yield f"quarantine: files of the last {QUARANTINE_DAYS} days: {files}; `support-list quarantine list` says why"


def _unsent(connection: Connection, at: datetime) -> Iterator[str]:
    [(alerts, since)] = connection.execute(
        "select count(*), min(recorded_at) from publication.alert where sent_at is null and recorded_at < %s",
        (at - timedelta(hours=ALERT_HOURS),),
    ).fetchall()
    if alerts:
        yield f"alerts: {alerts} not sent since {since:%Y-%m-%d %H:%M} UTC; look at the task alert of watch_schools"


def _backup(marker: Path | None, at: datetime) -> Iterator[str]:
    """A file that the backup writes or touches when it has ended well, where one is set."""
    if marker is None:
        return
    if not marker.exists():
        yield f"backup: {marker} does not exist, so none has ended well"
    elif at.timestamp() - marker.stat().st_mtime > timedelta(days=settings().backup_days).total_seconds():
        last = datetime.fromtimestamp(marker.stat().st_mtime, UTC)
        yield f"backup: none since {last:%Y-%m-%d %H:%M} UTC"


def _calendar(day: date) -> Iterator[str]:
    dues = returns_due(settings().authority)
    if not dues or dues[-1].last_day < day + timedelta(days=CALENDAR_DAYS):
        yield "calendar: calendar_term.csv ends soon; add the terms of the next school year"
