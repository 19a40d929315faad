"""No pupil-level data, ever: a file that looks like a list of pupils is refused before anything of it is kept."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import yaml
from pydantic import BaseModel, ConfigDict

from school_support.returns.workbook_cells import address_of, read_sheets
from school_support.sources.container import Content, unpack
from school_support.sources.faults import Fault, Faults, FileRefused

SIGNS = Path(__file__).with_name("pupil_level.yaml")
START = 2**20
CHUNK = 2**22
LONGEST_LINE = 2**20
COUNTED = "pupils"
GROUP = frozenset({"urn", "academic year", "term", "section", "year group", "subject"})


class PupilLevelRefused(FileRefused):
    """A file that looks like a list of pupils. `sign` says what made it look so, without any value of a pupil's."""

    def __init__(self, file_name: str, sign: str) -> None:
        self.sign = sign
        super().__init__(file_name, None, [Fault(None, None, None, sign, "pupil_level")], 1, 0)
        self.args = (f"{file_name} looks like a list of pupils, which is never taken in: {sign}",)


class _Signs(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    headings: frozenset[str]
    heading_rows: int
    patterns: dict[str, str]
    repeated_rows_of_one: int
    rows_looked_at: int


@lru_cache(maxsize=1)
def _signs() -> _Signs:
    return _Signs.model_validate(yaml.safe_load(SIGNS.read_text(encoding="utf-8")))


def refuse_pupil_level(path: Path, file_name: str) -> None:
    """Look through a file for signs of single pupils; of a workbook every sheet, hidden ones too.

    Raises:
        PupilLevelRefused: there is one.
        FileRefused: the file is damaged, so nobody can say.
    """
    faults = Faults(file_name)
    content = unpack(path, faults)
    sign = _sign_in_text(content, faults) if content.workbook is None else _sign_in_workbook(content.workbook, faults)
    if sign:
        raise PupilLevelRefused(file_name, sign)


def _sign_in_workbook(data: bytes, faults: Faults) -> str | None:
    for sheet in read_sheets(data, faults):
        rows: dict[int, list[str]] = {}
        for (row, column), text in sheet.cells.items():
            if row <= _signs().heading_rows and _plain(text) in _signs().headings:
                return f"Sheet {sheet.name!r}, cell {address_of(row, column)} is headed {text!r}."
            for called, pattern in _signs().patterns.items():
                if re.search(pattern, text):
                    return f"Sheet {sheet.name!r}, cell {address_of(row, column)} holds a {called}."
            line = rows.setdefault(row, [])
            line += [""] * (column - len(line))
            line[column - 1] = text
        if sign := _rows_of_one([rows[row] for row in sorted(rows)]):
            return f"Sheet {sheet.name!r}: {sign}"
    return None


def _sign_in_text(content: Content, faults: Faults) -> str | None:
    with content.open() as stream:
        start = stream.read(START)
    if b"\0" in start:
        raise faults.refused_for("The file is not plain text (UTF-8), so nobody can say whether it holds pupils.")
    text = start.decode("utf-8-sig", errors="replace")
    for line, written in enumerate(text.splitlines()[: _signs().heading_rows], start=1):
        for cell in _cells(written):
            if _plain(cell) in _signs().headings:
                return f"Line {line} has a column headed {cell.strip()!r}."
    for called, pattern in _signs().patterns.items():
        if _occurs(content, pattern):
            return f"A cell holds a {called}."
    return _rows_of_one([_cells(written) for written in text.splitlines()[: _signs().rows_looked_at]])


def _cells(line: str) -> list[str]:
    """A line taken apart at whichever mark it has most of; title lines above a table may have none of the table's."""
    mark = max(",;\t|", key=line.count)
    try:
        return next(csv.reader([line], delimiter=mark), [])
    except csv.Error:
        return line.split(mark)


def _occurs(content: Content, pattern: str) -> bool:
    """Whether a pattern matches anywhere in a text; read in pieces that end with a line, so that nothing is cut in two."""
    with content.open() as stream:
        rest = b""
        while chunk := stream.read(CHUNK):
            whole, _, rest = (rest + chunk).rpartition(b"\n")
            if len(rest) > LONGEST_LINE:
                whole, rest = whole + rest, b""
            if _matches(whole, pattern):
                return True
    return _matches(rest, pattern)


def _matches(data: bytes, pattern: str) -> bool:
    found: bool = pc.match_substring_regex(pa.array([data], pa.binary()), pattern)[0].as_py()
    return found


def _rows_of_one(rows: Sequence[Sequence[str]]) -> str | None:
    """A list of pupils in the clothes of the form: the same year group and subject again and again, one pupil each."""
    for at, row in enumerate(rows[: _signs().heading_rows]):
        headings = [_plain(text) for text in row]
        group = [index for index, heading in enumerate(headings) if heading in GROUP]
        if COUNTED not in headings or not group:
            continue
        counted = headings.index(COUNTED)
        ones = Counter(
            tuple(row[index] for index in group if index < len(row))
            for row in rows[at + 1 :]
            if len(row) > counted and row[counted].strip() == "1"
        )
        again = sum(times - 1 for times in ones.values())
        if again >= _signs().repeated_rows_of_one:
            return f"{again + 1} rows count one pupil each in a group that stands there more than once."
        return None
    return None


def _plain(text: str) -> str:
    """A heading as it is compared: small letters and digits, one space between words."""
    return " ".join(re.findall(r"[a-z0-9]+", text.casefold().replace("'s", "")))
