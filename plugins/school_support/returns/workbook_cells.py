"""The cells of a workbook as a school filled it in, and those whose value is not what somebody typed."""

from __future__ import annotations

import datetime as dt
import io
import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from itertools import product
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineWorkbook

from school_support.sources.faults import Faults

Address = tuple[int, int]

# Unpacked bytes, and cells of a sheet from its first to its last: far more than any form has.
LARGEST = 2**26
MOST_CELLS = 2_000_000
CELL = re.compile(r"([A-Z]+)([0-9]+)")


@dataclass
class Sheet:
    """One sheet. Addresses are (row, column), both counted from 1, as people do.

    `cells` has the filled cells as text, `formulas` the cells that a formula fills, `errors` those that show an error
    such as #REF!, `merged` every cell of a merged area but its first.
    """

    name: str
    cells: dict[Address, str] = field(default_factory=dict)
    formulas: set[Address] = field(default_factory=set)
    errors: set[Address] = field(default_factory=set)
    merged: set[Address] = field(default_factory=set)

    def text(self, row: int, column: int) -> str:
        """The text of a cell, blank where it is empty."""
        return self.cells.get((row, column), "")


def read_sheets(data: bytes, faults: Faults) -> list[Sheet]:
    """All sheets of a workbook, hidden ones too, in their order.

    Raises:
        FileRefused: it is damaged, or larger than any form or list of notes.
    """
    try:
        found = _look_through(data, faults)
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return [_sheet(book, found.get(name) or Sheet(name)) for name in book.sheet_names]
    except (CalamineError, ValueError, KeyError, OSError, zipfile.BadZipFile, ET.ParseError) as error:
        raise faults.refused_for(f"The workbook is damaged and cannot be read ({error}).") from error


def _sheet(book: CalamineWorkbook, sheet: Sheet) -> Sheet:
    found = book.get_sheet_by_name(sheet.name)
    for row, values in enumerate(found.to_python(skip_empty_area=False), start=1):
        for column, value in enumerate(values, start=1):
            if text := cell_text(value):
                sheet.cells[row, column] = text
    for (top, left), (bottom, right) in found.merged_cell_ranges or ():
        if (bottom - top) * (right - left) > MOST_CELLS:
            continue
        sheet.merged |= set(product(range(top + 1, bottom + 2), range(left + 1, right + 2))) - {(top + 1, left + 1)}
    return sheet


def cell_text(value: object) -> str:
    """A cell's value as the text a person would have typed; 12.0 is 12, a date is ISO, line breaks are spaces."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    return " ".join(str(value).split())


def _look_through(data: bytes, faults: Faults) -> dict[str, Sheet]:
    """Sheets by name with their formulas and errors, and a refusal where reading their cells would fill the memory.

    The library that reads cells gives a formula's last value, and nothing for an error, as if it had been typed; and it
    lays out every cell between the first and the last, so that one in the far corner makes billions.
    """
    sheets = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST:
            raise faults.refused_for(f"The workbook unpacks to more than {LARGEST:,} bytes; no form is as large.")
        for name, part in _parts(archive).items():
            sheet = sheets[name] = Sheet(name)
            last_row = last_column = 1
            for _, cell in ET.iterparse(archive.open(part)):  # noqa: S314  # expat itself limits what entities unfold to
                address = CELL.fullmatch(cell.get("r", "")) if _plain(cell.tag) == "c" else None
                if address:
                    at = int(address[2]), _column(address[1])
                    last_row, last_column = max(last_row, at[0]), max(last_column, at[1])
                    if any(_plain(child.tag) == "f" for child in cell):
                        sheet.formulas.add(at)
                    if cell.get("t") == "e":
                        sheet.errors.add(at)
                if _plain(cell.tag) == "row":
                    cell.clear()
            if last_row * last_column > MOST_CELLS:
                raise faults.refused_for(
                    f"Sheet {name!r} reaches to cell {address_of(last_row, last_column)}. Delete the rows and columns outside "
                    "the table, also those that only look empty."
                )
    return sheets


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The member of the archive that each sheet stands in, by the sheet's name."""
    book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {link.get("Id", ""): link.get("Target", "") for link in links}
    parts = {}
    for sheet in book.iter():
        if _plain(sheet.tag) == "sheet":
            reference = next((value for name, value in sheet.items() if _plain(name) == "id"), "")
            target = targets[reference]
            parts[sheet.get("name", "")] = (
                target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            )
    return parts


def _plain(name: str) -> str:
    return name.rpartition("}")[2]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def address_of(row: int, column: int) -> str:
    """Such as D12."""
    letters = ""
    while column:
        column, left = divmod(column - 1, 26)
        letters = chr(ord("A") + left) + letters
    return f"{letters}{row}"
