"""Delimited text: records, and the faults that lie in the form rather than in a value.

Text whose quotation marks stand around whole cells, and whose cells hold no line end, is lines and separators and nothing
else: Arrow splits it, many times as fast. From the first block on that has more to it (other quotes, short or long
records, blank lines), Python's csv module reads the rest of the file record by record. Both give the same rows; a test
holds them together.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from operator import itemgetter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from school_support.sources.block import Block, block_of, picked_headers
from school_support.sources.container import Content
from school_support.sources.contract import Layout, Source
from school_support.sources.faults import KEPT, Fault, Faults, FileRefused
from school_support.sources.headers import Opening, layout_of
from school_support.sources.recognise import canonical_headers, clean_header
from school_support.sources.survey import BOM, encoding_of, survey

# Enough for title lines, the header and the first row of the widest file (a header of 552 names is 10 kB).
START = 2**18
BLOCK_BYTES = 2**22
LONGEST_LINE = 2**24
BLOCK_ROWS = 2_000
SEPARATORS = {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "bars"}


class DelimitedTable:
    """The rows of a delimited file of a known layout, to be gone through as often as needed.

    Raises FileRefused where the file is no such table.
    """

    def __init__(self, content: Content, source: Source, faults: Faults) -> None:
        surveyed = survey(content, faults)
        with content.open() as stream:
            start = stream.read(START)
        likely = "cp1252" if "utf-8-sig" in surveyed.bad_at else "utf-8-sig"
        openings = _openings(start.removeprefix(BOM).decode(likely, errors="replace"), source, faults)
        self.layout, opening = layout_of(openings, source, faults)
        self.headers = canonical_headers(opening.headers, self.layout)
        self.picked = picked_headers(self.layout, self.headers)
        self._content = content
        self._encoding = encoding_of(surveyed, self.layout, content, faults)
        self._complete = surveyed.complete
        self._rows_begin = _end_of_header(start, self.layout.header_row, self.layout.delimiter)

    def blocks(self, faults: Faults) -> Iterator[Block]:
        """The rows in the order of the file; faults of the form are noted as they are met.

        Raises:
            FileRefused: the text cannot be told apart into records from some line on.
        """
        if self._rows_begin is None:
            yield from self._records(0, 1, faults)
            return
        offset, line = self._rows_begin, self.layout.header_row + 1
        with self._content.open() as stream:
            _skip(stream, offset)
            rest = b""
            while chunk := stream.read(BLOCK_BYTES):
                whole, end, rest = (rest + chunk).rpartition(b"\n")
                block = self._plain(whole + end, line)
                if block is None or len(rest) > LONGEST_LINE:
                    break
                if len(block.lines):
                    yield block
                offset += len(whole) + len(end)
                line += len(block.lines)
            else:
                if not rest:
                    return
        yield from self._records(offset, line, faults)

    def _plain(self, data: bytes, line: int) -> Block | None:
        """The block that whole lines of plain text are; None where they take more than splitting."""
        is_quoted = b'"' in data
        if _has_lone_return(data) or data.startswith(BOM):
            return None
        if is_quoted and not _quotes_whole_cells(data, self.layout.delimiter):
            return None
        if not data:
            return block_of(self.picked, [], [])
        if self._encoding == "cp1252" and not data.isascii():
            data = data.decode("cp1252").encode()
        names = [str(number) for number in range(len(self.headers))]
        picked = [names[self.headers.index(header)] for header in self.picked]
        try:
            table = arrow_csv.read_csv(
                pa.py_buffer(data),
                arrow_csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
                arrow_csv.ParseOptions(
                    delimiter=self.layout.delimiter,
                    quote_char='"' if is_quoted else False,
                    double_quote=is_quoted,
                    ignore_empty_lines=False,
                ),
                arrow_csv.ConvertOptions(
                    check_utf8=False,
                    column_types=dict.fromkeys(picked, pa.string()),
                    include_columns=picked,
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:
            return None
        if _has_blank_row(table):
            return None
        cells = {header: column.combine_chunks() for header, column in zip(self.picked, table.columns, strict=True)}
        return Block(np.arange(line, line + table.num_rows, dtype=np.int64), cells)

    def _records(self, offset: int, first_line: int, faults: Faults) -> Iterator[Block]:
        """The rest of the file from an offset, record by record; from 0, the header is passed over first."""
        width = len(self.headers)
        short = self.layout.short_rows
        shortest, shortest_last = (short.at_least, short.last_at_least) if short else (width, width)
        indexes = [self.headers.index(header) for header in self.picked]
        pick = itemgetter(*indexes) if len(indexes) > 1 else lambda record: (record[indexes[0]],)
        lines: list[int] = []
        rows: list[tuple[str, ...]] = []
        blank: list[int] = []
        blanks = 0
        wrong: Fault | None = None
        line = fields = 0
        for line, record in self.records(faults, offset, first_line):
            if wrong:
                faults.add_rows(1, [wrong], 1)
                wrong = None
            if not any(cell.strip() for cell in record):
                blanks += 1
                # Millions of blank lines at an end are nothing to remember.
                blank += [line] if blanks <= KEPT else []
                continue
            if blank and not self.layout.blank_lines:
                first = [
                    Fault(empty, None, None, "The line is blank, and lines with data follow it.") for empty in blank
                ]
                faults.add_first(first, blanks)
            blank, blanks = [], 0
            fields = len(record)
            if fields != width:
                if not shortest <= fields < width:
                    wrong = _field_count(line, fields, width)
                    continue
                record.extend([""] * (width - fields))
            lines.append(line)
            rows.append(pick(record))
            if len(rows) == BLOCK_ROWS:
                yield block_of(self.picked, lines, rows)
                lines, rows = [], []
        if not self._complete and not blank and fields < shortest_last:
            faults.add(f"The file seems cut off: its last record has {fields} of {width} fields and no line end.", line)
        elif wrong:
            faults.add_rows(1, [wrong], 1)
        if rows:
            yield block_of(self.picked, lines, rows)

    def records(self, faults: Faults, offset: int = 0, first_line: int = 1) -> Iterator[tuple[int, list[str]]]:
        """Every record behind the header, as delivered, with the line on which it begins."""
        begins = first_line
        with self._content.open() as stream:
            _skip(stream, offset)
            # A byte order mark belongs to the beginning of a file alone.
            encoding = "utf-8" if offset and self._encoding == "utf-8-sig" else self._encoding
            with io.TextIOWrapper(stream, encoding=encoding, newline="") as text:
                reader = csv.reader(text, strict=True, delimiter=self.layout.delimiter)
                try:
                    for number, record in enumerate(reader, start=1):
                        line, begins = begins, first_line + reader.line_num
                        if offset or number > self.layout.header_row:
                            yield line, record
                except csv.Error as error:
                    raise _csv_error(str(error), begins, faults) from error


def _openings(text: str, source: Source, faults: Faults) -> list[Opening]:
    """The beginning of the file, read in every form (separator, line of the header) that the source's layouts have."""
    forms: dict[tuple[str, int], list[Layout]] = {}
    for layout in source.layouts:
        forms.setdefault((layout.delimiter, layout.header_row), []).append(layout)
    openings = []
    for (mark, line), layouts in forms.items():
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        try:
            headers = [clean_header(header) for header in next(islice(reader, line - 1, None), [])]
            first = next((row for row in reader if any(cell.strip() for cell in row)), None)
        except csv.Error as error:
            raise faults.refused_for(f"The header line is not comma-separated text ({error}).", line) from error
        named = None if first is None else {h: cell.strip() for h, cell in zip(headers, first, strict=False)}
        openings.append(Opening(tuple(layouts), line, headers, named))
    _check_separator(openings, {mark for mark, _ in forms}, faults)
    return openings


