"""Synthetic files in true layouts, large enough to time: made from the contracts' own header lines."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xlsxwriter
from pyarrow import csv as arrow_csv

from school_support.sources.contract import Column, Layout, load_sources

Numbers = npt.NDArray[np.int64]
# The layout of each source that files are made of.
LAYOUTS = {
    "dfe_ks2": "ks2_tables_2019",
    "gias_governance": "gias_governance",
    "ofsted_mi": "ofsted_mi_2015",
    "school_returns": "school_returns_long",
}

ROWS_A_BLOCK = 500_000
SCHOOLS = 24_000
YEARS = range(2017, 2027)
TERMS = ["Autumn", "Spring", "Summer"]
YEAR_GROUPS = ["Reception", *(f"Year {number}" for number in range(1, 12))]
SUBJECTS = ["Reading", "Writing", "Mathematics", "Science"]
RETURNS_A_YEAR = SCHOOLS * len(TERMS) * len(YEAR_GROUPS) * len(SUBJECTS)


def layout(source: str) -> Layout:
    """The layout of a source that its files are made of."""
    return next(layout for layout in load_sources()[source].layouts if layout.layout == LAYOUTS[source])


def write_key_stage_2(path: Path, rows: int) -> None:
    """Mainstream schools in the KS2 layout of 2018/19, all 318 columns filled as the publisher fills them."""
    chosen = layout("dfe_ks2")
    kept = {column.header: column for column in chosen.columns.values()}
    numbers = np.random.default_rng(2018)
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(chosen.headers)
        for row in range(rows):
            shares = numbers.integers(0, 101, len(chosen.headers))
            said = {
                "RECTYPE": "1", "ALPHAIND": str(row), "LEA": str(201 + row % 150), "ESTAB": str(2000 + row % 5000),
                "URN": str(100000 + row), "SCHNAME": f"School {row}", "NFTYPE": "CY", "ICLOSE": "0",
                "ADDRESS1": f"{row}, High Street" if row % 3 == 0 else "High Street",
            }  # fmt: skip
            writer.writerow(
                said.get(header) or _measured(kept.get(header), int(share))
                for header, share in zip(chosen.headers, shares, strict=True)
            )


def _measured(column: Column | None, share: int) -> str:
    """A figure `share` per cent of the way through the range of its column; a percentage where none is known."""
    if column is None or column.type == "percent":
        return f"{share}%"
    low, high = column.range if column.range else (0, 100)
    figure = float(low) + (float(high) - float(low)) * share / 100
    return f"{figure:.1f}" if column.type == "decimal" else f"{figure:.0f}"


def write_governance(path: Path, rows: int) -> None:
    """Appointments of governors, as the register lists them, without the columns about people: nothing is taken out of it."""
    with path.open("wb") as file:
        for number, start in enumerate(range(0, rows, ROWS_A_BLOCK)):
            _append(file, _governance(np.arange(start, min(start + ROWS_A_BLOCK, rows))), number == 0)


def _governance(at: Numbers) -> pa.Table:
    numbers = np.random.default_rng([7, int(at[0])])
    days = np.arange("2015-01-01", "2027-01-01", dtype="datetime64[D]").tolist()
    written = pa.array([f"{day:%d/%m/%Y}" for day in days])
    appointed = numbers.integers(0, len(days) - 4 * 365, len(at))
    filled = {
        "urn": 100000 + at % SCHOOLS,
        "role": _drawn(["Governor", "Chair of Governors", "Trustee", "Member", "Accounting Officer"], numbers, len(at)),
        "appointing_body": _drawn(
            ["Appointed by GB/board", "Elected by parents", "Appointed by foundation/trust", "N/A"], numbers, len(at)
        ),
        "appointed_on": written.take(pa.array(appointed)),
        "term_ends_on": written.take(pa.array(appointed + 4 * 365)),
    }
    return _table(layout("gias_governance"), filled, len(at))


def write_ofsted(path: Path, rows: int) -> None:
    """Ofsted's management information of 2015 as the workbook in which it comes: 25 columns, one row a school."""
    chosen = layout("ofsted_mi")
    columns = {column.header: column for column in chosen.columns.values()}
    numbers = np.random.default_rng(2015)
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(chosen.workbook.sheet if chosen.workbook else None)
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, chosen.headers)
        for row in range(rows):
            drawn = numbers.integers(0, 3000, len(chosen.headers)).tolist()
            said = {
                "URN": 100000 + row,
                "Laestab": 2010000 + row,
                "Web Link": f"https://example.org/school/{100000 + row}",
            }
            for at, (header, share) in enumerate(zip(chosen.headers, drawn, strict=True)):
                column = columns.get(header)
                if column is not None and column.type == "date":
                    sheet.write_datetime(row + 1, at, dt.date(2005, 1, 1) + dt.timedelta(share), day)
                elif column is not None and column.type == "code_list":
                    value = column.values[share % len(column.values)]
                    sheet.write(row + 1, at, int(value) if value.isdecimal() else value)
                else:
                    sheet.write(row + 1, at, said.get(header, f"{header} {share % 500}"))


def write_returns(path: Path, academic_year: int, rows: int = RETURNS_A_YEAR) -> None:
    """A year's termly results of all schools in the long layout, or the first rows of it: school, term, year group, subject."""
    with path.open("wb") as file:
        for number, start in enumerate(range(0, rows, ROWS_A_BLOCK)):
            block = _returns(np.arange(start, min(start + ROWS_A_BLOCK, rows)), academic_year)
            _append(file, block, number == 0)


def _returns(at: Numbers, academic_year: int) -> pa.Table:
    numbers = np.random.default_rng([academic_year, int(at[0])])
    subject = at % len(SUBJECTS)
    year_group = at // len(SUBJECTS) % len(YEAR_GROUPS)
    term = at // (len(SUBJECTS) * len(YEAR_GROUPS)) % len(TERMS)
    pupils = numbers.integers(10, 61, len(at))
    expected = numbers.integers(0, pupils + 1)
    filled = {
        "urn": 100000 + at // (len(SUBJECTS) * len(YEAR_GROUPS) * len(TERMS)),
        "academic_year": np.full(len(at), academic_year),
        "term": pa.array(TERMS).take(pa.array(term)),
        "section": pa.repeat("results", len(at)),
        "year_group": pa.array(YEAR_GROUPS).take(pa.array(year_group)),
        "subject": pa.array(SUBJECTS).take(pa.array(subject)),
        "pupils": pupils,
        "working_towards": pupils - expected,
        "expected": expected,
        "greater_depth": numbers.integers(0, expected + 1),
    }
    return _table(layout("school_returns"), filled, len(at))


def _table(chosen: Layout, filled: Mapping[str, Numbers | pa.Array], rows: int) -> pa.Table:
    """Columns by canonical name as a layout orders and calls them; what is not filled is blank."""
    by_header = {column.header: name for name, column in chosen.columns.items()}
    blank = pa.repeat("", rows)
    return pa.table(
        {
            header: pa.array(filled[name]) if (name := by_header.get(header)) in filled else blank
            for header in chosen.headers
        }
    )


def _drawn(values: Sequence[str], numbers: np.random.Generator, rows: int) -> pa.Array:
    return pa.array(values).take(pa.array(numbers.integers(0, len(values), rows)))


def _append(file: IO[bytes], table: pa.Table, first: bool) -> None:
    options = arrow_csv.WriteOptions(include_header=first, quoting_style="none", quoting_header="none")
    arrow_csv.write_csv(table, file, options)
