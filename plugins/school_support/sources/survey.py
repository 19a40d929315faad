"""A first look through delimited text: is it text, in which encodings, and does it end where a line does."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from school_support.sources.container import CHUNK, Content
from school_support.sources.contract import Layout
from school_support.sources.faults import Faults

BOM = codecs.BOM_UTF8
CALLED = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}
# The five byte values that Windows-1252 leaves undefined.
NOT_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")

SOMETHING_ELSE = (
    (b"{", "a JSON document, most likely an error message of the publisher's server"),
    (b"[", "a JSON document"),
    (b"<", "a web page (HTML or XML), most likely an error page of the publisher's server"),
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls) or one with a password"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
)


@dataclass(frozen=True)
class Survey:
    """What stands in a text file as a whole.

    `bad_at` has, by encoding, the offset of the first byte that is not text in it; `complete` says whether the
    file ends with a line end, `marked` whether it begins with the byte order mark of UTF-8.
    """

    bad_at: dict[str, int]
    complete: bool
    marked: bool


def survey(content: Content, faults: Faults) -> Survey:
    """Look through the whole file once. Refuses what is empty, something else than a table, or has NUL bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    bad_at: dict[str, int] = {}
    offset = 0
    last = b""
    marked = False
    with content.open() as file:
        while chunk := file.read(CHUNK):
            if offset == 0:
                _check_it_is_a_table(chunk, faults)
                marked = chunk.startswith(BOM)
            if (nul := chunk.find(b"\0")) >= 0:
                raise faults.refused_for(
                    f"There is a NUL byte at offset {offset + nul:,}; the file is damaged or is not text.",
                    line_at(content, offset + nul),
                )
            pending = len(decoder.getstate()[0])
            if pending or not chunk.isascii():
                if "cp1252" not in bad_at and (found := NOT_1252.search(chunk)):
                    bad_at["cp1252"] = offset + found.start()
                if "utf-8-sig" not in bad_at:
                    try:
                        decoder.decode(chunk)
                    except UnicodeDecodeError as error:
                        bad_at["utf-8-sig"] = offset - pending + error.start
                        decoder.reset()
            offset += len(chunk)
            last = chunk
    if not last:
        raise faults.refused_for("The file is empty.")
    if "utf-8-sig" not in bad_at and (cut := len(decoder.getstate()[0])):
        bad_at["utf-8-sig"] = offset - cut
    return Survey(bad_at, last.endswith((b"\n", b"\r")), marked)


def encoding_of(surveyed: Survey, layout: Layout, content: Content, faults: Faults) -> str:
    """The first encoding of the layout in which the whole file is text; a file marked as UTF-8 is read as nothing else."""
    encodings = ("utf-8-sig",) if surveyed.marked else layout.encodings
    for encoding in encodings:
        if encoding not in surveyed.bad_at:
            return encoding
    offset = surveyed.bad_at[encodings[-1]]
    called = " or ".join(CALLED[encoding] for encoding in encodings)
    with content.open() as file:
        byte = file.read(offset + 1)[offset]
    raise faults.refused_for(
        f"The byte {byte:#04x} at offset {offset:,} is not text in {called}.", line_at(content, offset)
    )


def line_at(content: Content, offset: int) -> int:
    """The number of the line on which the byte at an offset stands."""
    line = 1
    with content.open() as file:
        while offset > 0 and (chunk := file.read(min(CHUNK, offset))):
            line += chunk.count(b"\n")
            offset -= len(chunk)
    return line


def _check_it_is_a_table(chunk: bytes, faults: Faults) -> None:
    start = chunk.removeprefix(BOM).lstrip()
    if not start:
        raise faults.refused_for("The file is empty.")
    for signature, what in SOMETHING_ELSE:
        if start.startswith(signature):
            raise faults.refused_for(f"The file is not a table: it is {what}.", 1)
