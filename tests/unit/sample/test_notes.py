from __future__ import annotations

import datetime as dt

import numpy as np

from school_support.sample import names
from school_support.sample.fenmere import read_table
from school_support.sample.schools import England

from .conftest import ReadTable, Table

AS_AT = dt.date(2026, 6, 30)
CATEGORIES = {"finance", "roll", "governance", "complaints", "safeguarding", "leadership", "other"}
WEIGHTS = {"none": 0, "some": 1, "serious": 2}


def _day(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=dt.UTC).date()


def _received(read: ReadTable, index: Table) -> list[tuple[dt.date, dict[str, str]]]:
    return [
        (dt.date.fromisoformat(entry["known_from"]), note)
        for entry in index
        if entry["source"] == "local_intelligence"
        for note in read(entry["file"])
    ]


def test_notes_of_every_category_and_weight_stand_on_about_a_dozen_schools(read: ReadTable, index: Table) -> None:
    notes = [note for _, note in _received(read, index)]
    assert {note["Category"] for note in notes} == CATEGORIES
    assert {note["Concern"] for note in notes} == WEIGHTS.keys()
    assert 12 <= len({note["URN"] for note in notes}) <= 16


def test_one_note_has_expired_and_one_delivery_came_too_late(read: ReadTable, index: Table) -> None:
    received = _received(read, index)
    assert [note["Note"][:18] for day, note in received if _day(note["Expires on"]) < AS_AT] == ["A deficit of two p"]
    assert len({day for day, _ in received}) == 3
    late = [note for day, note in received if day > AS_AT]
    assert late
    # Written in time: only the day of receipt keeps one of them out.
    assert any(_day(note["Date of note"]) <= AS_AT for note in late)


def test_every_note_was_written_before_it_was_received_and_expires_within_three_years(
    read: ReadTable, index: Table
) -> None:
    for day, note in _received(read, index):
        written, expires = _day(note["Date of note"]), _day(note["Expires on"])
        assert written <= day < expires
        assert (expires - written).days <= 1096


def test_every_school_was_open_when_the_note_was_written(read: ReadTable, index: Table, england: England) -> None:
    fenmere = {str(school.urn): school for school in england.of(england.authorities[0])}
    assert all(fenmere[note["URN"]].open_on(_day(note["Date of note"])) for _, note in _received(read, index))


def test_the_graver_the_note_the_worse_the_school(
    read: ReadTable, index: Table, hidden_quality: dict[tuple[str, int], float]
) -> None:
    """Rolls and money fall on good schools too; what officers see of the school's work does not."""
    of_weight: dict[str, list[float]] = {weight: [] for weight in WEIGHTS}
    for _, note in _received(read, index):
        if note["Category"] not in {"roll", "finance"}:
            of_weight[note["Concern"]].append(hidden_quality[note["URN"], 2026])
    none, some, serious = (np.mean(of_weight[weight]) for weight in WEIGHTS)
    assert none > 0.5 > -0.5 > some > serious


def test_a_roll_that_an_officer_calls_falling_does_fall(england: England) -> None:
    schools = {school.plan.key: school.site for school in england.of(england.authorities[0])}
    for note in read_table("notes"):
        if note["category"] == "roll":
            change = schools[note["key"]].roll(2025) / schools[note["key"]].roll(2022) - 1
            assert (change < -0.10) == (note["concern"] != "none"), note["key"]
            assert change > -0.20 or note["concern"] == "serious" or note["key"] == "tower_field_2"


def test_no_note_names_anybody(read: ReadTable, index: Table) -> None:
    for _, note in _received(read, index):
        words = set(note["Note"].replace(".", " ").replace(",", " ").split())
        assert not words & {*names.WOMEN, *names.MEN, *names.SURNAMES, "Mr", "Mrs", "Ms", "Miss", "Dr"}
        assert len(note["Note"]) < 200
