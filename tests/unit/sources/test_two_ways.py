"""Plain text is split by Arrow, anything else read record by record: both must give the same rows and faults."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from school_support.sources import delimited
from school_support.sources.reader import FileRefused, ReadFile, read_release

Deliver = Callable[..., Path]

HEADER = "LA,ESTAB,URN,PERCTOT,PPERSABS10"
CELLS = ["4.6", " 4.6", "SUPP", "x", "", "100.1", "7\u00a0", "St Mary\u2019s"]
ENDS = {"LF": "\n", "CRLF": "\r\n"}


def outcome(path: Path, source: str = "dfe_absence") -> tuple[object, ...]:
    try:
        read: ReadFile = read_release(path, source)
    except FileRefused as refusal:
        return refusal.layout, refusal.count, refusal.faults
    return read.layout, read.rows, read.frame.values.tolist()


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("seed", range(30))
def test_both_ways_give_the_same(deliver: Deliver, monkeypatch: pytest.MonkeyPatch, end: str, seed: int) -> None:
    chance = random.Random(seed)
    faulty = seed % 3 == 0
    rows = [
        f"874,{2000 + n},{110000 + n},{chance.choice(CELLS if faulty else CELLS[:3])},{chance.choice(CELLS[:3])}"
        for n in range(chance.randint(1, 400))
    ]
    if seed % 5 == 0:
        rows.insert(
            chance.randrange(len(rows)), chance.choice(["", "874,2000", ",,,,", "874,1,1,1,1,1", 'a,"b"c,1,2,3'])
        )
    content = end.join([HEADER, *rows]) + (end if seed % 2 else "")
    path = deliver(content)
    # Blocks so small that a file has many, of which some are plain and some are not.
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 512)
    monkeypatch.setattr(delimited, "BLOCK_ROWS", 7)
    by_arrow = outcome(path)
    monkeypatch.setattr(delimited.DelimitedTable, "_plain", lambda *_: None)
    assert by_arrow == outcome(path)


QUOTED = [
    '"Fen, School"',
    '"Fen ""New"" School"',
    '""',
    '""""',
    '"""Fen"""',
    '" Fen "',
    '"Fen\r\nSchool"',
    '"Fen\nSchool"',
]
ODD = ['Fen "New" School', 'Fen"', '"Fen" School', ' "Fen, School"', '"', '"""', '"Fen""']


@pytest.mark.parametrize("seed", range(60))
def test_both_ways_give_the_same_of_quoted_cells(deliver: Deliver, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance = random.Random(seed)
    names = ["Fen School", *QUOTED[: None if seed % 3 else 6], *(ODD if seed % 4 == 0 else [])]
    rows = [f"1106{n:02d},147892,{chance.choice(names)},Other," for n in range(90)]
    path = deliver("\n".join(["URN,LinkURN,LinkName,LinkType,LinkEstablishedDate", *rows]) + "\n" * (seed % 2))
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 512)
    by_arrow = outcome(path, "gias_links")
    monkeypatch.setattr(delimited.DelimitedTable, "_plain", lambda *_: None)
    assert by_arrow == outcome(path, "gias_links")


def test_plain_text_goes_through_arrow_alone(deliver: Deliver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited.DelimitedTable, "records", lambda *_: pytest.fail("read record by record"))
    assert read_release(deliver(f'{HEADER}\n874,2215,110683,4.6,"9.2"\n'), "dfe_absence").rows == 1


def test_a_quoted_value_that_spans_blocks_is_one(deliver: Deliver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 64)
    header = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n"
    plain = "".join(f"1106{n:02d},147892,Fen School,Other,\n" for n in range(10))
    name = "Fen\n" * 40 + "School"
    links = f'{header}{plain}110701,147892,"{name}",Other,\n110702,147893,,Other,\n'
    frame = read_release(deliver(links), "gias_links").frame
    assert frame["link_name"].tolist() == ["Fen School"] * 10 + [name, ""]
    assert frame["_line"].tolist() == [*range(2, 12), 12, 53]
