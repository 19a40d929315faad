"""Real files with something done to them: each is loaded right or refused with a reason, never loaded wrong.

What "right" means is worked out here without the reader: Python's csv module over the mutated text, cell by cell for the
kept columns. A mutation that leaves the meaning as it was must come back as the unmutated file does; one that changes a
cell must come back as the cell says, or the row or the file must be refused.

The suite tries some; `SUPPORT_LIST_MUTATIONS=500 pytest tests/integration/test_mutated_files.py` tries five hundred.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import random
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from school_support.sources.contract import Layout, load_sources
from school_support.sources.reader import FileRefused, ReadFile, read_release

pytestmark = pytest.mark.real_data
TRIES = int(os.environ.get("SUPPORT_LIST_MUTATIONS", "66"))

FILES = [
    ("dfe_absence", "performance/2016-17/england_abs.csv.gz"),
    ("dfe_absence", "peterborough/2010-11/england_abs.csv"),
    ("dfe_ks2", "performance/2016-17/850_ks2final.csv.gz"),
    ("dfe_ks2", "derived/ks2_perf_2017.csv.gz"),
    ("dfe_ks4", "performance/2016-17/936_ks4final.csv.gz"),
    ("dfe_ks4", "performance/2017-18/england_ks4provisional.csv.gz"),
    ("gias", "gias/edubaseallacademiesandfree_2015-11-14_nonames.csv.gz"),
    ("gias_links", "gias/links_edubasealldata_2015-11-14.csv.gz"),
    ("ofsted_mi", "peterborough/ofsted/ofsted_mi_2013-07-31.csv"),
    ("ofsted_mi", "ofsted/ofsted_mi_latest_2026-02-28_leeds_only.csv"),
    ("ofsted_history", "peterborough/ofsted/ofsted_ratings_history_2005_2020.csv"),
    ("school_information", "peterborough/2018-19/england_school_information.csv"),
    ("dfe_census", "performance/2020-21/england_census.csv.gz"),
]  # fmt: skip


@dataclass
class Table:
    """A delivered file taken apart. `rows` are whole records, the header not among them."""

    text: str
    encoding: str
    header: list[str]
    rows: list[list[str]]

    def joined(self, header: list[str] | None = None, rows: list[list[str]] | None = None) -> bytes:
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\r\n").writerows(
            [header or self.header, *(self.rows if rows is None else rows)]
        )
        return out.getvalue().encode(self.encoding, errors="replace")

    def as_delivered(self) -> bytes:
        return self.text.encode(self.encoding)


@dataclass
class Mutated:
    """`same`: the meaning is that of the unmutated file. `must_refuse`: no reading of it is right."""

    data: bytes
    same: bool = False
    must_refuse: bool = False
    encoding: str | None = None


Mutation = Callable[[Table, Layout, random.Random], Mutated]


def taken_apart(data: bytes) -> Table:
    try:
        text, encoding = data.decode("utf-8-sig"), "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"
    except UnicodeDecodeError:
        text, encoding = data.decode("cp1252"), "cp1252"
    records = [record for record in csv.reader(io.StringIO(text, newline="")) if any(cell.strip() for cell in record)]
    return Table(text, encoding, [header.strip() for header in records[0]], records[1:])


def kept_positions(table: Table, layout: Layout) -> dict[str, int]:
    spellings = {
        name: (column.header, *layout.aliases.get(column.header, ())) for name, column in layout.columns.items()
    }
    return {
        name: table.header.index(spelling)
        for name, column in layout.columns.items()
        for spelling in spellings[name]
        if spelling in table.header and column.scale is None and not column.thousands
    }


# What may happen to a file on its way or at the publisher's.


def flip_bytes(table: Table, layout: Layout, chance: random.Random) -> Mutated:
    data = bytearray(table.as_delivered())
    for _ in range(chance.randint(1, 5)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return Mutated(bytes(data))


def cut_bytes(table: Table, layout: Layout, chance: random.Random) -> Mutated:
    data = table.as_delivered()
    return Mutated(data[: chance.randrange(1, len(data))])


def cut_lines(table: Table, layout: Layout, chance: random.Random) -> Mutated:
    rows = [row for row in table.rows if chance.random() > 0.05]
    return Mutated(table.joined(rows=rows))


def double_lines(table: Table, layout: Layout, chance: random.Random) -> Mutated:
    at = chance.randrange(len(table.rows))
    rows = [*table.rows[: at + 1], *table.rows[at:]]
    return Mutated(table.joined(rows=rows))


def rename_column(table: Table, layout: Layout, chance: random.Random) -> Mutated:
    at = chance.randrange(len(table.header))
    header = [*table.header[:at], table.header[at] + chance.choice([" ", "s", "_18"]), *table.header[at + 1 :]]
    return Mutated(table.joined(header=header), same=True)


def drop_column(table: Table, layout: Layout, chance: random.Random) -> Mutated:
    at = chance.randrange(len(table.header))
    return Mutated(
        table.joined(table.header[:at] + table.header[at + 1 :], [row[:at] + row[at + 1 :] for row in table.rows]),
        must_refuse=True,
    )


def double_column(table: Table, layout: Layout, chance: random.Random) -> Mutated:
    at = chance.randrange(len(table.header))
    return Mutated(
        table.joined(
            [*table.header, table.header[at]], [[*row, row[at] if at < len(row) else ""] for row in table.rows]
        ),
        must_refuse=True,
    )


def shift_headers(table: Table, layout: Layout, chance: random.Random) -> Mutated:
    return Mutated(table.joined(header=[*table.header[1:], table.header[0]]), must_refuse=True)


def swap_headers(table: Table, layout: Layout, chance: random.Random) -> Mutated:
    first, second = chance.sample(range(len(table.header)), 2)
    header = list(table.header)
    header[first], header[second] = header[second], header[first]
    return Mutated(table.joined(header=header), must_refuse=True)


def drop_cells(table: Table, layout: Layout, chance: random.Random) -> Mutated:
    """One cell goes missing in the middle of one row, so that the rest of the row stands one column too far left."""
    rows = list(table.rows)
    whole = [at for at, row in enumerate(rows) if len(row) == len(table.header)]
    at = chance.choice(whole)
    gone = chance.randrange(len(table.header) // 2)
    rows[at] = rows[at][:gone] + rows[at][gone + 1 :]
    return Mutated(table.joined(rows=rows))


def other_encoding(table: Table, layout: Layout, chance: random.Random) -> Mutated:
    encoding = chance.choice(["utf-16", "cp1252", "utf-8", "utf-8-sig"])
    return Mutated(table.text.encode(encoding, errors="replace"), same=True)


def turn_dates(table: Table, layout: Layout, chance: random.Random) -> Mutated:
    turned = re.sub(r"\b(\d\d)([-/])(\d\d)\2(\d{4})\b", r"\3\2\1\2\4", table.text)
    return Mutated(turned.encode(table.encoding), must_refuse=turned != table.text, same=turned == table.text)


def change_cell(to: list[str]) -> Mutation:
    def change(table: Table, layout: Layout, chance: random.Random) -> Mutated:
        rows = list(table.rows)
        at, column = chance.randrange(len(rows)), chance.choice(list(kept_positions(table, layout).values()))
        row = list(rows[at])
        row += [""] * (len(table.header) - len(row))
        row[column] = chance.choice(to)
        rows[at] = row
        return Mutated(table.joined(rows=rows))

    return change


def gzip_bomb(table: Table, layout: Layout, chance: random.Random) -> Mutated:
    packer = zlib.compressobj(9, wbits=31)
    data = packer.compress(table.as_delivered())
    data += packer.compress(b"\r\n" * max(40 * 2**20, 150 * len(data))) + packer.flush()
    return Mutated(data, must_refuse=True)


def zip_bomb(table: Table, layout: Layout, chance: random.Random) -> Mutated:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.csv", table.as_delivered() + b"0" * (80 * 2**20))
    return Mutated(out.getvalue(), must_refuse=True)


def cut_gzip(table: Table, layout: Layout, chance: random.Random) -> Mutated:
    data = gzip.compress(table.as_delivered())
    return Mutated(data[: chance.randrange(3, len(data) - 1)], must_refuse=True)


def repack(table: Table, layout: Layout, chance: random.Random) -> Mutated:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("delivered.csv", table.as_delivered())
    return Mutated(chance.choice([out.getvalue(), gzip.compress(table.as_delivered())]), same=True)


def other_line_ends(table: Table, layout: Layout, chance: random.Random) -> Mutated:
    end = chance.choice(["\n", "\r\n"])
    return Mutated(table.text.replace("\r\n", "\n").replace("\n", end).encode(table.encoding), same=True)


MUTATIONS: dict[str, Mutation] = {
    "bytes flipped": flip_bytes,
    "bytes cut": cut_bytes,
    "lines cut": cut_lines,
    "lines doubled": double_lines,
    "column renamed": rename_column,
    "column dropped": drop_column,
    "column doubled": double_column,
    "headers shifted": shift_headers,
    "headers swapped": swap_headers,
    "cell dropped": drop_cells,
    "other encoding": other_encoding,
    "dates in the other order": turn_dates,
    "code invented": change_cell(["XX", "SUPPRESSED", "Q", "#N/A", "?", "nan"]),
    "number as text": change_cell(["forty-five", "4 5", "45 pupils", "1,234", "12.5.1", "1e3", "\u0664\u0665", "45-"]),
    "formula": change_cell(["=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "+45%+1", "-2+3"]),
    "number out of range": change_cell(["-1", "101%", "1000000000", "-99.9", "999999%"]),
    "gzip bomb": gzip_bomb,
    "zip bomb": zip_bomb,
    "gzip cut off": cut_gzip,
    "packed anew": repack,
    "other line ends": other_line_ends,
}  # fmt: skip

_unmutated: dict[str, tuple[Table, ReadFile, Layout]] = {}


def unmutated(real_data: Path, source: str, file: str) -> tuple[Table, ReadFile, Layout]:
    if file not in _unmutated:
        path = real_data / file
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        read = read_release(path, source)
        layout = next(layout for layout in load_sources()[source].layouts if layout.layout == read.layout)
        _unmutated[file] = (taken_apart(data), read, layout)
    return _unmutated[file]


def cells_of(read: ReadFile, names: list[str]) -> list[tuple[str | None, ...]]:
    return [tuple(row) for row in read.frame[names].itertuples(index=False, name=None)]


def said_by(data: bytes, layout: Layout, names: list[str]) -> list[tuple[str, ...]]:
    """The kept cells of delivered bytes, by Python's csv module alone."""
    table = taken_apart(data)
    at = kept_positions(table, layout)
    width = len(table.header)
    padded = ([*row, *[""] * (width - len(row))] for row in table.rows)
    return [tuple(row[at[name]].strip() for name in names) for row in padded]


