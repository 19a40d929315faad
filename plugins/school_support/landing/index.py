"""The index of a folder of files: `releases.csv`, one row a file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from school_support.errors import SupportListError

INDEX = "releases.csv"
# A file whose index says nothing tells of the real country; the sample's index says "fictional".
ENGLAND = "england"
NEEDED = {"file", "source", "academic_year", "snapshot_date", "stage", "known_from"}
ROW_RULE = re.compile(r"^inspection date \+ (\d+) days$")


@dataclass(frozen=True)
class IndexedFile:
    """What the index says of one file. `sha256` is None where the index does not give it."""

    path: Path
    file_name: str
    source: str
    collection: str
    academic_year: int | None
    snapshot_date: date | None
    stage: str | None
    known_from: date
    known_from_basis: str | None
    row_known_from_days: int | None
    coverage: str | None
    sha256: str | None


def read_index(folder: Path, sources: Sequence[str]) -> Iterator[IndexedFile]:
    """The files of some sources in a folder, in the order of its index.

    Raises:
        SupportListError: there is no index, it lacks a column, or a row cannot be understood (the message names its line).
    """
    path = folder / INDEX
    if not path.is_file():
        raise SupportListError(
            f"{folder} has no {INDEX}. It needs one row a file, with the columns {', '.join(sorted(NEEDED))}; "
            "`support-list sample` writes an example."
        )
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        missing = NEEDED - set(reader.fieldnames or ())
        if missing:
            raise SupportListError(f"{path} lacks the columns {', '.join(sorted(missing))}.")
        for row in reader:
            if row["source"] not in sources:
                continue
            try:
                yield _understood(folder, row)
            except ValueError as error:
                raise SupportListError(f"{path}, line {reader.line_num}, {row['file']}: {error}.") from None


def _understood(folder: Path, row: dict[str, str]) -> IndexedFile:
    path = (folder / row["file"]).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError("the file lies outside the folder")
    if not row["known_from"]:
        raise ValueError("known_from is empty: give the day the file was published")
    rule = row.get("row_known_from_rule") or ""
    matched = ROW_RULE.match(rule)
    if rule and not matched:
        raise ValueError(f"row_known_from_rule {rule!r} is not of the form 'inspection date + N days'")
    return IndexedFile(
        path=path,
        file_name=row["file"],
        source=row["source"],
        collection=row.get("collection") or ENGLAND,
        academic_year=int(row["academic_year"]) if row["academic_year"] else None,
        snapshot_date=date.fromisoformat(row["snapshot_date"]) if row["snapshot_date"] else None,
        stage=row["stage"] or None,
        known_from=date.fromisoformat(row["known_from"]),
        known_from_basis=row.get("known_from_basis") or None,
        row_known_from_days=int(matched.group(1)) if matched else None,
        coverage=row.get("coverage") or None,
        sha256=row.get("sha256") or None,
    )
