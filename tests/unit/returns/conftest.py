"""A form as the project writes it, filled in the way a school office does: with another program than the one that wrote it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from school_support.returns.template import Identity, write_template

ALDER_LANE = Identity("990001", "9992001", "Alder Lane Primary School")
# A whole return of one year group: 30 pupils, of whom 5 work towards, 24 reach the standard and 6 of these exceed it.
GOOD: Mapping[str, Any] = {
    "School!B9": "2025/26",
    "School!B10": "Autumn",
    "School!B11": "School office",
    "School!B14": "acting",
    "School!B15": "some",
    "Results!C8": 30,
    "Results!D8": 5,
    "Results!E8": 24,
    "Results!F8": 6,
    "Attendance!B6": 30,
    "Attendance!C6": 4320,
    "Attendance!D6": 200,
    "Attendance!E6": 40,
    "Attendance!F6": 1,
    "Attendance!G6": 0,
}
Fill = Callable[..., Path]


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "template.xlsx"
    write_template(path, "999", dt.date(2026, 1, 12), "ask@fenmere.example", ALDER_LANE)
    return path


@pytest.fixture
def fill(template: Path, tmp_path: Path) -> Fill:
    """Write a good return with some cells changed (None empties one), and whatever else `edit` does to the workbook."""

    def _fill(
        changes: Mapping[str, Any] | None = None,
        edit: Callable[[Workbook], None] = lambda _: None,
        name: str = "alder.xlsx",
    ) -> Path:
        book = openpyxl.load_workbook(template)
        for address, value in {**GOOD, **(changes or {})}.items():
            sheet, cell = address.split("!")
            book[sheet][cell] = value
        edit(book)
        book.save(tmp_path / name)
        return tmp_path / name

    return _fill
