"""Ways in which a delivered file gets into a table: ours, and those of the peers. Each gives its seconds and checks its rows.

Every one of them reads the same bytes and leaves text columns, as they were delivered. Ours also hashes the file, keeps it,
recognises its layout, judges every kept cell and key, and notes it in the ledger; the peers do none of that, and load every
column where ours loads those that its contract keeps. Connecting and making the table is in everybody's time, importing in
nobody's.
"""

from __future__ import annotations

import csv
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

# A peer must not look its maker up while it is timed; dlt reads this when it is imported.
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"

import dlt
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv
from python_calamine import CalamineWorkbook
from sqlalchemy import create_engine
from warehouse import copy_seconds, psql

from school_support.landing.ingest import land_folder, load_landed
from school_support.settings import settings
from school_support.warehouse.connection import connect, parameters, url

TO_SQL = "pandas to_sql (read as str; psycopg, executemany, which is faster here than method='multi')"
TO_SQL_AS_INSTALLED = "the same with read_excel as it is by itself (openpyxl)"
DLT = "dlt (Arrow tables of text, written and copied as CSV without compression)"
DLT_AS_INSTALLED = "dlt as installed (Arrow tables of text, insert_values, gzip)"

Reader = Literal["calamine"]


@dataclass(frozen=True)
class Delivery:
    """A file in a folder of its own, and what its index says of it."""

    path: Path
    source: str
    rows: int
    academic_year: str = ""
    snapshot_date: str = ""
    stage: str = ""

    def index(self) -> None:
        """Write the folder's releases.csv."""
        self.path.with_name("releases.csv").write_text(
            "file,source,academic_year,snapshot_date,stage,known_from\n"
            f"{self.path.name},{self.source},{self.academic_year},{self.snapshot_date},{self.stage},2026-11-01\n"
        )


def ours(delivery: Delivery) -> float:
    """Land and load, as the ingesting DAGs do, into an empty raw table; the landing store is empty too."""
    with connect("support_loader", autocommit=True) as connection:
        connection.execute(f"drop table if exists raw.{delivery.source}")
    with connect("support_admin", autocommit=True) as connection:
        connection.execute("truncate landing.release cascade")
    shutil.rmtree(settings().landing, ignore_errors=True)
    delivery.index()
    started = time.perf_counter()
    land_folder(delivery.path.parent, [delivery.source])
    summary = load_landed([delivery.source])
    taken = time.perf_counter() - started
    assert not summary.quarantined, summary.quarantined
    _has_rows(f"raw.{delivery.source}", delivery.rows)
    return taken


def copied(delivery: Delivery) -> float:
    """PostgreSQL's own \\copy of the same bytes."""
    taken = copy_seconds(delivery.path)
    _has_rows("raw.bench_copy", delivery.rows)
    return taken


def calamine_and_copied(delivery: Delivery) -> float:
    """All cells of a workbook read and nothing done with them, and \\copy of the same cells, which lie there as CSV."""
    started = time.perf_counter()
    cells = CalamineWorkbook.from_path(delivery.path).get_sheet_by_index(0).to_python()
    taken = time.perf_counter() - started
    written = delivery.path.with_suffix(".csv")
    with written.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(cells)
    taken += copy_seconds(written)
    _has_rows("raw.bench_copy", delivery.rows)
    return taken


def to_sql(delivery: Delivery) -> float:
    """pandas and SQLAlchemy; of a workbook with the fastest reader that pandas can use."""
    return _to_sql(delivery, "calamine")


def to_sql_as_installed(delivery: Delivery) -> float:
    """pandas and SQLAlchemy, a workbook read as pandas reads it by itself."""
    return _to_sql(delivery, None)


def _to_sql(delivery: Delivery, reader: Reader | None) -> float:
    started = time.perf_counter()
    engine = create_engine(url("support_loader"))
    _frame(delivery.path, reader).to_sql("bench_to_sql", engine, schema="raw", if_exists="replace", index=False)
    engine.dispose()
    taken = time.perf_counter() - started
    _has_rows("raw.bench_to_sql", delivery.rows)
    return taken


def dlt_copied(delivery: Delivery) -> float:
    """dlt at its fastest: CSV is what its PostgreSQL destination copies, and zipping the files between is most of its time."""
    dlt.config["normalize.data_writer.disable_compression"] = True
    return _dlt(delivery, "csv")


def dlt_as_installed(delivery: Delivery) -> float:
    """dlt with the settings that it has by itself."""
    dlt.config["normalize.data_writer.disable_compression"] = False
    return _dlt(delivery, "insert_values")


def _dlt(delivery: Delivery, form: str) -> float:
    state = delivery.path.with_name("dlt")
    shutil.rmtree(state, ignore_errors=True)
    address = parameters("support_admin")
    with connect("support_admin", autocommit=True) as connection:
        connection.execute("drop schema if exists bench_dlt cascade")
    started = time.perf_counter()
    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=str(state),
        dataset_name="bench_dlt",
        destination=dlt.destinations.postgres(
            "postgresql://{user}:{password}@{host}:{port}/{dbname}".format_map(address)
        ),
    )
    pipeline.run(_tables(delivery.path), table_name="delivered", loader_file_format=form)
    taken = time.perf_counter() - started
    with connect("support_admin") as connection:
        assert connection.execute("select count(*) from bench_dlt.delivered").fetchone() == (delivery.rows,)
    return taken


def _tables(path: Path) -> Iterator[pa.Table]:
    if path.suffix == ".xlsx":
        yield pa.Table.from_pandas(_frame(path, "calamine"), preserve_index=False)
        return
    with path.open(newline="", encoding="utf-8-sig") as file:
        headers = next(csv.reader(file))
    text = arrow_csv.ConvertOptions(column_types=dict.fromkeys(headers, pa.string()))
    for batch in arrow_csv.open_csv(path, arrow_csv.ReadOptions(block_size=2**24), convert_options=text):
        yield pa.Table.from_batches([batch])


def _frame(path: Path, reader: Reader | None) -> pd.DataFrame:
    if path.suffix == ".xlsx":
        return pd.read_excel(path, dtype=str, engine=reader)
    return pd.read_csv(path, dtype=str)


def _has_rows(table: str, rows: int) -> None:
    assert psql("-c", f"select count(*) from {table}").strip() == str(rows)
