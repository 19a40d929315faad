"""Weekly housekeeping: old folders that nothing rests on, marts of past nights, and the raw tables."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from psycopg import Connection, sql

from school_support.settings import settings
from school_support.warehouse.connection import connect

KEPT = timedelta(days=90)


def remove_old_folders(now: datetime | None = None) -> list[str]:
    """Delete folders of dbt runs and Data Docs that were last written 90 days ago or earlier.

    What an edition rests on stays for good: the Data Docs of its candidate's gate and of the releases its assessment
    pinned, and any folder that its manifest names. Results of every gate and build stay as rows in `quality`.

    Args:
        now: the moment to count back from; none: the present.

    Returns:
        Paths of the folders deleted.
    """
    before = (now or datetime.now(UTC)) - KEPT
    data_docs, manifests = _pointed_to()
    removed: list[str] = []
    for parent in (settings().runs, settings().data_docs):
        for folder in sorted(parent.iterdir() if parent.is_dir() else ()):
            written = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
            kept = folder.name in data_docs or any(folder.name in manifest for manifest in manifests)
            if folder.is_dir() and written <= before and not kept:
                shutil.rmtree(folder)
                removed.append(str(folder))
    return removed


def forget_old_watches(now: datetime | None = None) -> list[int]:
    """Delete the marts of monitoring assessments that were built 90 days ago or earlier: one comes every night.

    The news they brought stay, and the assessment can be built again; one that another rests on keeps its marts.

    Args:
        now: the moment to count back from; none: the present.

    Returns:
        assessment_ids, in order.
    """
    with connect("support_transformer") as connection:
        old = [
            int(assessment_id)
            for (assessment_id,) in connection.execute(
                "select assessment_id from control.assessment where purpose = 'monitoring' and built_at <= %s and not exists "
                "(select from control.assessment as later where later.previous_assessment_id = assessment.assessment_id) order by 1",
                ((now or datetime.now(UTC)) - KEPT,),
            )
        ]
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
