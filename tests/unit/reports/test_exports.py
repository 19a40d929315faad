from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from school_support.reports import exports
from school_support.reports.edition_data import Edition, EditionData, IndicatorRow, SupportRow, columns_of
from school_support.reports.exports import values_of
from school_support.reports.pages import by_tier
from school_support.spreadsheet import inert

MakeEdition = Callable[..., EditionData]
FORMATS = [
    exports.support_list_csv,
    exports.support_list_xlsx,
    exports.support_list_parquet,
    exports.school_indicator_parquet,
]
CARRIED = {"authority": "999", "list_year": 2020, "edition": 2, "demonstration": True}


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"), ("+44", "'+44"), ("-2", "'-2"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"), ("  =1", "'  =1"), ("\uff1d1", "'\uff1d1"), ("St Mary's", "St Mary's"), ("a=b", "a=b"),
        ("", ""),
    ],
)  # fmt: skip
def test_text_is_made_inert_only_where_it_could_run(text: str, cell: str) -> None:
    assert inert(text) == cell


def test_csv_holds_every_school_with_its_numbers(edition: EditionData) -> None:
    rows = read_csv(exports.support_list_csv(edition))
    assert [row["urn"] for row in rows] == [row.urn for row in by_tier(edition.support)]
    for written, row in zip(rows, by_tier(edition.support), strict=True):
        assert (written["authority"], written["list_year"], written["edition"]) == ("999", "2020", "2")
        assert written["demonstration"] == "true"
        for column in ("points", "points_available", "points_share", "coverage", "support_days", "support_cost"):
            value = getattr(row, column)
            assert written[column] == ("" if value is None else str(value))


def test_csv_opens_in_excel_and_runs_nothing(edition: EditionData) -> None:
    content = exports.support_list_csv(edition)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n") == 81
    for row in read_csv(content):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())
    assert '\'=HYPERLINK("http://example.invalid","Open")' in {row["school_name"] for row in read_csv(content)}


def test_a_negative_number_stays_a_number() -> None:
    assert exports._csv_cell(Decimal("-0.250")) == "-0.250"
    assert exports._csv_cell("-0.250") == "'-0.250"
    assert exports._csv_cell(None) == ""


def test_workbook_has_its_sheets_and_every_row(edition: EditionData) -> None:
    book = openpyxl.load_workbook(io.BytesIO(exports.support_list_xlsx(edition)))
    assert book.sheetnames == ["Support list", "Indicators", "Results", "Inspections", "Fairness", "Edition"]
    counts = {name: book[name].max_row - 1 for name in book.sheetnames[:5]}
    assert counts == {
        "Support list": 80, "Indicators": len(edition.indicators), "Results": len(edition.results),
        "Inspections": len(edition.inspections), "Fairness": len(edition.fairness),
    }  # fmt: skip
    for name in book.sheetnames[:5]:
        heading, first = ([cell.value for cell in row] for row in book[name].iter_rows(max_row=2))
        assert {key: dict(zip(heading, first, strict=True))[key] for key in CARRIED} == CARRIED
        assert book[name].freeze_panes is not None
    said = {row[0].value: row[1].value for row in book["Edition"].iter_rows(max_row=len(columns_of(Edition)))}
    assert said["content_hash"] == edition.edition.content_hash
    assert said["demonstration"] is True
    assert said["budget"] == 550000


def test_workbook_holds_text_as_text_and_numbers_as_numbers(edition: EditionData) -> None:
    content = exports.support_list_xlsx(edition)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 6
        assert not any(b"<f>" in archive.read(name) or b"<hyperlink" in archive.read(name) for name in sheets)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Support list"]
    heading = [cell.value for cell in sheet[1]]
    for cells, row in zip(sheet.iter_rows(min_row=2), by_tier(edition.support), strict=True):
        cell = dict(zip(heading, cells, strict=True))
        assert cell["urn"].value == row.urn
        assert cell["school_name"].value == row.school_name
        assert cell["school_name"].data_type == "s"
        assert cell["support_cost"].value == float(row.support_cost)
        assert cell["points"].data_type == "n"


def test_a_missing_number_is_an_empty_cell_never_nought(make_edition: MakeEdition) -> None:
    data = make_edition(schools=1)
    bare = replace(data, support=[replace(data.support[0], points_share=None)])
    sheet = openpyxl.load_workbook(io.BytesIO(exports.support_list_xlsx(bare)))["Support list"]
    assert dict(zip((c.value for c in sheet[1]), (c.value for c in sheet[2]), strict=True))["points_share"] is None
    assert read_csv(exports.support_list_csv(bare))[0]["points_share"] == ""
    assert pq.read_table(io.BytesIO(exports.support_list_parquet(bare)))["points_share"].to_pylist() == [None]


@pytest.mark.parametrize(
    ("write", "row_type", "rows"),
    [
        (exports.support_list_parquet, SupportRow, "support"),
        (exports.school_indicator_parquet, IndicatorRow, "indicators"),
    ],
)
def test_parquet_holds_the_rows_exactly(
    write: Callable[[EditionData], bytes], row_type: type, rows: str, edition: EditionData
) -> None:
    table = pq.read_table(io.BytesIO(write(edition)))
    assert table.column_names == [*CARRIED, *columns_of(row_type)]
    expected = [dict(zip(columns_of(row_type), values_of(row), strict=True)) for row in getattr(edition, rows)]
    assert table.to_pylist() == [{**CARRIED, **row} for row in expected]


def test_parquet_types_do_not_depend_on_what_is_missing(make_edition: MakeEdition) -> None:
    data = make_edition(schools=2)
    empty = replace(data, support=[replace(row, points=None, gates=None, tier_rank=None) for row in data.support])
    schema = pq.read_schema(io.BytesIO(exports.support_list_parquet(empty)))
    assert schema.equals(pq.read_schema(io.BytesIO(exports.support_list_parquet(data))))
    assert schema.field("points").type == pa.decimal128(6, 2)
    assert schema.field("tier_rank").type == pa.int32()


@pytest.mark.parametrize("write", FORMATS)
def test_the_same_rows_give_the_same_bytes(write: Callable[[EditionData], bytes], make_edition: MakeEdition) -> None:
    assert write(make_edition(schools=12)) == write(make_edition(schools=12))


def test_a_workbook_shows_the_editions_moment_not_the_clocks(edition: EditionData) -> None:
    book = openpyxl.load_workbook(io.BytesIO(exports.support_list_xlsx(edition)))
    assert book.properties.created.date() == date(2019, 7, 1)
    with zipfile.ZipFile(io.BytesIO(exports.support_list_xlsx(edition))) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
