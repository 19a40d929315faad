"""A night with one new monthly file of Ofsted on twelve years of them, against making the warehouse anew from the same files."""

from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from files import layout
from measure import Case, Figure
from warehouse import assess, real_files, take_in, warehouse

SOURCES = ["ofsted_mi", "ofsted_outcomes", "ofsted_history"]
BASE = "ofsted/ofsted_mi_2015-05-31.xlsx"
MONTHS = pd.date_range("2007-06-30", "2019-05-31", freq="ME")
# Published a month after the day it shows.
DELAY = timedelta(days=30)
YEARS_BETWEEN = 4
NIGHT = date(2019, 6, 30)


def one_new_file(folder: Path, rounds: int) -> list[Figure]:
    """Land, load, accept and stage the file, then the monitoring assessment of an authority; against all of it from nothing."""
    from school_support.sources.contract import load_sources

    earlier, newest = folder / "earlier", folder / "newest"
    _write_months(earlier, MONTHS[:-1])
    _write_months(newest, MONTHS[-1:])
    whole, night = [], []
    for number in range(rounds):
        with warehouse(folder / f"home{number}"):
            started = time.perf_counter()
            take_in(earlier, SOURCES)
            take_in(real_files(), sorted(load_sources()))
            _stage(["register", "results", "context", "inspections", "local"])
            assess("874", [NIGHT], "monitoring")
            whole.append(time.perf_counter() - started)
            started = time.perf_counter()
            take_in(newest, SOURCES)
            _stage(["inspections"])
            assess("874", [NIGHT], "monitoring")
            night.append(time.perf_counter() - started)
    return [
        Figure(
            "a night with one new monthly file",
            "the whole warehouse made anew from its files",
            night,
            whole,
            most=0.15,
            amount=f"{len(MONTHS)} months of inspections, 12 years of results",
        )
    ]


def _stage(folders: list[str]) -> None:
    """As the last task of an ingesting DAG does."""
    from school_support.warehouse.connection import connect
    from school_support.warehouse.dbt import build
    from school_support.warehouse.staging import is_complete

    with connect("support_transformer") as connection:
        lacking = [folder for folder in folders if not is_complete(connection, folder)]
    assert lacking, "the new file should be staged"
    build([f"+staging.{folder}" for folder in lacking])


def _write_months(folder: Path, months: pd.DatetimeIndex) -> None:
    """Monthly management information in the layout of May 2015: its schools, each inspected every four years."""
    folder.mkdir()
    columns, book = layout("ofsted_mi").columns, layout("ofsted_mi").workbook
    assert book is not None
    with pd.ExcelFile(real_files() / BASE, engine="calamine") as workbook:
        [sheet] = [name for name in workbook.sheet_names if str(name).casefold() == book.sheet.casefold()]
        frame = workbook.parse(sheet, header=book.header_row - 1, dtype=str, keep_default_na=False)
    cycle = YEARS_BETWEEN * 365
    offsets = np.random.default_rng(2015).integers(0, cycle, len(frame))
    index = ["file,source,academic_year,snapshot_date,stage,known_from"]
    for month in months:
        since = (int(month.timestamp() // 86400) - 30 - offsets) % cycle + 30
        latest = month - pd.to_timedelta(since, unit="D")
        frame[columns["inspection_date"].header] = latest.strftime("%Y-%m-%d")
        frame[columns["previous_inspection_date"].header] = (latest - timedelta(days=cycle)).strftime("%Y-%m-%d")
        name = f"ofsted_mi_{month:%Y-%m-%d}.csv"
        frame.to_csv(folder / name, index=False)
        index.append(f"{name},ofsted_mi,,{month:%Y-%m-%d},,{month + DELAY:%Y-%m-%d}")
    (folder / "releases.csv").write_text("\n".join(index) + "\n", encoding="utf-8")


CASES = [Case("nightly_new_file", "A night with something new", one_new_file, rounds=3)]
