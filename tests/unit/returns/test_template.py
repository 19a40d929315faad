from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from school_support.errors import SupportListError
from school_support.returns.template import write_template

from .conftest import ALDER_LANE


def test_the_form_knows_the_school_and_lists_the_years(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    assert book.sheetnames == ["Read me", "School", "Results", "Attendance"]
    school = book["School"]
    assert [school[cell].value for cell in ("B5", "B6", "B7", "B8")] == [
        "999",
        ALDER_LANE.urn,
        ALDER_LANE.laestab,
        ALDER_LANE.name,
    ]
    lists = {str(rule.sqref): rule.formula1 for rule in school.data_validations.dataValidation if rule.type == "list"}
    assert lists["B9"] == '"2025/26,2024/25,2023/24"'
    assert lists["B10"] == '"Autumn,Spring,Summer"'
    assert lists["B14"] == '"substantive,acting,vacant,new this term"'
    assert {lists[cell] for cell in ("B15", "B16", "B17")} == {'"none,some,serious"'}


def test_results_have_a_row_a_year_group_and_subject_and_spare_ones(template: Path) -> None:
    sheet = openpyxl.load_workbook(template)["Results"]
    assert [cell.value for cell in sheet[4]] == [
        "Year group", "Subject", "Pupils", "Working towards", "Expected", "Greater depth",
    ]  # fmt: skip
    rows = [(sheet.cell(row, 1).value, sheet.cell(row, 2).value) for row in range(5, 55)]
    assert rows[0] == ("Reception", "Reading")
    assert rows[20] == ("Year 6", "Mathematics")
    assert rows[21] == ("Year 7", "English")
    assert rows[35] == ("Year 11", "Science")
    assert rows[36:] == [(None, None)] * 14


def test_only_what_a_school_fills_in_is_open(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    sheet = book["Results"]
    assert sheet.protection.sheet
    assert [sheet[cell].protection.locked for cell in ("A4", "A5", "C5", "F54", "A41")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert book["School"]["B4"].protection.locked
    assert not book["School"]["B6"].protection.locked


def test_figures_are_whole_numbers_within_the_range_of_the_contract(template: Path) -> None:
    sheet = openpyxl.load_workbook(template)["Attendance"]
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    possible = rules["C5:C19"]
    assert (possible.type, possible.operator, possible.formula1, possible.formula2) == ("whole", None, "0", "1000000")
    assert "whole number" in possible.error


def test_headings_explain_themselves(template: Path) -> None:
    sheet = openpyxl.load_workbook(template)["Results"]
    assert "0 to 5000" in sheet["C4"].comment.text
    assert "includes Greater depth" in sheet["A2"].value


def test_a_form_needs_a_name_of_a_workbook(tmp_path: Path) -> None:
    with pytest.raises(SupportListError, match=r"ends in \.xlsx"):
        write_template(tmp_path / "form.csv", "999", dt.date(2026, 1, 12), "ask")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SupportListError, match="cannot be written"):
        write_template(tmp_path / "nowhere" / "form.xlsx", "999", dt.date(2026, 1, 12), "ask")