def _check_separator(openings: list[Opening], marks: set[str], faults: Faults) -> None:
    """Refuse, in words, a header that only another separator would take apart."""
    if all(len(opening.headers) == 1 for opening in openings):
        for mark, called in SEPARATORS.items():
            if mark not in marks and any(mark in opening.headers[0] for opening in openings):
                wanted = " or ".join(SEPARATORS[known] for known in sorted(marks, reverse=True))
                raise faults.refused_for(
                    f"The columns are separated by {called}, where {wanted} are expected.", openings[0].line
                )


def _end_of_header(start: bytes, header_row: int, mark: str) -> int | None:
    """The offset behind the header line; None where lines and records do not agree up to it."""
    lines = start.split(b"\n", header_row)[:header_row]
    if len(lines) < header_row or start.count(b"\r") != start.count(b"\r\n"):
        return None
    end = sum(len(line) + 1 for line in lines)
    reader = csv.reader(io.StringIO(start[:end].decode("utf-8", errors="replace"), newline=""), delimiter=mark)
    records = sum(1 for _ in reader)
    return end if records == header_row and end <= len(start) else None


def _has_lone_return(data: bytes) -> bool:
    return b"\r" in data and data.count(b"\r") != data.count(b"\r\n")


def _quotes_whole_cells(data: bytes, mark: str) -> bool:
    """Whether every quotation mark begins a cell, ends one, or is doubled inside one, and no quoted cell goes over a line's end."""
    text = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(text == ord('"'))
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    lines = np.flatnonzero(text == ord("\n"))
    before = np.where(opening > 0, text[opening - 1], ord("\n"))
    behind = np.where(closing + 1 < len(text), text[np.minimum(closing + 1, len(text) - 1)], ord("\n"))
    return bool(
        np.isin(before, [ord(mark), ord("\n"), ord('"')]).all()
        and np.isin(behind, [ord(mark), ord("\n"), ord("\r"), ord('"')]).all()
        and (np.searchsorted(lines, opening) == np.searchsorted(lines, closing)).all()
    )


def _has_blank_row(table: pa.Table) -> bool:
    """Whether a row has nothing in any of the columns looked at, so that it may be blank."""
    maybe = pc.indices_nonzero(pc.equal(pc.utf8_trim_whitespace(table.column(0)), "")).to_pylist()
    return any(not any(str(column[at].as_py()).strip() for column in table.columns) for at in maybe)


def _skip(stream: io.BufferedReader, offset: int) -> None:
    while offset > 0 and (passed := stream.read(min(offset, BLOCK_BYTES))):
        offset -= len(passed)


def _field_count(line: int, fields: int, width: int) -> Fault:
    many = "many" if fields > width else "few"
    said = f"The record has too {many} fields: {fields}, where the header has {width}."
    return Fault(line, None, None, said, "field_count")


def _csv_error(error: str, line: int, faults: Faults) -> FileRefused:
    if "unexpected end of data" in error:
        return faults.refused_for(
            "The file ends inside a quoted value of the record that begins here: it was cut off, or a "
            "quotation mark is missing.",
            line,
        )
    return faults.refused_for(f"The record that begins here is not comma-separated text ({error}).", line)
