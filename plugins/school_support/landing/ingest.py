"""From a folder of files to raw rows: land every file, then load what its contract accepts.

Each file is one release. Landing keeps the bytes and a row of the ledger; loading reads the kept file under its
contract and copies it into raw in one transaction. Killed anywhere, it is simply run again: a release is landed,
loaded, accepted or quarantined, and never in between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from psycopg import Connection, sql

from school_support.landing.copy import copy_blocks
from school_support.landing.index import IndexedFile, read_index
from school_support.landing.store import keep, sha256_of, stored
from school_support.quality.history import in_history
from school_support.sources.contract import load_sources
from school_support.sources.faults import Fault, FileRefused
from school_support.sources.reader import OpenRelease, open_release
from school_support.warehouse.connection import connect

# Backfilled nights load side by side; PostgreSQL's own "if not exists" fails where two make a table at once.
RAW_TABLE_LOCK = 720_014


@dataclass
class LandSummary:
    """What landing found: releases new to the ledger, already known, and refused at the door (file, reason)."""

    new: int = 0
    known: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class LoadSummary:
    """What loading did: releases and rows copied into raw, rows left out, and releases quarantined (file, reason)."""

    loaded: int = 0
    rows: int = 0
    rejected: int = 0
    quarantined: list[tuple[str, str]] = field(default_factory=list)


def land_folder(folder: Path, sources: Sequence[str]) -> LandSummary:
    """Keep every file of some sources that a folder's index lists, and enter it in the ledger.

    The same bytes are one release however often they come. A file that is missing, or whose bytes are not
    those the index names, is entered as quarantined or refused, and the rest goes on.

    Raises:
        SupportListError: the index is missing or cannot be understood.
    """
    summary = LandSummary()
    with connect("support_loader", autocommit=True) as connection:
        for file in read_index(folder, sources):
            if not file.path.is_file():
                summary.refused.append((file.file_name, "the index lists it, but the folder does not hold it"))
                continue
            if land(connection, file):
                summary.new += 1
            else:
                summary.known += 1
    return summary


def land(connection: Connection, file: IndexedFile) -> bool:
    """Keep one file and enter it in the ledger; true if its bytes are new."""
    sha256 = sha256_of(file.path)
    known = connection.execute("select status, release_id from landing.release where sha256 = %s", (sha256,)).fetchone()
    if known is not None:
        # A file that was refused at the door left no bytes; once released from quarantine it is taken in anew.
        if known[0] == "landed" and not stored(file.source, sha256).exists():
            _keep_after_all(connection, file, sha256, known[1])
        return False
    refusal: FileRefused | None = None
    kept: str | None = None
    try:
        kept = keep(file.path, file.source, sha256, file.file_name)
    except FileRefused as error:
        refusal = error
    altered = file.sha256 is not None and file.sha256 != sha256
    reason = (
        f"{file.file_name}: its bytes have sha256 {sha256[:12]}…, the index names {str(file.sha256)[:12]}…: truncated or "
        "altered on its way. Fetch it again, or correct the index if the new bytes are the right ones."
        if altered
        else f"{refusal} The file was not kept, because it may name people."
        if refusal
        else None
    )
    with connection.transaction():
        inserted = connection.execute(
            """
            insert into landing.release (source, collection, academic_year, snapshot_date, stage, known_from, known_from_basis,
                row_known_from_days, coverage, file_name, sha256, stored_sha256, bytes, status, reason)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            on conflict (sha256) do nothing
            returning release_id
            """,
            (
                file.source, file.collection, file.academic_year, file.snapshot_date, file.stage, file.known_from, file.known_from_basis,
                file.row_known_from_days, file.coverage, file.file_name, sha256, kept, file.path.stat().st_size,
                "quarantined" if reason else "landed", reason,
            ),
        ).fetchone()  # fmt: skip
        if inserted and refusal:
            _note_faults(connection, inserted[0], refusal.faults)
    return True


def _keep_after_all(connection: Connection, file: IndexedFile, sha256: str, release_id: int) -> None:
    """Keep a file that was let out of quarantine, or quarantine it again."""
    try:
        kept = keep(file.path, file.source, sha256, file.file_name)
    except FileRefused as refusal:
        _quarantine(connection, release_id, str(refusal), refusal.layout, refusal.faults)
        return
    connection.execute("update landing.release set stored_sha256 = %s where release_id = %s", (kept, release_id))


@in_history("ingest", lambda sources, on_file=None: ", ".join(sources))
def load_landed(sources: Sequence[str], on_file: Callable[[str], None] = lambda _: None) -> LoadSummary:
    """Read every landed release of some sources under its contract and copy it into raw.

    A file that its contract refuses is quarantined with its faults in landing.fault; the others go on.

    Args:
        sources: names of sources.
        on_file: called with the name of each file before it is read, for showing progress.
    """
    summary = LoadSummary()
    with connect("support_loader", autocommit=True) as connection:
        for source in _without_table(connection, sources):
            _ensure_raw_table(connection, source)
        waiting = connection.execute(
            "select release_id, source, sha256, file_name from landing.release "
            "where status = 'landed' and source = any(%s) order by release_id",
            (list(sources),),
        ).fetchall()
        for release_id, source, sha256, file_name in waiting:
            on_file(file_name)
            try:
                release = open_release(stored(source, sha256), source, file_name)
                loaded = _copy(connection, release_id, source, release)
            except FileRefused as refusal:
                _quarantine(connection, release_id, str(refusal), refusal.layout, refusal.faults)
                summary.quarantined.append((file_name, str(refusal)))
                continue
            if loaded:
                summary.loaded += 1
                summary.rows += release.rows
                summary.rejected += release.rejected_rows
    return summary


def _without_table(connection: Connection, sources: Sequence[str]) -> list[str]:
    """The sources whose raw table is missing, or lacks its index or a column of the contract: none on most nights."""
    rows = connection.execute(
        """
        select table_name, array_agg(column_name::text)
        from information_schema.columns
        where table_schema = 'raw'
        group by table_name
        having to_regclass('raw.' || table_name || '_pages') is not null
        """
    ).fetchall()
    there = {name: set(columns) for name, columns in rows}
    return [source for source in sources if not set(load_sources()[source].columns) <= there.get(source, set())]


def _ensure_raw_table(connection: Connection, source: str) -> None:
    """A raw table has the source's canonical columns as text; a contract that names a new one adds it."""
    table = sql.Identifier("raw", source)
    columns = [sql.SQL("{} text").format(sql.Identifier(name)) for name in load_sources()[source].columns]
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (RAW_TABLE_LOCK,))
        connection.execute(
            sql.SQL("create table if not exists {} (_release_id bigint not null, _line integer not null, {})").format(
                table, sql.SQL(", ").join(columns)
            )
        )
        connection.execute(
            sql.SQL("alter table {} {}").format(
                table,
                sql.SQL(", ").join(sql.SQL("add column if not exists {}").format(column) for column in columns),
            )
        )
        # The rows of a release stand together, so a range of pages is all that an index need tell; a tree costs every row.
        connection.execute(
            sql.SQL("create index if not exists {} on {} using brin (_release_id) with (pages_per_range = 16)").format(
                sql.Identifier(f"{source}_pages"), table
            )
        )
        connection.execute(sql.SQL("drop index if exists {}").format(sql.Identifier("raw", f"{source}_release")))
        connection.execute(sql.SQL("grant select on {} to support_transformer, support_publisher").format(table))


