"""Excel workbooks: the sheet that the contract names, its cells as the text they would be in a CSV file."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from operator import itemgetter

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from school_support.sources.block import Block, picked_headers
from school_support.sources.contract import Layout, Source
from school_support.sources.faults import Faults
from school_support.sources.headers import Opening, layout_of
from school_support.sources.recognise import canonical_headers, clean_header

ROWS_A_BLOCK = 4_096


class WorkbookTable:
    """The rows of the sheet that the source's contract names; dates become ISO text, 3.0 becomes 3.

    Raises FileRefused where the workbook has no such table.
    """

    def __init__(self, data: bytes, source: Source, faults: Faults) -> None:
        try:
            with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
                sheet, layouts = _sheet(book.sheet_names, source, faults)
                rows: list[Sequence[object]] = list(book.get_sheet_by_name(sheet).to_python(skip_empty_area=False))
        except (CalamineError, ValueError, KeyError, OSError) as error:
            raise faults.refused_for(f"The workbook is damaged and cannot be read ({error}).") from error
        while rows and not any(_text(cell) for cell in rows[-1]):
            rows.pop()
        self.layout, opening = layout_of(_openings(rows, sheet, layouts, faults), source, faults)
        self.headers = canonical_headers(opening.headers, self.layout)
        self.picked = picked_headers(self.layout, self.headers)
        self._rows = rows[opening.line :]
        self._line = opening.line

    def blocks(self, faults: Faults) -> Iterator[Block]:
        """The rows, some thousands at a time, so that they are copied while the next are judged; faults of the form are noted."""
        for start in range(0, len(self._rows), ROWS_A_BLOCK):
            yield self._block(self._rows[start : start + ROWS_A_BLOCK], self._line + 1 + start, faults)

    def _block(self, rows: Sequence[Sequence[object]], first_line: int, faults: Faults) -> Block:
        # Column by column: a call for every cell takes longer than all else that is done with it.
        columns = {
            header: [cell.strip() if type(cell) is str else _text(cell) for cell in map(itemgetter(index), rows)]
            for header, index in ((header, self.headers.index(header)) for header in self.picked)
        }
        lines = np.arange(first_line, first_line + len(rows), dtype=np.int64)
        is_filled = np.fromiter((any(cells) for cells in zip(*columns.values(), strict=True)), bool, len(rows))
        for at in np.flatnonzero(~is_filled).tolist():
            # What is read of it is blank; something else in the row may not be.
            is_filled[at] = any(map(_text, rows[at]))
            if not is_filled[at] and not self.layout.blank_lines:
                faults.add("The row is blank, and rows with data follow it.", int(lines[at]))
        cells = {header: pa.array(texts, pa.string()) for header, texts in columns.items()}
        if not is_filled.all():
            cells = {header: texts.filter(pa.array(is_filled)) for header, texts in cells.items()}
        return Block(lines[is_filled], cells)


def _sheet(names: Sequence[str], source: Source, faults: Faults) -> tuple[str, list[Layout]]:
    """The first sheet that some layouts name, and those layouts."""
    workbooks = [layout for layout in source.layouts if layout.workbook]
    if not workbooks:
        raise faults.refused_for(f"The file is an Excel workbook; {source.name} comes as comma-separated text.")
    for name in names:
        named = [layout for layout in workbooks if _is_named(layout, name)]
        if named:
            return name, named
    wanted = " or ".join(sorted({repr(layout.workbook.sheet) for layout in workbooks if layout.workbook}))
    raise faults.refused_for(f"The workbook has no sheet {wanted}; it has {', '.join(map(repr, names))}.")


def _is_named(layout: Layout, sheet: str) -> bool:
    return layout.workbook is not None and layout.workbook.sheet.casefold() == sheet.strip().casefold()


def _openings(rows: list[Sequence[object]], sheet: str, layouts: list[Layout], faults: Faults) -> list[Opening]:
    """The table as it begins on every row that the layouts name for their header."""
    openings = []
    for line in sorted({layout.workbook.header_row for layout in layouts if layout.workbook}):
        if len(rows) < line:
            continue
        headers = [clean_header(_text(cell)) for cell in rows[line - 1]]
        while headers and not headers[-1] and not any(_text(row[len(headers) - 1]) for row in rows[line:]):
            headers.pop()
        first = rows[line] if len(rows) > line else None
        named = None if first is None else {h: _text(cell) for h, cell in zip(headers, first, strict=False)}
        here = tuple(layout for layout in layouts if layout.workbook and layout.workbook.header_row == line)
        openings.append(Opening(here, line, headers, named))
    if not openings:
        line = min(layout.workbook.header_row for layout in layouts if layout.workbook)
        raise faults.refused_for(f"Sheet {sheet!r} is empty from row {line} on.", line)
    return openings


def _text(cell: object) -> str:
    """A cell as text. Every number of a workbook is a float."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat()
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)
