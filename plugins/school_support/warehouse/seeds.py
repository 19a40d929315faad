"""Which seeds' tables are other than their files: a build loads those anew and no others.

A table is trusted for what stands in it, not for when it was loaded: rows that a draft ruleset or a hand has changed since are
told by their hash, as is a file that has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from psycopg import Connection, sql

from school_support.settings import settings

# What dbt calls all seeds, where a build selects them.
ALL_SEEDS = "resource_type:seed"


def stale_seeds(connection: Connection) -> list[str]:
    """The seeds whose tables are not there, or hold other rows than loading their files would give."""
    files = _files()
    loaded = {
        seed: (file_hash, rows_hash)
        for seed, file_hash, rows_hash in connection.execute(
            "select seed, file_hash, rows_hash from control.loaded_seed"
        )
    }
    rows = _rows(connection, files)
    return [seed for seed, file_hash in files.items() if loaded.get(seed) != (file_hash, rows.get(seed))]


def remember_seeds(connection: Connection, seeds: Collection[str]) -> None:
    """Note what stands in the tables of seeds that were just loaded. The caller keeps others from changing them meanwhile."""
    files = _files()
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into control.loaded_seed (seed, file_hash, rows_hash) values (%s, %s, %s) "
            "on conflict (seed) do update set file_hash = excluded.file_hash, rows_hash = excluded.rows_hash",
            [(seed, files[seed], rows_hash) for seed, rows_hash in _rows(connection, seeds).items()],
        )


def _files() -> dict[str, str]:
    """A hash of each seed's file, and of what says how it is loaded."""
    project = settings().dbt_project
    manner = b"".join(path.read_bytes() for path in (project / "dbt_project.yml", project / "seeds" / "_seeds.yml"))
    return {
        path.stem: hashlib.sha256(manner + path.read_bytes()).hexdigest()
        for path in sorted((project / "seeds").glob("*.csv"))
    }


def _rows(connection: Connection, seeds: Collection[str]) -> dict[str, str]:
    """A hash over the rows of each seed that has a table."""
    found = connection.execute("select tablename from pg_tables where schemaname = 'seeds'").fetchall()
    tables = sorted({name for (name,) in found} & set(seeds))
    if not tables:
        return {}
    hashed = sql.SQL(
        "select {}::text, md5(coalesce(string_agg(row::text, chr(10) order by row::text), '')) from {} as row"
    )
    statements = [hashed.format(sql.Literal(name), sql.Identifier("seeds", name)) for name in tables]
    return dict(connection.execute(sql.SQL(" union all ").join(statements)).fetchall())