def _copy(connection: Connection, release_id: int, source: str, release: OpenRelease) -> bool:
    """Copy a release into raw, all of it or nothing; false where another loader already has."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(
            "select from landing.release where release_id = %s and status = 'landed' for update",
            (release_id,),
        )
        if cursor.fetchone() is None:
            return False
        copy_blocks(cursor, sql.Identifier("raw", source), release_id, release.columns, release.blocks())
        cursor.execute("select brin_summarize_new_values(%s)", (f"raw.{source}_pages",))
        cursor.execute("delete from quality.rejected_row where release_id = %s", (release_id,))
        cursor.executemany(
            "insert into quality.rejected_row (release_id, line, urn, column_name, value, reason_code, message) "
            "values (%s, %s, %s, %s, %s, %s, %s)",
            [(release_id, f.line, f.urn, f.column, f.value, f.code, f.message) for f in release.rejected],
        )
        cursor.execute(
            "update landing.release set status = 'loaded', layout = %s, columns = %s, rows = %s, rows_rejected = %s "
            "where release_id = %s",
            (release.layout.layout, release.columns, release.rows, release.rejected_rows, release_id),
        )
    return True


def _quarantine(
    connection: Connection, release_id: int, reason: str, layout: str | None, faults: Sequence[Fault]
) -> None:
    with connection.transaction():
        _note_faults(connection, release_id, faults)
        connection.execute(
            "update landing.release set status = 'quarantined', reason = %s, layout = %s where release_id = %s",
            (reason, layout, release_id),
        )


def _note_faults(connection: Connection, release_id: int, faults: Sequence[Fault]) -> None:
    connection.execute("delete from landing.fault where release_id = %s", (release_id,))
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into landing.fault (release_id, line, column_name, value, reason_code, message) "
            "values (%s, %s, %s, %s, %s, %s)",
            [(release_id, f.line, f.column, f.value, f.code, f.message) for f in faults],
        )
