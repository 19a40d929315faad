"""Records what was written for a list: the files of an edition, and each school's letter."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from school_support.warehouse.connection import connect


@dataclass(frozen=True, slots=True)
class WrittenLetter:
    """A letter that lies in a file. `addressed_to`: offices; `file_name`: relative to the state folder."""

    urn: str
    kind: str
    addressed_to: str
    file_name: str
    sha256: str


def record_files(edition_id: int, files: Mapping[str, bytes]) -> None:
    """Record an edition's files, by name relative to its folder; the same content again adds nothing."""
    rows = [
        {"edition": edition_id, "name": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in files.items()
    ]
    with connect("support_publisher") as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into publication.output_file (edition_id, name, sha256, bytes) "
            "values (%(edition)s, %(name)s, %(sha256)s, %(bytes)s) on conflict do nothing",
            rows,
        )


def record_letters(candidate_id: int, edition_id: int | None, letters: Sequence[WrittenLetter]) -> None:
    """Record letters of a candidate, or of the edition that it became; the same letter again adds nothing."""
    with connect("support_publisher") as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into publication.letter (candidate_id, edition_id, urn, kind, addressed_to, file_name, sha256) "
            "values (%(candidate)s, %(edition)s, %(urn)s, %(kind)s, %(addressed_to)s, %(file_name)s, %(sha256)s) "
            "on conflict do nothing",
            [asdict(letter) | {"candidate": candidate_id, "edition": edition_id} for letter in letters],
        )
