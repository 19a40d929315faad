"""The list as files for spreadsheets and BI tools: bytes that are the same whenever they are made again."""

from __future__ import annotations

import csv
import io
import types
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import UTC, date
from decimal import Decimal
from typing import Any, Union, get_args, get_origin, get_type_hints

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from school_support.reports import words
from school_support.reports.edition_data import (
    Edition,
    EditionData,
    FairnessRow,
    IndicatorRow,
    InspectionRow,
    ReleaseUsed,
    ResultRow,
    SupportRow,
    columns_of,
)
from school_support.reports.pages import by_tier
from school_support.spreadsheet import inert

# Precision and scale of the numeric columns, as in the tables of schema publication.
DECIMALS = {
    "points": (6, 2),
    "points_available": (6, 2),
    "points_share": (5, 4),
    "coverage": (5, 4),
    "support_days": (5, 1),
    "support_cost": (10, 2),
    "value": (10, 3),
    "n": (10, 1),
    "national": (10, 3),
    "similar_value": (10, 3),
    "interval_low": (10, 3),
    "interval_high": (10, 3),
    "shrunk": (10, 3),
    "line": (10, 3),
    "probability_beyond_line": (5, 4),
    "pupils": (10, 1),
}
NUMBER_FORMATS = {
    "support_cost": "£#,##0",
    "support_days": "0.0",
    "mean_days": "0.00",
    "points_share": "0.0%",
    "upper_tiers_share": "0.0%",
    "coverage": "0.0%",
    "probability_beyond_line": "0.0%",
    "points": "0.00",
    "points_available": "0.00",
    "n": "#,##0.0",
    "pupils": "#,##0.0",
    "pupils_on_roll": "#,##0",
}
WIDTHS = {
    "school_name": 38,
    "tier_name": 24,
    "indicator_name": 38,
    "reasons": 90,
    "sentence": 90,
    "releases_used": 50,
    "release": 40,
    "gates": 30,
    "measure": 24,
    "demonstration": 14,
    "group_kind": 22,
    "group_name": 22,
}
EDITION_COLUMNS = ("authority", "list_year", "edition", "demonstration")
EDITION_TYPES = {"authority": str, "list_year": int, "edition": int, "demonstration": bool}

Value = str | int | bool | Decimal | date | None


def support_list_csv(data: EditionData) -> bytes:
    """The support list as CSV, UTF-8 with a byte order mark and CRLF, as Excel opens it best; one line a school.

    Numbers stay numbers, dates are ISO, what is missing is empty, sentences are joined by a space.
    """
    columns = columns_of(SupportRow)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([*EDITION_COLUMNS, *columns])
    for row in by_tier(data.support):
        writer.writerow([_csv_cell(value) for value in (*_edition_values(data.edition), *values_of(row))])
    return stream.getvalue().encode("utf-8-sig")


def support_list_parquet(data: EditionData) -> bytes:
    """The support list as Parquet: the rows of bi.support_list_v1 with their exact decimals, sorted by URN."""
    return _parquet(data, SupportRow, data.support)


def school_indicator_parquet(data: EditionData) -> bytes:
    """The indicators as Parquet: the rows of bi.school_indicator_v1 with their exact decimals."""
    return _parquet(data, IndicatorRow, data.indicators)


