"""What officers of Fenmere wrote about its schools; the notes stand in a small table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from school_support.sample.fenmere import read_table
from school_support.sample.layouts import LOCAL_INTELLIGENCE, Row
from school_support.sample.schools import England

DATE = "%d/%m/%Y"  # as a spreadsheet set to British dates saves it


@dataclass(frozen=True)
class Delivery:
    """The notes that arrived together on a day."""

    received: dt.date
    schools: int
    rows: list[Row]


def note_deliveries(england: England) -> Iterator[Delivery]:
    """The deliveries in the order of their receipt; notes of one delivery in the order of the table."""
    urns = {school.plan.key: school.urn for school in england.of(england.authorities[0])}
    notes = list(read_table("notes"))
    for received in sorted({note["received"] for note in notes}):
        mine = [note for note in notes if note["received"] == received]
        yield Delivery(
            dt.date.fromisoformat(received),
            len({note["key"] for note in mine}),
            [LOCAL_INTELLIGENCE.row(_values(note, urns[note["key"]])) for note in mine],
        )


def _values(note: dict[str, str], urn: int) -> dict[str, str]:
    return {
        "URN": str(urn),
        "Date of note": dt.date.fromisoformat(note["written"]).strftime(DATE),
        "Category": note["category"],
        "Concern": note["concern"],
        "Note": note["note"],
        "Author (role)": note["author"],
        "Expires on": dt.date.fromisoformat(note["expires"]).strftime(DATE),
    }
