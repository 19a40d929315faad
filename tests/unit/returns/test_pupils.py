"""Files that look like lists of pupils, and files that must not be taken for one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from school_support.returns.door import take_in
from school_support.returns.pupils import PupilLevelRefused, refuse_pupil_level

from .conftest import Fill

HEADER = (
    "URN,Academic year,Term,Section,Year group,Subject,Pupils,Working towards,Expected,Greater depth,Sessions possible,"
    "Sessions missed,Sessions unauthorised,Suspensions,Permanent exclusions,Headteacher status,Governance concern,"
    "Finance concern,Staffing concern,Note\n"
)


def long_row(pupils: int, group: str = "Year 3", note: str = "") -> str:
    return f"990001,2026,Autumn,results,{group},Reading,{pupils},,{pupils},,,,,,,,,,,{note}\n"


@pytest.mark.parametrize(
    ("content", "sign"),
    [
        ("UPN,Year group,Reading\nA123456789012,3,EXS\n", "Line 1 has a column headed 'UPN'."),
        ("Year group,Forename,Surname\n3,Jo,Bloggs\n", "Line 1 has a column headed 'Forename'."),
        ("Year group;Pupil name;Reading\n3;Jo Bloggs;EXS\n", "Line 1 has a column headed 'Pupil name'."),
        ("Class 3\n\nPupil's  Name\tD.O.B.\nJo\t1/2/2017\n", 'Line 3 has a column headed "Pupil\'s  Name".'),
        ("Year,date_of_birth\n3,2017-02-01\n", "Line 1 has a column headed 'date_of_birth'."),
        ("Candidate Number,Result\n4012,7\n", "Line 1 has a column headed 'Candidate Number'."),
        (HEADER + long_row(30, note="see A123456789012"), "A cell holds a unique pupil number."),
        (HEADER + long_row(30) * 3 + long_row(30, note="T12345678901B"), "A cell holds a unique pupil number."),
        (HEADER + long_row(1) * 6, "6 rows count one pupil each in a group that stands there more than once."),
    ],
    ids=[
        "upn",
        "forename",
        "semicolons",
        "third line",
        "date of birth",
        "candidate",
        "in a note",
        "temporary",
        "a row each",
    ],
)
def test_a_list_of_pupils_is_refused_for_a_reason(tmp_path: Path, content: str, sign: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content)
    with pytest.raises(PupilLevelRefused) as caught:
        refuse_pupil_level(path, "a.csv")
    assert caught.value.sign == sign
    assert "Bloggs" not in str(caught.value)
    assert "A123456789012" not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        HEADER + long_row(30),
        # A village school: one pupil in each year group.
        HEADER + "".join(long_row(1, f"Year {year}") for year in range(1, 12)),
        HEADER + long_row(1) * 5,
        # Thirteen digits, a telephone number, and letters that no pupil number begins with.
        HEADER + long_row(30, note="1234567890123 01733 747474 I12345678901 O123456789012"),
        "URN,Date of note,Category,Concern,Note,Author (role),Expires on\n"
        "990001,2026-01-01,roll,some,Fewer pupils than places,Adviser,2026-12-31\n",
    ],
    ids=["long", "village school", "few repeats", "other numbers", "intelligence"],
)
def test_figures_of_groups_are_not_taken_for_pupils(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content)
    refuse_pupil_level(path, "a.csv")


def test_a_form_is_not_taken_for_pupils(template: Path, fill: Fill) -> None:
    refuse_pupil_level(template, "template")
    refuse_pupil_level(fill(), "filled")


def _hide(book: Workbook) -> None:
    sheet = book.create_sheet("Sheet1")
    sheet["B3"] = "Legal Surname"
    sheet["B4"] = "Bloggs"
    sheet.sheet_state = "hidden"


@pytest.mark.parametrize(
    ("edit", "sign"),
    [
        (_hide, "Sheet 'Sheet1', cell B3 is headed 'Legal Surname'."),
        (lambda book: book["Results"].__setitem__("H200", "A123456789012"), "Sheet 'Results', cell H200 holds a unique pupil number."),
        (lambda book: book["School"].__setitem__("B18", "for T12345678901B"), "Sheet 'School', cell B18 holds a unique pupil number."),
    ],
    ids=["hidden sheet", "far away", "in the note"],
)  # fmt: skip
def test_every_sheet_of_a_form_is_looked_at(fill: Fill, edit: Callable[[Workbook], None], sign: str) -> None:
    with pytest.raises(PupilLevelRefused) as caught:
        refuse_pupil_level(fill(edit=edit), "form")
    assert caught.value.sign == sign


def test_a_pupil_number_across_two_pieces_of_a_large_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    line = long_row(30)
    before = HEADER + line * ((2**22 - len(HEADER)) // len(line))
    # The number begins before the end of the first piece that is read, and ends behind it.
    before += "x" * (2**22 - len(before) - 5) + " A123456789012\n"
    path.write_text(before + line)
    assert before.index("A123456789012") < 2**22 < before.index("A123456789012") + 13
    with pytest.raises(PupilLevelRefused):
        refuse_pupil_level(path, "large.csv")


def test_the_store_is_not_even_given_a_draft(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active["A1"] = "UPN"
    book.save(path)
    with pytest.raises(PupilLevelRefused):
        take_in(path, "local_intelligence", "a.xlsx", tmp_path / "draft")
    assert not (tmp_path / "draft").exists()