def support_list_xlsx(data: EditionData) -> bytes:
    """The list, its indicators, results, inspections and fairness and the edition as a workbook. Text is never a formula."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    edition = data.edition
    title = f"School support list {words.school_year(edition.list_year)}, {edition.authority_name}"
    book.set_properties(
        {
            "title": title,
            "comments": f"Edition {edition.edition}, content hash {edition.content_hash}",
            # The clock must not show in the file: the edition's own moment does.
            "created": edition.published_at.astimezone(UTC).replace(tzinfo=None, microsecond=0),
        }
    )
    sheets = _Sheets(book, title, edition)
    sheets.table("Support list", SupportRow, by_tier(data.support), freeze="school_name")
    sheets.table("Indicators", IndicatorRow, data.indicators, freeze="indicator")
    sheets.table("Results", ResultRow, data.results, freeze="academic_year")
    sheets.table("Inspections", InspectionRow, data.inspections, freeze="inspection_date")
    sheets.table("Fairness", FairnessRow, data.fairness, freeze="group_name")
    sheets.edition(data)
    book.close()
    return stream.getvalue()


class _Sheets:
    """Writes the sheets of one workbook in one style."""

    def __init__(self, book: xlsxwriter.Workbook, title: str, edition: Edition) -> None:
        self.book, self.title, self.edition_row = book, title, edition
        self.heading = book.add_format({"bold": True, "bg_color": "#14304F", "font_color": "#FFFFFF", "valign": "top"})
        self.text = book.add_format({"valign": "top"})
        self.wrapped = book.add_format({"valign": "top", "text_wrap": True})
        self.day = book.add_format({"valign": "top", "num_format": "dd/mm/yyyy", "align": "left"})
        self.bold = book.add_format({"bold": True, "valign": "top"})
        self.numbers: dict[str, Format] = {
            form: book.add_format({"valign": "top", "num_format": form})
            for form in sorted({*NUMBER_FORMATS.values(), "0.000"})
        }

    def table(self, name: str, row_type: type[Any], rows: Sequence[Any], freeze: str) -> None:
        """A sheet with a frozen, filterable heading; columns up to `freeze` stay in sight."""
        sheet = self._sheet(name)
        columns = [*EDITION_COLUMNS, *columns_of(row_type)]
        for position, column in enumerate(columns):
            sheet.write_string(0, position, column, self.heading)
            sheet.set_column(position, position, WIDTHS.get(column, max(9, min(20, len(column) + 2))))
        for line, row in enumerate(rows, start=1):
            for position, value in enumerate((*_edition_values(self.edition_row), *values_of(row))):
                self._write(sheet, line, position, columns[position], value)
        last = max(1, len(rows))
        sheet.freeze_panes(1, columns.index(freeze) + 1)
        sheet.autofilter(0, 0, last, len(columns) - 1)
        # URNs and LA codes are labels: no green corner for a number stored as text.
        sheet.ignore_errors({"number_stored_as_text": f"A1:{xlsxwriter.utility.xl_rowcol_to_cell(last, len(columns))}"})

    def edition(self, data: EditionData) -> None:
        """What the edition is, then the releases it was made from."""
        sheet = self._sheet("Edition")
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 7, 22)
        items = fields(Edition)
        for line, item in enumerate(items):
            value = getattr(data.edition, item.name)
            sheet.write_string(line, 0, item.name, self.bold)
            if isinstance(value, bool):
                sheet.write_boolean(line, 1, value, self.text)
            elif isinstance(value, int | Decimal):
                sheet.write_number(line, 1, float(value), self.text)
            else:
                text = "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
                sheet.write_string(line, 1, text, self.text)
        columns = columns_of(ReleaseUsed)
        for position, column in enumerate(columns):
            sheet.write_string(len(items) + 1, position, column, self.heading)
        for line, release in enumerate(data.releases, start=len(items) + 2):
            for position, column in enumerate(columns):
                self._write(sheet, line, position, column, getattr(release, column))

    def _sheet(self, name: str) -> Worksheet:
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        stamp = '&C&"Calibri,Bold"DEMONSTRATION' if self.edition_row.demonstration else ""
        sheet.set_header(f"&L{self.title.replace('&', '&&')[:120]}{stamp}&R&A")
        sheet.set_footer(f"&LEdition {self.edition_row.edition}, {self.edition_row.content_hash[:12]}&RPage &P of &N")
        return sheet

    def _write(self, sheet: Worksheet, line: int, position: int, column: str, value: Value) -> None:
        match value:
            case None:
                return
            case bool():
                sheet.write_boolean(line, position, value, self.text)
            case int():
                sheet.write_number(line, position, value, self.text)
            case Decimal():
                sheet.write_number(line, position, float(value), self.numbers[NUMBER_FORMATS.get(column, "0.000")])
            case date():
                sheet.write_datetime(line, position, value, self.day)
            case str():
                sheet.write_string(line, position, value, self.wrapped if WIDTHS.get(column, 0) >= 90 else self.text)


def values_of(row: Any) -> Iterator[Value]:
    """The values of a row, in the order of `columns_of`."""
    return (getattr(row, field.name) for field in fields(row))


def _edition_values(edition: Edition) -> tuple[Value, ...]:
    return edition.authority, edition.list_year, edition.edition, edition.demonstration


def _csv_cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return inert(value.replace("\n", " "))
        case _:
            return str(value)


def _parquet(data: EditionData, row_type: type[Any], rows: Iterable[Any]) -> bytes:
    hints: dict[str, Any] = {**EDITION_TYPES, **get_type_hints(row_type)}
    columns = [*EDITION_COLUMNS, *columns_of(row_type)]
    schema = pa.schema([pa.field(name, _arrow_type(name, hints[name])) for name in columns])
    records = [dict(zip(columns, (*_edition_values(data.edition), *values_of(row)), strict=True)) for row in rows]
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(records, schema=schema), stream, compression="zstd")
    return stream.getvalue()


def _arrow_type(name: str, hint: Any) -> pa.DataType:
    kinds = get_args(hint) if get_origin(hint) in (types.UnionType, Union) else (hint,)
    kind = next(k for k in kinds if k is not type(None))
    if kind is Decimal:
        return pa.decimal128(*DECIMALS[name])
    return {str: pa.string(), int: pa.int32(), bool: pa.bool_(), date: pa.date32()}[kind]
