"""One file that a publisher says it has."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """What is known of a file before it is fetched.

    `known_from` is None where nothing but the file's own Last-Modified can say it. With `named_by_publisher` the stage
    stands in the name that comes with the file, and `file_name` is only the beginning of the name it is kept under.
    """

    source: str
    address: str
    file_name: str
    coverage: str
    largest_bytes: int
    academic_year: int | None = None
    snapshot_date: dt.date | None = None
    stage: str | None = None
    known_from: dt.date | None = None
    known_from_basis: str | None = None
    named_by_publisher: bool = False


# The first of several that is there is taken; an empty one does not occur.
Choice = tuple[Wanted, ...]
