"""Comma-separated text: decoding, records, and the faults that lie in the form rather than in a value."""

from __future__ import annotations

import csv
import io
from operator import itemgetter

from school_support.sources.contract import Layout, Source
from school_support.sources.delivered import Delivered, by_header, picked_headers
from school_support.sources.faults import Faults
from school_support.sources.headers import layout_of
from school_support.sources.recognise import clean_header

# Enough for the header and the first row of the widest file (a header of 552 names is 10 kB).
START = 2**18

CALLED = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}

SOMETHING_ELSE = (
    (b"{", "a JSON document, most likely an error message of the publisher's server"),
    (b"[", "a JSON document"),
    (b"<", "a web page (HTML or XML), most likely an error page of the publisher's server"),
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls) or one with a password"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
)


def read_delimited(data: bytes, source: Source, faults: Faults) -> Delivered:
    """The rows of a comma-separated file. Refuses a file whose form leaves no rows to judge."""
    _check_it_is_a_table(data, faults)
    headers, first = _start(data, faults)
    layout = layout_of(headers, first, source, 1, faults)
    return _records(_decoded(data, layout, faults), headers, layout, faults)


def _check_it_is_a_table(data: bytes, faults: Faults) -> None:
    start = data[:START].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise faults.refused_for("The file is empty.")
    for signature, what in SOMETHING_ELSE:
        if start.startswith(signature):
            raise faults.refused_for(f"The file is not a table: it is {what}.", 1)
    offset = data.find(b"\0")
    if offset >= 0:
        line = data.count(b"\n", 0, offset) + 1
        raise faults.refused_for(f"There is a NUL byte at offset {offset:,}; the file is damaged or is not text.", line)


def _start(data: bytes, faults: Faults) -> tuple[list[str], dict[str, str] | None]:
    text = data[:START].decode("utf-8-sig", errors="replace")
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        headers = [clean_header(header) for header in next(reader)]
        first = next((row for row in reader if any(cell.strip() for cell in row)), None)
    except csv.Error as error:
        raise faults.refused_for(f"The header line is not comma-separated text ({error}).", 1) from error
    for mark, called in (("\t", "tabs"), (";", "semicolons"), ("|", "bars")):
        if len(headers) == 1 and mark in headers[0]:
            raise faults.refused_for(f"The columns are separated by {called}, where commas are expected.", 1)
    if first is None:
        return headers, None
    return headers, {header: cell.strip() for header, cell in zip(headers, first, strict=False)}


def _decoded(data: bytes, layout: Layout, faults: Faults) -> str:
    for encoding in layout.encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            # The error's own text lacks the byte order mark that `utf-8-sig` took away.
            offset = error.start + len(data) - len(error.object)
    called = " or ".join(CALLED[encoding] for encoding in layout.encodings)
    raise faults.refused_for(
        f"The byte {data[offset]:#04x} at offset {offset:,} is not text in {called}.",
        data.count(b"\n", 0, offset) + 1,
    )


def _records(text: str, headers: list[str], layout: Layout, faults: Faults) -> Delivered:
    picked = picked_headers(layout)
    pick = itemgetter(*(headers.index(header) for header in picked))
    width = len(headers)
    shortest = layout.short_rows.at_least if layout.short_rows else width
    shortest_last = layout.short_rows.last_at_least if layout.short_rows else width
    complete = text.endswith(("\n", "\r"))
    lines: list[int] = []
    rows: list[tuple[str, ...]] = []
    wrong: list[tuple[int, int]] = []
    blank: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = fields = 0
    begins = 1
    try:
        next(reader)
        begins = reader.line_num + 1
        for record in reader:
            line, begins = begins, reader.line_num + 1
            fields = len(record)
            if not any(cell.strip() for cell in record):
                blank.append(line)
                continue
            if blank:
                for empty in blank:
                    faults.add("The line is blank, and lines with data follow it.", empty)
                blank.clear()
            if fields != width:
                if not shortest <= fields < width:
                    wrong.append((line, fields))
                    continue
                record.extend([""] * (width - fields))
            lines.append(line)
            rows.append(pick(record))
    except csv.Error as error:
        _explain_csv_error(str(error), begins, faults)
    if not complete and not blank and fields < shortest_last:
        if wrong and wrong[-1][0] == line:
            wrong.pop()
        faults.add(f"The file seems cut off: its last record has {fields} of {width} fields and no line end.", line)
    for at, number in wrong:
        many = "many" if number > width else "few"
        faults.add(f"The record has too {many} fields: {number}, where the header has {width}.", at)
    return Delivered(layout, lines, by_header(picked, rows))


def _explain_csv_error(error: str, line: int, faults: Faults) -> None:
    if "unexpected end of data" in error:
        raise faults.refused_for(
            "The file ends inside a quoted value of the record that begins here: it was cut off, or a "
            "quotation mark is missing.",
            line,
        )
    raise faults.refused_for(f"The record that begins here is not comma-separated text ({error}).", line)
