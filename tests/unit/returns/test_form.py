"""Filled-in forms: what they become, and what a school office is told of everything that can be wrong with one."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from school_support.returns.form import Form, FormRefused, read_form, write_long
from school_support.returns.register import KnownSchools
from school_support.sources.faults import FileRefused
from school_support.sources.reader import read_release

from .conftest import Fill

RECEIVED = dt.date(2026, 1, 12)
REGISTER = KnownSchools(dt.date(2025, 12, 1), {"990001": "9992001"}, {"990001": "Alder Lane Primary School"})


def read(path: Path) -> Form:
    return read_form(path, path.name, received=RECEIVED, authority="999", known=REGISTER)


def said(path: Path) -> dict[str, str]:
    """What is wrong, by the address of the cell."""
    return {fault.address: fault.problem for fault in read(path).faults}


def test_a_good_form_becomes_rows_of_the_long_layout(fill: Fill, tmp_path: Path) -> None:
    form = read(fill())
    assert form.faults == []
    write_long(form, tmp_path / "long.csv")
    loaded = read_release(tmp_path / "long.csv", "school_returns")
    rows = loaded.frame.fillna("").set_index("section")
    assert list(rows.index) == ["results", "attendance", "school"]
    assert set(rows["urn"]) == {"990001"}
    assert set(rows["academic_year"]) == {"2026"}
    assert set(rows["term"]) == {"Autumn"}
    assert rows.loc["results", ["year_group", "subject", "pupils", "working_towards", "expected", "greater_depth"]].tolist() == [
        "Year 1", "Reading", "30", "5", "24", "6",
    ]  # fmt: skip
    assert rows.loc["attendance", ["year_group", "pupils", "sessions_possible", "sessions_missed"]].tolist() == [
        "Year 1", "30", "4320", "200",
    ]  # fmt: skip
    assert rows.loc["attendance", ["sessions_unauthorised", "suspensions", "permanent_exclusions"]].tolist() == [
        "40",
        "1",
        "0",
    ]
    assert rows.loc["school", ["headteacher_status", "governance_concern", "finance_concern"]].tolist() == [
        "acting",
        "some",
        "",
    ]


def test_a_part_of_a_return_is_enough(fill: Fill) -> None:
    form = read(fill({f"Attendance!{column}6": None for column in "BCDEFG"} | {"School!B14": None, "School!B15": None}))
    assert form.faults == []
    assert [row["section"] for row in form.rows] == ["results"]


def test_a_zero_is_a_figure_and_a_blank_is_none(fill: Fill) -> None:
    form = read(fill({"Results!F8": 0, "Results!D8": None}))
    assert form.faults == []
    assert (form.rows[0]["greater_depth"], form.rows[0]["working_towards"]) == ("0", "")


def test_a_spare_row_holds_another_year_group(fill: Fill) -> None:
    form = read(fill({"Results!A41": "Year 12", "Results!B41": "Mathematics", "Results!C41": 12}))
    assert form.faults == []
    assert form.rows[1]["year_group"] == "Year 12"


@pytest.mark.parametrize(
    ("changes", "address", "problem"),
    [
        ({"Results!D8": "twelve"}, "Results!D8", "'twelve' is not a whole number."),
        ({"Results!D8": 5.5}, "Results!D8", "'5.5' is not a whole number."),
        ({"Results!D8": -1}, "Results!D8", "'-1' lies outside 0 to 5000."),
        ({"Results!C8": 30000}, "Results!C8", "'30000' lies outside 0 to 5000."),
        ({"Results!D8": dt.date(2026, 5, 1)}, "Results!D8", "'2026-05-01' is not a whole number."),
        ({"Results!D8": "SUPP"}, "Results!D8", "'SUPP' is not a whole number."),
        ({"Results!D8": True}, "Results!D8", "'TRUE' is not a whole number."),
        ({"Results!D8": "12 %"}, "Results!D8", "'12 %' is not a whole number."),
        ({"Results!D8": "=2+3"}, "Results!D8", "The cell holds a formula."),
        ({"Results!D8": 7}, "Results!D8", "Working towards and Expected together are more than Pupils. Here: 7 + 24, against 30."),
        ({"Results!F8": 25}, "Results!F8", "Greater depth is more than Expected, which includes it. Here: 25, against 24."),
        ({"Results!C8": None}, "Results!C8", "Working towards and Expected and Greater depth are filled in, and this is not."),
        ({"Attendance!D6": 4321}, "Attendance!D6", "Sessions missed are more than Sessions possible. Here: 4321, against 4320."),
        ({"Attendance!E6": 201}, "Attendance!E6",
         "Sessions unauthorised are more than Sessions missed, which include them. Here: 201, against 200."),
        ({"Attendance!C6": None}, "Attendance!C6", "Sessions missed and Sessions unauthorised are filled in, and this is not."),
        ({"Results!A41": "Year 3", "Results!C41": 1}, "Results!B41", "The subject is missing."),
        ({"Results!A41": "3", "Results!B41": "Reading", "Results!C41": 1}, "Results!A41", "'3' is not one of Nursery, Reception, "),
        ({"Results!A41": "Year 1", "Results!B41": "Reading", "Results!C41": 9}, "Results!A41",
         "Year 1, Reading stands in Results!A8 already."),
        ({"Results!B55": 3}, "Results!B55", "Something stands here, outside the form."),
        ({"Results!H8": "ask Kim"}, "Results!H8", "Something stands here, outside the form."),
        ({"School!A30": "remark"}, "School!A30", "Something stands here, outside the form."),
        ({"School!C14": "since May"}, "School!C14", "Something stands here, outside the form."),
        ({"School!B9": None}, "School!B9", "This must be filled in."),
        ({"School!B9": "2025-26"}, "School!B9", "'2025-26' is not an academic year."),
        ({"School!B9": "2025/27"}, "School!B9", "'2025/27' is not an academic year."),
        ({"School!B10": "Easter"}, "School!B10", "'Easter' is not one of Autumn, Spring, Summer."),
        ({"School!B10": "Summer"}, "School!B10", "Summer term 2025/26 had not begun on 12 January 2026, when the file came."),
        ({"School!B14": "Mr Smith"}, "School!B14", "'Mr Smith' is not one of substantive, acting, vacant, new this term."),
        ({"School!B11": "Kim"}, "School!B11", "This is not one of the roles; please give no names."),
        ({"School!B6": "990002"}, "School!B6", "'990002' is not an open school of this authority in the register of 01 December 2025."),
        ({"School!B6": None}, "School!B6", "This must be filled in."),
        ({"School!B7": "9992002"}, "School!B7", "'9992002' is not the LAESTAB of URN 990001 in the register."),
        ({"School!B5": "874"}, "School!B5", "The form is of authority 874, not 999."),
        ({"School!B4": "2024-1"}, "School!B4", "This is form 2024-1; the authority now uses form 2026-1."),
        ({"Results!E4": "At expected"}, "Results!E4", "Here should stand 'Expected', and there stands 'At expected'"),
    ],
)  # fmt: skip
def test_each_fault_is_said_at_its_cell(fill: Fill, changes: dict[str, Any], address: str, problem: str) -> None:
    found = said(fill(changes))
    assert list(found) == [address]
    assert found[address].startswith(problem)


def test_every_fault_says_what_is_allowed(fill: Fill) -> None:
    [fault] = read(fill({"Results!D8": "twelve"})).faults
    assert fault.label == "Working towards"
    assert fault.allowed == "A whole number in digits, 0 to 5000. No words, no formula."


def test_all_faults_are_said_at_once_and_each_once(fill: Fill) -> None:
    changes = {f"Results!D{row}": "many" for row in range(5, 41)} | {"School!B6": "12", "School!B10": None}
    found = said(fill(changes))
    assert len([address for address in found if address.startswith("Results!D")]) == 36
    assert found["School!B10"] == "This must be filled in."
    # One for its range and one for the register; not one for every row that carries it.
    assert [fault.address for fault in read(fill(changes)).faults].count("School!B6") == 2


def test_the_first_hundred_faults_make_a_note_long_enough(fill: Fill) -> None:
    changes = {f"Results!{column}{row}": "many" for column in "CDEF" for row in range(5, 41)}
    assert len(read(fill(changes)).faults) == 100


def test_an_error_in_a_cell_is_not_read_as_blank(fill: Fill) -> None:
    def put_error(book: Workbook) -> None:
        cell = book["Results"]["D8"]
        cell.value, cell.data_type = "#REF!", "e"

    assert said(fill(edit=put_error)) == {"Results!D8": "The cell shows an error."}


def test_merged_cells_are_not_read_as_blank(fill: Fill) -> None:
    found = said(fill(edit=lambda book: book["Results"].merge_cells("C8:C9")))
    assert found == {"Results!C9": "The cell is merged with its neighbour, so only one of them can be read."}


@pytest.mark.parametrize(
    ("edit", "problems"),
    [
        (lambda book: setattr(book["Results"], "title", "Outcomes"), {
            "Results": "The sheet Results is missing; the file has: Read me, School, Outcomes, Attendance.",
            "Outcomes": "The sheet Outcomes is not part of the form.",
        }),
        (lambda book: book.remove(book["Attendance"]), {"Attendance": "The sheet Attendance is missing"}),
        (lambda book: book.create_sheet("working"), {"working": "The sheet working is not part of the form. It may be hidden"}),
        (lambda book: setattr(book.create_sheet("notes"), "sheet_state", "veryHidden"), {"notes": "The sheet notes is not part"}),
    ],
    ids=["renamed", "removed", "added", "hidden"],
)  # fmt: skip
def test_sheets_are_the_form_s_own(fill: Fill, edit: Callable[[Workbook], None], problems: dict[str, str]) -> None:
    found = said(fill(edit=edit))
    assert list(found) == list(problems)
    for address, problem in problems.items():
        assert found[address].startswith(problem)


def test_an_inserted_row_is_seen_before_figures_are_read_from_the_wrong_cells(fill: Fill) -> None:
    found = said(fill(edit=lambda book: book["Results"].insert_rows(3)))
    assert found["Results!A4"].startswith("Here should stand 'Year group', and there stands nothing")


def test_an_inserted_column_too(fill: Fill) -> None:
    assert "Results!C4" in said(fill(edit=lambda book: book["Results"].insert_cols(3)))


def test_an_empty_form_has_nothing_to_take_in(template: Path) -> None:
    found = said(template)
    assert set(found) == {"School!B9", "School!B10"}


def test_a_form_with_a_term_and_no_figures_has_nothing_either(fill: Fill) -> None:
    empty = {
        f"{sheet}!{column}{row}": None
        for sheet, columns, row in (("Results", "CDEF", 8), ("Attendance", "BCDEFG", 6))
        for column in columns
    }
    assert said(fill(empty | {"School!B14": None, "School!B15": None})) == {
        "Results": "The form has no figures at all."
    }


def test_without_a_register_any_school_may_send(fill: Fill) -> None:
    path = fill({"School!B6": "123456"})
    assert read_form(path, path.name, received=RECEIVED, authority="999").faults == []


def test_the_ledger_is_told_where_and_not_what_stood_there(fill: Fill) -> None:
    form = read(fill({"Results!D8": "Jo Bloggs was away"}))
    with pytest.raises(FormRefused) as caught:
        form.refuse_if_faulty()
    assert caught.value.faults[0].column == "Results!D8"
    assert caught.value.faults[0].value is None
    assert "Bloggs" not in f"{caught.value} {caught.value.faults}"


def test_a_cut_off_workbook_is_damaged(fill: Fill) -> None:
    path = fill()
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(FileRefused, match="damaged"):
        read(path)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("XFD1048576", "reaches to row 1,048,576 and column XFD"),
        ("ZZ100000", "reaches to row 100,000 and column ZZ"),
        # Few enough for a delivery, far too many for a form: 104 columns of 100,000 rows.
        ("CZ100000", "Sheet 'Results' reaches to cell CZ100000"),
    ],
)
def test_a_cell_in_the_far_corner_does_not_fill_the_memory(fill: Fill, cell: str, said: str) -> None:
    path = fill({f"Results!{cell}": "x"})
    with pytest.raises(FileRefused, match=said):
        read(path)


def test_a_workbook_of_hundreds_of_megabytes_is_not_read(fill: Fill, tmp_path: Path) -> None:
    path = fill()
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/media/picture.bin", b"\0" * (2**26 + 1))
    with pytest.raises(FileRefused, match="unpacks to more than 67,108,864 bytes"):
        read(path)


def test_a_workbook_that_unfolds_entities_is_refused(fill: Fill, tmp_path: Path) -> None:
    """Ten levels of ten are ten thousand million letters."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 11))
    bomb = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY e0 "x">{entities}]><worksheet><sheetData>&e10;</sheetData></worksheet>'
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(fill()) as good, zipfile.ZipFile(path, "w") as bad:
        for member in good.namelist():
            bad.writestr(member, bomb if member == "xl/worksheets/sheet3.xml" else good.read(member))
    with pytest.raises(FileRefused, match="damaged"):
        read(path)
