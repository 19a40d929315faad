"""What is old and rests on nothing: counted, and deleted. docs/retention.md says what is kept how long and why.

Never touched, however old: editions with all that they rest on (candidate, assessment, releases, manifest, letters, the Data
Docs of their gates, the draft letters that schools saw), the ledger, accepted files in the landing store, and gate results.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from psycopg import Connection, sql

from school_support.landing.store import stored
from school_support.settings import settings
from school_support.warehouse.connection import connect

BESIDE_INBOX = ("answers", "processed", "returned", "reminders")


@dataclass(frozen=True)
class Swept:
    """What is old of one kind: how many things, and their bytes where they are files."""

    what: str
    things: int
    bytes: int | None = None


def sweep(now: datetime | None = None, dry_run: bool = False) -> list[Swept]:
    """Delete all that is older than the settings say, and say how much it was.

    Args:
        now: the moment to count back from; none: the present.
        dry_run: only count.
    """
    at = now or datetime.now(UTC)
    kinds: tuple[tuple[str, Callable[[datetime], list[Path]]], ...] = (
        ("folders of dbt runs and Data Docs", _old_folders),
        ("draft letters of lists never published, folders", _old_drafts),
        ("answers and files beside the inbox", old_answers),
        ("quarantined files, of which the ledger row stays", _old_quarantined),
        ("logs of Airflow", _old_logs),
    )
    swept = []
    for what, find in kinds:
        paths = find(at)
        swept.append(Swept(what, len(paths), sum(map(_size, paths))))
        if not dry_run:
            _delete(paths)
    return [*swept, _old_nights(at, dry_run), *_old_rows(at, dry_run)]


def forget_old_watches(now: datetime | None = None) -> list[int]:
    """Delete the marts of old monitoring assessments: one comes every night.

    The news they brought stay, and the assessment can be built again; one that another rests on keeps its marts.

    Args:
        now: the moment to count back from; none: the present.

    Returns:
        assessment_ids, in order.
    """
    with connect("support_transformer") as connection:
        old = _watches(connection, now or datetime.now(UTC))
        forget_marts(connection, old)
    return old


def forget_marts(connection: Connection, assessment_ids: Sequence[int]) -> None:
    """Delete the rows of some assessments from every mart, as support_transformer; they count as never built then."""
    marts = connection.execute(
        "select table_name from information_schema.columns where table_schema = 'marts' and column_name = 'assessment_id'"
    ).fetchall()
    ids = list(assessment_ids)
    for (mart,) in marts:
        connection.execute(
            sql.SQL("delete from {} where assessment_id = any(%s)").format(sql.Identifier("marts", mart)), (ids,)
        )
    connection.execute("update control.assessment set built_at = null where assessment_id = any(%s)", (ids,))


def vacuum_raw() -> list[str]:
    """Vacuum and analyse every table of the raw schema.

    Returns:
        Names of the tables, in alphabetical order.
    """
    with connect("support_loader", autocommit=True) as connection:
        found = connection.execute("select tablename from pg_tables where schemaname = 'raw' order by tablename")
        tables = [str(name) for (name,) in found]
        for table in tables:
            connection.execute(sql.SQL("vacuum (analyze) {}").format(sql.Identifier("raw", table)))
    return tables


def _old_folders(now: datetime) -> list[Path]:
    data_docs, manifests = _pointed_to()
    return [
        folder
        for parent in (settings().runs, settings().data_docs)
        for folder in _older(_children(parent), now, settings().keep_run_folders_days)
        if folder.is_dir()
        and folder.name not in data_docs
        and not any(folder.name in manifest for manifest in manifests)
    ]


def _old_drafts(now: datetime) -> list[Path]:
    """Folders are named authority-list year-candidate."""
    with connect("support_publisher") as connection:
        published = {
            str(candidate) for (candidate,) in connection.execute("select candidate_id from publication.edition")
        }
    return [
        folder
        for folder in _older(_children(settings().drafts), now, settings().keep_drafts_days)
        if folder.name.rsplit("-", 1)[-1] not in published
    ]


def old_answers(now: datetime) -> list[Path]:
    """Files beside the inbox that are older than they are kept: answers, what was dealt with, reminders."""
    beside = (settings().inbox.parent / name for name in BESIDE_INBOX)
    return [
        path
        for folder in beside
        for path in _older(_children(folder), now, settings().keep_inbox_days)
        if path.is_file()
    ]


def _old_quarantined(now: datetime) -> list[Path]:
    """Kept bytes of quarantined files that no assessment may read."""
    with connect("support_publisher") as connection:
        found = connection.execute(
            "select source, sha256 from landing.release where status = 'quarantined' and recorded_at <= %s "
            "and not exists (select from control.assessment_release as pinned where pinned.release_id = release.release_id)",
            (now - timedelta(days=settings().keep_quarantine_days),),
        ).fetchall()
    return [path for source, sha256 in found if (path := stored(source, sha256)).exists()]


def _old_logs(now: datetime) -> list[Path]:
    logs = settings().airflow_home / "logs"
    files = (
        path for folder in ("dag_id=*", "dag_processor", "executor_callbacks") for path in logs.glob(f"{folder}/**/*")
    )
    return _older((path for path in files if path.is_file()), now, settings().keep_airflow_days)


def _old_nights(now: datetime, dry_run: bool) -> Swept:
    if dry_run:
        with connect("support_transformer") as connection:
            old = _watches(connection, now)
    else:
        old = forget_old_watches(now)
    return Swept("marts of past nights, assessments", len(old))


def _old_rows(now: datetime, dry_run: bool) -> list[Swept]:
    """Rows of history and alerts that were sent; a failed transaction deletes none."""
    before = now - timedelta(days=settings().keep_history_days)
    swept = []
    for role, table, old in (
        ("support_transformer", "quality.run", "started_at <= %s"),
        ("support_transformer", "quality.dbt_result", "finished_at <= %s"),
        ("support_publisher", "publication.alert", "sent_at <= %s"),
    ):
        statement = f"{'select' if dry_run else 'delete'} from {table} where {old}"  # constants
        with connect(role) as connection:
            swept.append(Swept(f"rows of {table}", connection.execute(statement, (before,)).rowcount))
    return swept


def _watches(connection: Connection, now: datetime) -> list[int]:
    return [
        int(assessment_id)
        for (assessment_id,) in connection.execute(
            "select assessment_id from control.assessment where purpose = 'monitoring' and built_at <= %s and not exists "
            "(select from control.assessment as later where later.previous_assessment_id = assessment.assessment_id) "
            "order by 1",
            (now - timedelta(days=settings().keep_watches_days),),
        )
    ]


def _children(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _older(paths: Iterable[Path], now: datetime, days: int) -> list[Path]:
    """Those last written so many days before, or earlier."""
    before = (now - timedelta(days=days)).timestamp()
    return [path for path in paths if path.stat().st_mtime <= before]


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.lstat().st_size for file in files if not file.is_dir())


def _delete(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _pointed_to() -> tuple[set[str], list[str]]:
    """Names of the folders on the way to the Data Docs of the gates that editions passed; the editions' manifests."""
    with connect("support_publisher") as connection:
        docs = connection.execute(
            """
            select gate_run.data_docs
            from publication.edition
            inner join quality.gate_run on gate = 'candidate' and subject_id = edition.candidate_id
            where data_docs is not null
            union
            select gate_run.data_docs
            from publication.edition
            inner join publication.candidate using (candidate_id)
            inner join control.assessment_release using (assessment_id)
            inner join quality.gate_run on gate = 'raw' and subject_id = assessment_release.release_id
            where data_docs is not null
            """
        ).fetchall()
        manifests = connection.execute("select manifest::text from publication.edition").fetchall()
    return {part for (path,) in docs for part in Path(path).parts}, [text for (text,) in manifests]
