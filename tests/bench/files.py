"""Synthetic files in true layouts, large enough to time: made from the contracts' own header lines."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from school_support.sources.contract import Column, Layout, load_sources

KS2_LAYOUT = "ks2_tables_2018"
RETURNS_LAYOUT = "school_returns_long"
RETURNS_A_BLOCK = 500_000


def layout(source: str, name: str) -> Layout:
    """A layout by name."""
    return next(layout for layout in load_sources()[source].layouts if layout.layout == name)


def write_key_stage_2(path: Path, rows: int) -> None:
    """Mainstream schools in the KS2 layout of 2017/18, all 318 columns filled as the publisher fills them."""
    chosen = layout("dfe_ks2", KS2_LAYOUT)
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


def write_returns(path: Path, rows: int) -> None:
    """Termly results of a nation's schools in the long layout: school, year, term, year group, subject."""
    with path.open("wb") as file:
        for number, block in enumerate(_returns(rows)):
            options = arrow_csv.WriteOptions(include_header=number == 0, quoting_style="none", quoting_header="none")
            arrow_csv.write_csv(block, file, options)


def _returns(rows: int) -> Iterator[pa.Table]:
    chosen = layout("school_returns", RETURNS_LAYOUT)
    numbers = np.random.default_rng(35)
    groups = list(
        itertools.product(
            ["Year 1", "Year 2", "Year 3", "Year 4", "Year 5", "Year 6"], ["Reading", "Writing", "Mathematics"]
        )
    )
    terms = ["Autumn", "Spring", "Summer"]
    a_school = len(groups) * len(terms)
    for start in range(0, rows, RETURNS_A_BLOCK):
        at = np.arange(start, min(start + RETURNS_A_BLOCK, rows))
        school = at // a_school
        group = at % len(groups)
        pupils = numbers.integers(10, 61, len(at))
        expected = numbers.integers(0, pupils + 1)
        filled = {
            "urn": 100000 + school % 24000,
            "academic_year": 2001 + school // 24000,
            "term": np.array(terms)[(at // len(groups)) % 3],
            "section": np.full(len(at), "results"),
            "year_group": np.array([name for name, _ in groups])[group],
            "subject": np.array([name for _, name in groups])[group],
            "pupils": pupils,
            "working_towards": pupils - expected,
            "expected": expected,
            "greater_depth": numbers.integers(0, expected + 1),
        }
        by_header = {column.header: name for name, column in chosen.columns.items()}
        blank = np.full(len(at), "")
        yield pa.table({header: pa.array(filled.get(by_header.get(header, ""), blank)) for header in chosen.headers})
