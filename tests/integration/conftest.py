"""The real files in the session's warehouse, once: landed, loaded, through gate 1 and staged; and what plants the future."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from school_support.warehouse.connection import connect


@pytest.fixture(scope="session")
def real_warehouse(warehouse: Path, real_data: Path) -> Path:
    from school_support.landing.ingest import land_folder, load_landed
    from school_support.quality.gate import accept_loaded
    from school_support.sources.contract import load_sources
    from school_support.warehouse.dbt import build

    sources = sorted(load_sources())
    land_folder(real_data, sources)
    load_landed(sources)
    accept_loaded(sources)
    build(["resource_type:seed", "staging"])
    return warehouse


@pytest.fixture(scope="session")
def plant_later() -> Callable[[psycopg.Connection, str, str, date], int]:
    """Copy every accepted release of a source known by a day into one known a day later, with absurd values; how many."""
    return _plant_later


def _plant_later(connection: psycopg.Connection, source: str, absurd: str, as_at: date) -> int:
    known = connection.execute(
        "select release_id from landing.release where source = %s and status = 'accepted' and known_from <= %s "
        "and file_name not like 'planted%%'",
        (source, as_at),
    ).fetchall()
    for (release_id,) in known:
        [(planted,)] = connection.execute(
            "insert into landing.release (source, collection, academic_year, snapshot_date, stage, known_from, coverage, file_name, "
            "sha256, bytes, rows, layout, status) select source, collection, academic_year, snapshot_date, stage, %s, "
            "coverage, 'planted ' || file_name, encode(sha256(sha256::bytea), 'hex'), bytes, rows, layout, 'accepted' "
            "from landing.release where release_id = %s returning release_id",
            (as_at + timedelta(days=1), release_id),
        ).fetchall()
        columns = ", ".join(
            name
            for (name,) in connection.execute(
                "select column_name from information_schema.columns where table_schema = 'raw' and table_name = %s "
                "and column_name <> '_release_id'",
                (source,),
            )
        )
        connection.execute("create temporary table planted (like raw." + source + ") on commit drop")
        connection.execute(
            f"insert into planted (_release_id, {columns}) select {planted}, {columns} from raw.{source} "
            f"where _release_id = {release_id}"
        )
        connection.execute(f"update planted set {absurd}")  # type: ignore[arg-type]
        connection.execute(
            f"insert into raw.{source} (_release_id, {columns}) select _release_id, {columns} from planted"
        )
        connection.execute("drop table planted")
    return len(known)


@pytest.fixture(scope="session")
def contents_of() -> Callable[[int], dict[str, list[tuple]]]:  # type: ignore[type-arg]
    """Every row of every mart of an assessment, but for the assessment's number."""

    def contents(assessment_id: int) -> dict[str, list[tuple]]:  # type: ignore[type-arg]
        with connect("support_admin") as connection:
            marts = connection.execute(
                "select table_name from information_schema.columns "
                "where table_schema = 'marts' and column_name = 'assessment_id' order by 1"
            ).fetchall()
            assert len(marts) >= 11
            return {
                mart: connection.execute(
                    f"select (to_jsonb(mart) - 'assessment_id')::text from marts.{mart} as mart where assessment_id = %s order by 1",
                    (assessment_id,),
                ).fetchall()
                for (mart,) in marts
            }

    return contents