def read_or_refusal(path: Path, source: str) -> ReadFile | FileRefused:
    """Whatever else is raised fails the test."""
    try:
        return read_release(path, source)
    except FileRefused as refusal:
        return refusal


@pytest.mark.parametrize("seed", range(TRIES))
def test_a_mutated_file_is_loaded_right_or_refused(real_data: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    # Every kind of mutation comes in turn; the file and the place are left to chance.
    kind = list(MUTATIONS)[seed % len(MUTATIONS)]
    source, file = chance.choice(FILES)
    table, original, layout = unmutated(real_data, source, file)
    mutated = MUTATIONS[kind](table, layout, chance)
    path = tmp_path / "mutated.csv"
    path.write_bytes(mutated.data)
    named = f"{kind} in {file}"

    read = read_or_refusal(path, source)
    if isinstance(read, FileRefused):
        assert read.count >= 1, named
        assert read.faults[0].message.strip(), named
        assert "mutated.csv" in str(read), named
        assert not (mutated.same and kind in ("packed anew", "other line ends")), f"{named}: {read}"
        return

    assert not mutated.must_refuse, f"{named} was loaded"
    names = list(kept_positions(table, layout))
    loaded = cells_of(read, names)
    if mutated.same:
        assert loaded == cells_of(original, names), f"{named} was loaded as something else"
    else:
        left_out = {fault.line for fault in read.rejected}
        said = said_by(mutated.data, layout, names)
        assert len(loaded) == len(said) - len(left_out), named
        wrong = set(loaded) - set(said)
        assert not wrong, f"{named} was loaded as something else: {sorted(wrong)[:3]}"
    if kind == "cell dropped":
        moved = set(loaded) - set(cells_of(original, names))
        assert not moved, f"{named}: a row was loaded with its cells one column too far left: {moved}"
