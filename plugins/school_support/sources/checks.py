"""What may stand in the cells, as the contract has it: types, codes, ranges, dates, closed lists and keys."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal

import pandas as pd

from school_support.sources.contract import NUMERIC, Column, Layout
from school_support.sources.delivered import Delivered
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


def check(delivered: Delivered, faults: Faults) -> pd.DataFrame:
    """The kept columns by canonical name, after noting every cell and key that the contract does not allow.

    Text as delivered, except that `float_integers` layouts lose the ".0" of whole numbers.
    """
    layout = delivered.layout
    frame = pd.DataFrame(
        {name: delivered.cells[column.header] for name, column in layout.columns.items()}, dtype=object
    )
    lines = pd.Series(delivered.lines, dtype="int64")
    if layout.float_integers:
        for name, column in layout.columns.items():
            if column.type in ("integer", "code_list"):
                frame[name] = frame[name].str.replace(r"^([+-]?[0-9]+)\.0$", r"\1", regex=True).astype(object)
    _check_row_count(len(frame), layout, faults)
    for header, allowed in layout.where.items():
        cells = pd.Series(delivered.cells[header], dtype=object)
        wrong = {value: _not_one_of(value, allowed) for value in cells.unique() if value not in allowed}
        _note(cells, wrong, header, lines, faults)
    for name, column in layout.columns.items():
        judge = _judge(column, layout)
        # A column repeats its values, so each one is judged once and the rows that have it are looked up.
        wrong = {value: said for value in frame[name].unique() if (said := judge(value)) is not None}
        _note(frame[name], wrong, column.header, lines, faults)
    for key in layout.keys:
        _check_key(frame, list(key), layout, lines, faults)
    return frame


def _note(cells: pd.Series, wrong: dict[str, str], header: str, lines: pd.Series, faults: Faults) -> None:
    if not wrong:
        return
    at = cells.isin(list(wrong))
    first = [
        Fault(int(line), header, value, wrong[value])
        for line, value in zip(lines[at][:KEPT], cells[at][:KEPT], strict=True)
    ]
    faults.add_first(first, int(at.sum()))


def _check_row_count(rows: int, layout: Layout, faults: Faults) -> None:
    if not layout.rows.min <= rows <= layout.rows.max:
        faults.add(
            f"The file has {rows:,} rows, where layout {layout.layout} has {layout.rows.min:,} to {layout.rows.max:,}."
        )


def _judge(column: Column, layout: Layout) -> Callable[[str], str | None]:
    """A function that says what is wrong with a cell of the column, or None."""
    of_type = _date_judge(column, layout) if column.type == "date" else _plain_judge(column)
    or_code = f", nor one of the codes {', '.join(column.codes)}" if column.codes else ""

    def judge(value: str) -> str | None:
        if not value:
            return None if column.allow_blank else "The value is missing."
        if value in column.codes:
            return None
        said = of_type(value)
        return said and f"{quoted(value)} {said}{or_code}."

    return judge


def _plain_judge(column: Column) -> Callable[[str], str | None]:
    def judge(value: str) -> str | None:
        if column.type == "code_list":
            return None if value in column.values else f"is not one of {', '.join(column.values)}"
        if column.type in NUMERIC:
            if not PATTERNS[column.type].fullmatch(value):
                return f"is not {KINDS[column.type]}"
            return _outside(Decimal(value.rstrip("%")), column)
        return None

    return judge


def _date_judge(column: Column, layout: Layout) -> Callable[[str], str | None]:
    shapes = {_date_words(form): _date_shape(form) for form in layout.date_formats}

    def judge(value: str) -> str | None:
        for words, shape in shapes.items():
            if found := shape.fullmatch(value):
                year, month, day = (int(found[part]) for part in ("yyyy", "mm", "dd"))
                try:
                    return _outside(dt.date(year, month, day), column)
                except ValueError:
                    return f"is no day of the calendar, read as {words}"
        return f"is not a date written {' or '.join(shapes)}"

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


def _outside(value: Decimal | dt.date, column: Column) -> str | None:
    if column.range is None:
        return None
    low, high = column.range
    # The contract's validation makes both ends of the column's own kind.
    inside = low <= value <= high  # type: ignore[operator]
    return None if inside else f"lies outside {low} to {high}"


def _not_one_of(value: str, allowed: tuple[str, ...]) -> str:
    return f"{quoted(value)} is not {' or '.join(allowed)}, as in the rest of the file."


def _check_key(frame: pd.DataFrame, key: list[str], layout: Layout, lines: pd.Series, faults: Faults) -> None:
    looked_at = frame.drop_duplicates() if layout.identical_repeats else frame
    repeated = looked_at.duplicated(key, keep="first")
    if not repeated.any():
        return
    headers = [layout.columns[name].header for name in key]
    firsts = looked_at.drop_duplicates(key).reset_index(names="_at").set_index(key)["_at"]
    first_faults = []
    for at in looked_at.index[repeated][:KEPT]:
        values = tuple(looked_at.loc[at, key])
        earlier = int(lines[firsts.loc[values if len(key) > 1 else values[0]]])
        named = ", ".join(f"{header} {value or '(blank)'}" for header, value in zip(headers, values, strict=True))
        first_faults.append(
            Fault(
                int(lines[at]),
                " + ".join(headers),
                " + ".join(values),
                f"{named} stands on line {earlier} already.",
            )
        )
    faults.add_first(first_faults, int(repeated.sum()))
