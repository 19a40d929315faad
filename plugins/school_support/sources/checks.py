"""What may stand in the cells, as the contract has it: types, codes, ranges, dates and closed lists.

A column repeats its values, so each value is judged once and remembered; the rows that have it are found by Arrow.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from school_support.sources.block import Block, Lines
from school_support.sources.contract import NUMERIC, Column, Layout
from school_support.sources.faults import KEPT, Fault, Faults, quoted

PATTERNS = {
    "integer": re.compile(r"[+-]?[0-9]+"),
    "decimal": re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"),
    "percent": re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)%"),
}
KINDS = {
    "integer": "a whole number",
    "decimal": "a number",
    "percent": "a percentage written with its sign, such as 63%",
}
DATE_PARTS = {"%Y": "yyyy", "%m": "mm", "%d": "dd"}
THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
FLOAT_INTEGER = re.compile(r"([+-]?[0-9]+)\.0")
# Values remembered of one column: a free text in a national file must not fill the memory.
REMEMBERED = 100_000

# One date that only makes sense the other way round puts every other date of the file in doubt.
CHANGED_PLACES = "date_order"

Said = tuple[str, str]


@dataclass(frozen=True)
class Judged:
    """Rows without a fault: their lines, and their cells by canonical column, in the form in which they are stored."""

    lines: Lines
    columns: dict[str, pa.DictionaryArray]


class Checker:
    """Judges the blocks of one file in turn."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._columns = {name: _CellJudge(column, layout) for name, column in layout.columns.items()}

    def judge(self, block: Block, faults: Faults) -> Judged:
        """The faultless rows of a block; every cell that the contract does not allow is noted."""
        wrong = np.zeros(len(block.lines), dtype=bool)
        columns: dict[str, pa.DictionaryArray] = {}
        found: list[Fault] = []
        count = 0
        self._check_vintage(block, faults)
        for name, judge in self._columns.items():
            if judge.header not in block.cells:
                continue
            stored, said = judge.judge(block.cells[judge.header])
            columns[name] = stored
            if any(code == CHANGED_PLACES for _, code, _ in said.values()):
                faults.refuse_whole()
            if said:
                at = np.isin(stored.indices.to_numpy(), list(said))
                wrong |= at
                count += int(at.sum())
                found += [
                    Fault(int(block.lines[row]), judge.header, value, message, code, self._urn(block, row))
                    for row in np.flatnonzero(at)[:KEPT]
                    for value, code, message in [said[int(stored.indices[row].as_py())]]
                ]
        if not count:
            return Judged(block.lines, columns)
        faults.add_rows(int(wrong.sum()), found, count)
        kept = ~wrong
        return Judged(block.lines[kept], {name: cells.filter(pa.array(kept)) for name, cells in columns.items()})

    def _urn(self, block: Block, row: int) -> str | None:
        column = self._layout.columns.get("urn")
        if column is None or column.header not in block.cells:
            return None
        return str(block.cells[column.header][int(row)].as_py()).strip() or None

    def _check_vintage(self, block: Block, faults: Faults) -> None:
        for header, allowed in self._layout.where.items():
            if header not in block.cells:
                continue
            cells = pc.utf8_trim_whitespace(block.cells[header])
            at = pc.indices_nonzero(pc.invert(pc.is_in(cells, pa.array(allowed)))).to_pylist()
            first = [
                Fault(int(block.lines[row]), header, value, _not_one_of(value, allowed), "wrong_vintage")
                for row in at[:KEPT]
                for value in [cells[row].as_py()]
            ]
            if first:
                faults.add_first(first, len(at))


