"""Excel workbooks: the sheet that the contract names, its cells as the text they would be in a CSV file."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence

import pandas as pd
from python_calamine import CalamineError

from school_support.sources.contract import Source, Workbook
from school_support.sources.delivered import Delivered, by_header, picked_headers
from school_support.sources.faults import Faults
from school_support.sources.headers import layout_of
from school_support.sources.recognise import clean_header


def read_workbook(data: bytes, source: Source, faults: Faults) -> Delivered:
    """The rows of the sheet that the source's contract names; dates become ISO text, 3.0 becomes 3."""
    try:
        with pd.ExcelFile(io.BytesIO(data), engine="calamine") as book:
            sheet, place = _sheet([str(name) for name in book.sheet_names], source, faults)
            table = pd.read_excel(book, sheet_name=sheet, header=None, dtype=object, na_filter=False)
    except (CalamineError, ValueError, KeyError, OSError) as error:
        raise faults.refused_for(f"The workbook is damaged and cannot be read ({error}).") from error
    above = place.header_row - 1
    rows = [list(row) for row in table.itertuples(index=False, name=None)][above:]
    while rows and not any(_text(cell) for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise faults.refused_for(f"Sheet {sheet!r} is empty from row {place.header_row} on.", place.header_row)
    headers = [clean_header(_text(cell)) for cell in rows[0]]
    while headers and not headers[-1] and not any(_text(row[len(headers) - 1]) for row in rows):
        headers.pop()
    first = {header: _text(cell) for header, cell in zip(headers, rows[1], strict=False)} if rows[1:] else None
    layout = layout_of(headers, first, source, place.header_row, faults)

    picked = picked_headers(layout)
    indexes = [headers.index(header) for header in picked]
    lines: list[int] = []
    kept: list[tuple[str, ...]] = []
    for line, row in enumerate(rows[1:], start=place.header_row + 1):
        cells = tuple(_text(row[index]) for index in indexes)
        if not any(cells) and not any(_text(cell) for cell in row):
            faults.add("The row is blank, and rows with data follow it.", line)
            continue
        lines.append(line)
        kept.append(cells)
    return Delivered(layout, lines, by_header(picked, kept))


def _sheet(names: Sequence[str], source: Source, faults: Faults) -> tuple[str, Workbook]:
    places = [layout.workbook for layout in source.layouts if layout.workbook]
    if not places:
        raise faults.refused_for(f"The file is an Excel workbook; {source.name} comes as comma-separated text.")
    for name in names:
        for place in places:
            if name.strip().casefold() == place.sheet.casefold():
                return name, place
    wanted = " or ".join(sorted({repr(place.sheet) for place in places}))
    raise faults.refused_for(f"The workbook has no sheet {wanted}; it has {', '.join(map(repr, names))}.")


def _text(cell: object) -> str:
    """A cell as text. pandas has made whole numbers int and dates Timestamp already."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat()
    return str(cell)
