"""Excel workbooks: the right sheet, dates and numbers as text, and files that are no workbook."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import xlsxwriter

from school_support.sources.reader import FileRefused, read_release

HEADERS = [
    "URN",
    "School name",
    "Ofsted phase",
    "Inspection date",
    "Publication date",
    "Overall effectiveness",
    "REPORURL",
]
ROWS: list[list[object]] = [
    [110599, "Fen Nursery", "Nursery", dt.date(2017, 2, 14), dt.date(2017, 3, 24), 1, "Report"],
    [110601, "The Service ", "PRU", dt.date(2017, 2, 28), dt.date(2017, 3, 24), "2", "Report"],
]
SHEET = "DFE_data_31_July_2018_SON"


def workbook(path: Path, rows: list[list[object]], sheet: str = SHEET) -> Path:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Cover").write(3, 1, "Contents & Guidance")
        page = book.add_worksheet(sheet)
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, dt.date):
                    page.write_datetime(number, column, dt.datetime.combine(value, dt.time()), day)
                else:
                    page.write(number, column, value)
    return path


def refused(path: Path) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read_release(path, "ofsted_outcomes")
    return caught.value


def test_dates_become_iso_text_and_whole_numbers_lose_their_decimal(tmp_path: Path) -> None:
    read = read_release(workbook(tmp_path / "outcomes.xlsx", [HEADERS, *ROWS]), "ofsted_outcomes")
    assert (read.layout, read.rows) == ("ofsted_outcomes_2018", 2)
    assert read.frame.values.tolist() == [
        [2, "110599", "Fen Nursery", "Nursery", "2017-02-14", "2017-03-24", "1"],
        [3, "110601", "The Service", "PRU", "2017-02-28", "2017-03-24", "2"],
    ]


def test_the_case_of_the_sheet_name_does_not_matter(tmp_path: Path) -> None:
    path = workbook(tmp_path / "outcomes.xlsx", [HEADERS, *ROWS], SHEET.lower())
    assert read_release(path, "ofsted_outcomes").rows == 2


def test_blank_rows_and_columns_of_the_used_range_are_left_out(tmp_path: Path) -> None:
    rows = [[*HEADERS, " "], *([*row, " "] for row in ROWS), [" "] * 8, [" "] * 8]
    assert read_release(workbook(tmp_path / "outcomes.xlsx", rows), "ofsted_outcomes").rows == 2


def test_a_blank_row_among_the_others_is_refused(tmp_path: Path) -> None:
    refusal = refused(workbook(tmp_path / "outcomes.xlsx", [HEADERS, ROWS[0], [" "], ROWS[1]]))
    assert [(fault.line, fault.message) for fault in refusal.faults] == [
        (3, "The row is blank, and rows with data follow it.")
    ]


def test_a_row_with_nothing_but_what_is_not_read_is_no_blank_row(tmp_path: Path) -> None:
    refusal = refused(workbook(tmp_path / "outcomes.xlsx", [HEADERS, ROWS[0], [""] * 6 + ["Report"], ROWS[1]]))
    assert (refusal.faults[0].line, refusal.faults[0].column, refusal.faults[0].message) == (
        3, "URN", "The value is missing.",
    )  # fmt: skip


def test_a_fault_names_the_row_of_the_sheet(tmp_path: Path) -> None:
    wrong = [*ROWS[1][:3], "28/02/2017", dt.date(2017, 3, 24), 5.5]
    refusal = refused(workbook(tmp_path / "outcomes.xlsx", [HEADERS, ROWS[0], wrong]))
    assert [(fault.line, fault.column, fault.message) for fault in refusal.faults] == [
        (3, "Inspection date", "'28/02/2017' is not a date written yyyy-mm-dd."),
        (3, "Overall effectiveness", "'5.5' is not one of 1, 2, 3, 4."),
    ]


def test_a_workbook_without_the_sheet_names_those_it_has(tmp_path: Path) -> None:
    fault = refused(workbook(tmp_path / "outcomes.xlsx", [HEADERS, *ROWS], "Data")).faults[0]
    assert fault.message == "The workbook has no sheet 'DFE_data_31_July_2018_SON'; it has 'Cover', 'Data'."


def test_a_sheet_without_rows_or_without_anything_is_refused(tmp_path: Path) -> None:
    refusal = refused(workbook(tmp_path / "outcomes.xlsx", [HEADERS]))
    assert refusal.faults[0].message == "The file has a header of 7 columns and no data rows."
    refusal = refused(workbook(tmp_path / "empty.xlsx", []))
    assert refusal.faults[0].message == "Sheet 'DFE_data_31_July_2018_SON' is empty from row 1 on."


def test_an_unknown_column_is_named(tmp_path: Path) -> None:
    rows = [[*HEADERS[:-1], "Web link"], *ROWS]
    columns = [fault.column for fault in refused(workbook(tmp_path / "outcomes.xlsx", rows)).faults]
    assert columns == ["REPORURL", "Web link"]


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.99])
def test_a_workbook_that_was_cut_off_is_refused(tmp_path: Path, keep: float) -> None:
    path = workbook(tmp_path / "outcomes.xlsx", [HEADERS, *ROWS])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    assert "damaged or was cut off" in refused(path).faults[0].message


def test_a_workbook_for_a_source_that_comes_as_text_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "absence.xlsx", [HEADERS, *ROWS])
    with pytest.raises(FileRefused, match="dfe_absence comes as comma-separated text"):
        read_release(path, "dfe_absence")


def test_a_cell_in_the_far_corner_does_not_fill_the_memory(tmp_path: Path) -> None:
    far = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(far) as book:
        page = book.add_worksheet(SHEET)
        page.write_row(0, 0, HEADERS)
        page.write(1_048_575, 16_383, "x")
    assert (
        refused(far)
        .faults[0]
        .message.startswith("A sheet of the workbook reaches to row 1,048,576 and column XFD; no delivery is as large.")
    )