class _CellJudge:
    """Judges the cells of one column, remembering what it said of each value."""

    def __init__(self, column: Column, layout: Layout) -> None:
        self.header = column.header
        self._column = column
        self._say = _judge(column, layout)
        self._read = _reader(column, layout)
        self._known: dict[str, tuple[str, Said | None]] = {}
        is_plain = column.type == "integer" and column.scale is None and column.range is not None
        self._range = column.range if is_plain else None

    def judge(self, cells: pa.StringArray) -> tuple[pa.DictionaryArray, dict[int, tuple[str, str, str]]]:
        """The cells as they are stored, and of each faulty dictionary entry its value, code and message."""
        delivered = cells.dictionary_encode()
        if self._has_plain_numbers(delivered.dictionary):
            return delivered, {}
        values = delivered.dictionary.to_pylist()
        if len(self._known) > REMEMBERED:
            self._known.clear()
        known = self._known
        stored = []
        said = {}
        for index, value in enumerate(values):
            verdict = known.get(value)
            if verdict is None:
                verdict = known[value] = self._verdict(value)
            stored.append(verdict[0])
            if verdict[1] is not None:
                said[index] = (value.strip(), *verdict[1])
        if stored == values:
            return delivered, said
        return pa.DictionaryArray.from_arrays(delivered.indices, pa.array(stored, pa.string())), said

    def _has_plain_numbers(self, values: pa.StringArray) -> bool:
        """Whether all are digits within the range, as numbers of schools are: Arrow tells without a look at each."""
        if self._range is None or not pc.all(pc.match_substring_regex(values, r"\A[0-9]{1,18}\z")).as_py():
            return False
        found = pc.min_max(values.cast(pa.int64()))
        low, high = self._range
        return bool(low <= found["min"].as_py() and found["max"].as_py() <= high)

    def _verdict(self, delivered: str) -> tuple[str, Said | None]:
        value = self._read(delivered.strip())
        said = self._say(value)
        return (value if said else _scaled(value, self._column)), said


def _reader(column: Column, layout: Layout) -> Callable[[str], str]:
    """What a stripped cell is read as, where the publisher's way of writing numbers is not the plain one."""
    if column.thousands:
        return lambda value: value.replace(",", "") if THOUSANDS.fullmatch(value) else value
    if layout.float_integers and column.type in ("integer", "code_list"):
        return lambda value: FLOAT_INTEGER.sub(r"\1", value) if FLOAT_INTEGER.fullmatch(value) else value
    return lambda value: value


def _scaled(value: str, column: Column) -> str:
    if column.scale is None or not value or value in column.codes:
        return value
    return f"{(Decimal(value) * column.scale).normalize():f}"


def _judge(column: Column, layout: Layout) -> Callable[[str], Said | None]:
    """A function that says what is wrong with a cell of the column, as a code and in words, or None."""
    of_type = _date_judge(column, layout) if column.type == "date" else _plain_judge(column)
    or_code = f", nor one of the codes {', '.join(column.codes)}" if column.codes else ""

    def judge(value: str) -> Said | None:
        if not value:
            return None if column.allow_blank else ("blank", "The value is missing.")
        if value in column.codes:
            return None
        said = of_type(value)
        return said and (said[0], f"{quoted(value)} {said[1]}{or_code}.")

    return judge


def _plain_judge(column: Column) -> Callable[[str], Said | None]:
    also = "decimal" if column.sign_optional else column.type

    def judge(value: str) -> Said | None:
        if column.type == "code_list":
            return None if value in column.values else ("not_on_list", f"is not one of {', '.join(column.values)}")
        if column.type in NUMERIC:
            if not (PATTERNS[column.type].fullmatch(value) or PATTERNS[also].fullmatch(value)):
                return "not_a_number", f"is not {KINDS[column.type]}"
            return _outside(Decimal(value.rstrip("%")), column)
        return None

    return judge


def _date_judge(column: Column, layout: Layout) -> Callable[[str], Said | None]:
    shapes = {_date_words(form): _date_shape(form) for form in layout.date_formats}

    def judge(value: str) -> Said | None:
        for words, shape in shapes.items():
            if found := shape.fullmatch(value):
                year, month, day = (int(found[part]) for part in ("yyyy", "mm", "dd"))
                try:
                    return _outside(dt.date(year, month, day), column)
                except ValueError:
                    if month > 12 and day <= 12:
                        said = f"is no day of the calendar, read as {words}; day and month may have changed places in the file"
                        return CHANGED_PLACES, said
                    return "bad_date", f"is no day of the calendar, read as {words}"
        return "bad_date", f"is not a date written {' or '.join(shapes)}"

    return judge


def _date_shape(form: str) -> re.Pattern[str]:
    pattern = re.escape(form)
    for part, words in DATE_PARTS.items():
        pattern = pattern.replace(re.escape(part), f"(?P<{words}>[0-9]{{{len(words)}}})")
    return re.compile(pattern)


def _date_words(form: str) -> str:
    for part, words in DATE_PARTS.items():
        form = form.replace(part, words)
    return form


def _outside(value: Decimal | dt.date, column: Column) -> Said | None:
    if column.range is None:
        return None
    low, high = column.range
    # The contract's validation makes both ends of the column's own kind.
    inside = low <= value <= high  # type: ignore[operator]
    return None if inside else ("outside_range", f"lies outside {low} to {high}")


def _not_one_of(value: str, allowed: tuple[str, ...]) -> str:
    return f"{quoted(value)} is not {' or '.join(allowed)}, as in the rest of the file."
