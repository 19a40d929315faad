"""What was read of the real files, held against the files themselves: record by record, and against their own totals."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from school_support.sources.contract import load_sources
from school_support.sources.reader import FileRefused, read_release

pytestmark = pytest.mark.real_data

# Percentages are published as whole numbers, so a mean of schools may be off by what rounding does to it.
ONE_POINT = 1.0
TOTALS = {
    "dfe_ks2": ("eligible_pupils", ["rwm_expected_pct", "reading_progress", "writing_progress", "maths_progress"], "3", "5"),
    "dfe_ks4": ("pupils", ["attainment8", "progress8", "english_maths_4_pct", "english_maths_5_pct"], "4", "7"),
}  # fmt: skip
# Files with weights (pupils) as well as rows for authorities or England.
WITH_TOTALS = [
    ("dfe_ks2", "performance/2016-17/850_ks2final.csv.gz"),
    ("dfe_ks2", "performance/2016-17/936_ks2final.csv.gz"),
    ("dfe_ks2", "performance/2017-18/850_ks2final.csv.gz"),
    ("dfe_ks2", "performance/2017-18/936_ks2final.csv.gz"),
    ("dfe_ks2", "performance/2018-19/850_ks2final.csv.gz"),
    ("dfe_ks4", "performance/2015-16/england_ks4_provisional_v1.csv.gz"),
    ("dfe_ks4", "performance/2015-16/england_ks4_provisional_v2.csv.gz"),
    ("dfe_ks4", "performance/2016-17/850_ks4final.csv.gz"),
    ("dfe_ks4", "performance/2016-17/936_ks4final.csv.gz"),
    ("dfe_ks4", "performance/2016-17/england_ks4provisional.csv.gz"),
    ("dfe_ks4", "performance/2017-18/850_ks4final.csv.gz"),
    ("dfe_ks4", "performance/2017-18/936_ks4final.csv.gz"),
    ("dfe_ks4", "performance/2017-18/england_ks4provisional.csv.gz"),
]
INDEPENDENT = "IND"


def numbers(cells: pd.Series) -> pd.Series:
    """Cells as numbers; codes and blanks as missing."""
    return pd.to_numeric(cells.str.rstrip("%"), errors="coerce")


def weighted(schools: pd.DataFrame, measure: str, pupils: str) -> tuple[float, float] | None:
    """The pupil-weighted mean of a measure and the pupils behind it."""
    value, n = numbers(schools[measure]), numbers(schools[pupils])
    there = value.notna() & n.notna()
    if not there.any():
        return None
    return float((value * n)[there].sum() / n[there].sum()), float(n[there].sum())


def weight_of(measure: str, pupils: str, frame: pd.DataFrame) -> str:
    """Progress 8 has pupils of its own; the earlier layouts that lack them use all pupils."""
    has_own = measure == "progress8" and frame["progress8_pupils"].notna().any()
    return "progress8_pupils" if has_own else pupils


@pytest.mark.parametrize(("source", "file"), WITH_TOTALS, ids=[file for _, file in WITH_TOTALS])
def test_schools_add_up_to_the_files_own_totals(real_data: Path, source: str, file: str) -> None:
    frame = read_release(real_data / file, source).frame
    pupils, measures, authority_row, england_row = TOTALS[source]
    schools = frame[frame["rectype"].isin(["1", "2"]) & ~frame["school_type"].fillna("").str.startswith(INDEPENDENT)]
    compared = 0
    for measure in measures:
        weight = weight_of(measure, pupils, frame)
        for _, row in frame[frame["rectype"] == authority_row].iterrows():
            own = weighted(schools[schools["la_code"] == row["la_code"]], measure, weight)
            total, everyone = numbers(row[[measure, weight]].astype(str))
            if own is None or pd.isna(total) or pd.isna(everyone):
                continue
            mean, listed = own
            missing = max(everyone - listed, 0)
            # The authority's row counts pupils of no listed school too (alternative provision, colleges): where they are
            # 1 % or more, their own mean, whatever is left of the total, must still be a possible one.
            if missing < everyone / 100:
                assert abs(mean - total) <= ONE_POINT, f"{measure}, authority {row['la_code']}: {mean} against {total}"
                compared += 1
            elif measure not in ("reading_progress", "writing_progress", "maths_progress", "progress8"):
                left = (total * everyone - mean * listed) / missing
                rounding = everyone / missing
                assert -rounding <= left <= 100 + rounding, f"{measure}, authority {row['la_code']}: {left} left over"
        if frame["la_code"].nunique() > 100:
            england = numbers(frame[frame["rectype"] == england_row][measure])
            own = weighted(schools, measure, weight)
            if own is not None and england.notna().all():
                assert abs(own[0] - england.iloc[0]) <= ONE_POINT, f"{measure}: {own[0]} against {england.iloc[0]}"
                compared += 1
    assert compared >= 2


def records(path: Path, source: str, layout_name: str) -> int:
    """Data records of a delivered file, counted by other libraries than the reader's."""
    data = path.read_bytes()
    if data.startswith(b"\x1f\x8b"):
        data = gzip.decompress(data)
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if "[Content_Types].xml" not in archive.namelist():
                data = archive.read(archive.namelist()[0])
    layout = next(layout for layout in load_sources()[source].layouts if layout.layout == layout_name)
    if data.startswith(b"PK") and layout.workbook:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
        sheet = next(sheet for sheet in book if sheet.title.strip().casefold() == layout.workbook.sheet.casefold())
        sheet.reset_dimensions()
        rows = sheet.iter_rows(min_row=layout.workbook.header_row + 1, values_only=True)
        return sum(any(str(cell if cell is not None else "").strip() for cell in row) for row in rows)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter)
    counted = [row for row in rows if any(cell.strip() for cell in row)]
    return len(counted) - layout.header_row


def test_every_record_of_every_real_file_is_read_or_accounted_for(real_data: Path) -> None:
    with (real_data / "releases.csv").open(newline="", encoding="utf-8") as file:
        indexed = [row for row in csv.DictReader(file) if row["source"] in load_sources()]
    read_files = 0
    for row in indexed:
        try:
            read = read_release(real_data / row["file"], row["source"])
        except FileRefused:
            continue
        rejected = {fault.line for fault in read.rejected}
        delivered = records(real_data / row["file"], row["source"], read.layout)
        assert delivered == read.rows + len(rejected) == len(read.frame) + len(rejected), row["file"]
        read_files += 1
    assert read_files >= 80
