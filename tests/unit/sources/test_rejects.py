"""Single faulty rows are left out up to both limits of the contract; beyond them the file is refused."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from school_support.sources import contract, reader
from school_support.sources.contract import Rejects, Source
from school_support.sources.reader import FileRefused, ReadFile, read_release

Deliver = Callable[..., Path]
HEADER = "LA,ESTAB,URN,PERCTOT,PPERSABS10\n"
LINKS = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n"


@pytest.fixture(autouse=True)
def two_rows_or_one_per_cent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every layout lets two rows and one per cent be left out."""
    limits = Rejects(rows=2, share=Decimal("0.01"))
    sources: dict[str, Source] = {
        name: source.model_copy(
            update={"layouts": tuple(layout.model_copy(update={"reject": limits}) for layout in source.layouts)}
        )
        for name, source in contract.load_sources().items()
    }
    monkeypatch.setattr(reader, "load_sources", lambda: sources)


def absence(faulty: dict[int, str], rows: int = 300) -> str:
    lines = [faulty.get(n, f"874,{2000 + n},{110000 + n},4.6,9.2") for n in range(rows)]
    return HEADER + "\n".join(lines) + "\n"


def test_two_faulty_rows_are_left_out_and_said(deliver: Deliver) -> None:
    content = absence({7: "874,2007,110007,x,y", 100: "874,2100,110100,4.6"})
    read: ReadFile = read_release(deliver(content), "dfe_absence")
    assert read.rows == len(read.frame) == 298
    assert not set(read.frame["urn"]) & {"110007", "110100"}
    # Row 0 stands on line 2.
    assert [(f.line, f.urn, f.column, f.value, f.code) for f in read.rejected] == [
        (9, "110007", "PERCTOT", "x", "not_a_number"),
        (9, "110007", "PPERSABS10", "y", "not_a_number"),
        (102, None, None, None, "field_count"),
    ]


def test_a_third_one_refuses_the_file(deliver: Deliver) -> None:
    faulty = {n: f"874,{2000 + n},{110000 + n},x,9.2" for n in (1, 2, 3)}
    with pytest.raises(FileRefused) as caught:
        read_release(deliver(absence(faulty)), "dfe_absence")
    assert "3 of 300 rows are faulty, where the contract lets at most 2 rows and 1 % be left out." in str(caught.value)


def test_two_of_too_few_rows_refuse_the_file(deliver: Deliver) -> None:
    faulty = {n: f"874,{2000 + n},{110000 + n},x,9.2" for n in (1, 2)}
    assert read_release(deliver(absence(faulty, rows=200)), "dfe_absence").rows == 198
    with pytest.raises(FileRefused, match="2 of 199 rows are faulty"):
        read_release(deliver(absence(faulty, rows=199)), "dfe_absence")


def test_a_faulty_row_that_a_good_one_repeats_does_not_count_as_doubled(deliver: Deliver) -> None:
    content = absence({7: "874,2008,110008,x,9.2"})
    assert read_release(deliver(content), "dfe_absence").frame["urn"].tolist().count("110008") == 1


def test_a_doubled_school_refuses_the_file_whatever_the_limits(deliver: Deliver) -> None:
    # Line 9 is row 7, line 10 row 8, which has the same numbers.
    with pytest.raises(FileRefused, match=r"line 10.* stands on line 9 already"):
        read_release(deliver(absence({7: "874,2008,110008,4.7,9.2"})), "dfe_absence")


def test_a_date_the_other_way_round_puts_the_whole_file_in_doubt(deliver: Deliver) -> None:
    plain = "".join(f"{110000 + n},147892,Fen School,Successor,01-09-2012\n" for n in range(300))
    one_bad = f"{LINKS}{plain}110999,147892,Fen School,Successor,31-02-2012\n"
    assert read_release(deliver(one_bad), "gias_links").rows == 300
    one_turned = f"{LINKS}{plain}110999,147892,Fen School,Successor,08-31-2012\n"
    with pytest.raises(FileRefused, match="day and month may have changed places"):
        read_release(deliver(one_turned), "gias_links")


def test_a_cut_off_file_is_refused_whatever_the_limits(deliver: Deliver) -> None:
    with pytest.raises(FileRefused, match="The file seems cut off"):
        read_release(deliver(absence({})[:-8]), "dfe_absence")
