from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from school_support.sample.schools import England

from .conftest import ReadTable, Table

DATE = "%d-%m-%Y"
YEARS = range(2018, 2027)


def _register(read: ReadTable, year: int) -> dict[str, dict[str, str]]:
    return {row["URN"]: row for row in read(f"gias/edubasealldata_{year}-06-30.csv")}


def _by_name(read: ReadTable, year: int, name: str) -> list[dict[str, str]]:
    return [row for row in _register(read, year).values() if row["EstablishmentName"].startswith(name)]


@pytest.mark.parametrize("year", YEARS)
def test_status_follows_the_dates(read: ReadTable, year: int) -> None:
    day = dt.datetime(year, 6, 30, tzinfo=dt.UTC)
    for row in _register(read, year).values():
        status = row["EstablishmentStatus (name)"]
        opened, closed = (
            dt.datetime.strptime(row[name], DATE).replace(tzinfo=dt.UTC) if row[name] else None
            for name in ("OpenDate", "CloseDate")
        )
        expected = (
            "Proposed to open"
            if opened and opened > day
            else "Open"
            if closed is None
            else "Closed"
            if closed < day
            else "Open, but proposed to close"
        )
        assert status == expected, row["EstablishmentName"]


def test_a_later_change_is_not_in_an_earlier_register(read: ReadTable) -> None:
    names = {row["EstablishmentName"] for row in _register(read, 2020).values()}
    assert "Osier Park Primary School" in names  # opens nine weeks later: proposed
    assert "Kingsmere Free School" in names
    assert "The Reeds Free School" not in names  # opens a year later
    assert "Osier Junior School" in names


def test_next_september_is_announced_in_june_2026(read: ReadTable) -> None:
    (old,) = _by_name(read, 2026, "Pinder Hill Primary")
    (new,) = _by_name(read, 2026, "Pinder Hill Academy")
    assert (old["EstablishmentStatus (name)"], old["CloseDate"]) == (
        "Open, but proposed to close",
        "31-08-2026",
    )
    assert (new["EstablishmentStatus (name)"], new["OpenDate"]) == ("Proposed to open", "01-09-2026")


def test_a_closed_school_stays_with_its_reason(read: ReadTable) -> None:
    (gone,) = _by_name(read, 2026, "Eelham Low")
    assert (gone["EstablishmentStatus (name)"], gone["CloseDate"], gone["NumberOfPupils"]) == (
        "Closed",
        "31-08-2023",
        "",
    )
    assert gone["ReasonEstablishmentClosed (name)"] == "Closure"


def test_every_urn_stays_in_all_later_registers(read: ReadTable) -> None:
    for year in YEARS[:-1]:
        assert _register(read, year).keys() <= _register(read, year + 1).keys()


def test_names_have_commas_and_curly_apostrophes(folder: Path) -> None:
    content = (folder / "gias/edubasealldata_2026-06-30.csv").read_bytes()
    assert b'"The Pupil Referral Service, Fenmere"' in content
    assert b"\x92" in content


def _links(read: ReadTable, year: int = 2026) -> Table:
    return read(f"gias/links_edubasealldata_{year}-06-30.csv")


def test_every_change_of_urn_has_a_link_in_one_direction_at_least(england: England, read: ReadTable) -> None:
    linked = {frozenset((row["URN"], row["LinkURN"])) for row in _links(read)}
    changes = {
        frozenset((str(school.urn), str(old.urn))) for school in england.establishments for old in school.predecessors
    }
    assert linked == changes


def test_conversions_have_links_in_both_directions_dated_a_day_apart(read: ReadTable) -> None:
    (old,) = _by_name(read, 2026, "Curlew Primary")
    (new,) = _by_name(read, 2026, "Curlew Academy")
    links = {(row["URN"], row["LinkURN"]): row for row in _links(read)}
    there, back = links[old["URN"], new["URN"]], links[new["URN"], old["URN"]]
    assert (there["LinkType"], there["LinkEstablishedDate"]) == ("Successor", "31-08-2018")
    assert (back["LinkType"], back["LinkEstablishedDate"]) == ("Predecessor", "01-09-2018")


def test_link_types_are_those_of_the_real_file_with_their_gaps(read: ReadTable) -> None:
    links = _links(read)
    types = Counter(row["LinkType"] for row in links)
    assert types.keys() == {
        "Predecessor", "Successor", "Predecessor - amalgamated", "Successor - amalgamated",
        "Predecessor - Split School", "Successor - Split School",
        "Predecessor - merged", "Successor - merged",
    }  # fmt: skip
    pairs = {(row["URN"], row["LinkURN"]) for row in links}
    assert any((there, back) not in pairs for back, there in pairs)
    assert any(row["LinkEstablishedDate"] == "" for row in links)


def test_links_are_known_when_the_change_is_near(read: ReadTable) -> None:
    (old,) = _by_name(read, 2026, "Pinder Hill Primary")
    assert [row["LinkEstablishedDate"] for row in _links(read, 2026) if row["URN"] == old["URN"]] == ["31-08-2026"]
    assert not any(row["URN"] == old["URN"] for row in _links(read, 2025))
