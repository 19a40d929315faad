"""The mirror: a folder of files and the index that landing reads, added to and never overwritten.

Beside the index stands what each address answered last, so that the next request can be conditional. A file is put in
its place first, then the index, then that note: killed between any two, the next run fetches the file again, finds it
there, and finishes.
"""

from __future__ import annotations

import csv
import fcntl
import io
import json
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from school_support.downloads.publishers import Delivered
from school_support.errors import SupportListError
from school_support.landing.index import INDEX
from school_support.landing.store import sha256_of

COLUMNS = (
    "file",
    "source",
    "academic_year",
    "snapshot_date",
    "stage",
    "known_from",
    "known_from_basis",
    "coverage",
    "sha256",
    "origin",
)
ANSWERS = ".downloads.json"
LOCK = ".downloads.lock"
DRAFTS = ".drafts"
HASH_SHOWN = 8
# Seconds; no download takes a day.
DRAFTS_LAST = 86_400


class Mirror:
    """A mirror folder, made on first use. Several processes may add to it at the same time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / DRAFTS).mkdir(parents=True, exist_ok=True)
        for left in (folder / DRAFTS).iterdir():
            # What a process that was killed had not finished; others may be at work in other containers.
            with suppress(FileNotFoundError):
                if time.time() - left.stat().st_mtime > DRAFTS_LAST:
                    left.unlink()

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """A place for a file that is not yet wanted for sure; removed at the end, whatever happens."""
        path = self.folder / DRAFTS / uuid.uuid4().hex
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def held(self, address: str) -> tuple[dict[str, str] | None, dict[str, str]]:
        """What an address last answered with: its index row, and the conditions under which to ask again.

        None and no conditions, where the file or its row is no longer there.
        """
        answer = self._answers().get(address)
        if answer is None or not (self.folder / answer["file"]).is_file():
            return None, {}
        row = next((row for row in self._index()[1] if row["file"] == answer["file"]), None)
        if row is None:
            return None, {}
        conditions = {"If-None-Match": answer.get("etag"), "If-Modified-Since": answer.get("last_modified")}
        return row, {name: value for name, value in conditions.items() if value}

    def take(self, draft: Path, row: dict[str, str], delivered: Delivered) -> tuple[dict[str, str], bool]:
        """Put a file in its place and enter it in the index, unless the mirror holds these bytes of this source.

        Args:
            draft: the file; moved away if it is new.
            row: the index row without `file` and `sha256`; `file` of it is the name that is wished for.
            delivered: the validators that came with it.

        Returns:
            The row as it stands in the index, and whether it is new.

        Raises:
            SupportListError: the index or the note of answers cannot be read.
        """
        sha256 = sha256_of(draft)
        with self._locked():
            fields, rows = self._index()
            held = next((r for r in rows if r["source"] == row["source"] and r.get("sha256") == sha256), None)
            name = held["file"] if held else self._free_name(f"{row['source']}/{_safe(row['file'])}", sha256)
            entered = held or row | {"file": name, "sha256": sha256}
            if not (self.folder / name).is_file():
                (self.folder / name).parent.mkdir(exist_ok=True)
                draft.replace(self.folder / name)
            if held is None:
                self._write(INDEX, _as_csv(fields, [*rows, entered]))
            answers = self._answers()
            answers[row["origin"]] = {"file": name, "etag": delivered.etag, "last_modified": delivered.last_modified}
            self._write(ANSWERS, json.dumps(answers, indent=1, sort_keys=True))
        return entered, held is None

    def _free_name(self, name: str, sha256: str) -> str:
        """The name, with a piece of the hash where other bytes have it already."""
        path = self.folder / name
        if not path.exists() or sha256_of(path) == sha256:
            return name
        return str(path.with_stem(f"{path.stem}-{sha256[:HASH_SHOWN]}").relative_to(self.folder))

    def _index(self) -> tuple[list[str], list[dict[str, str]]]:
        """Columns and rows of the index; columns of other makers are kept."""
        path = self.folder / INDEX
        if not path.exists():
            return list(COLUMNS), []
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            fields = list(reader.fieldnames or ())
            rows = list(reader)
        if not {"file", "source"} <= set(fields):
            raise SupportListError(
                f"{path} is no index of files: it lacks the columns file and source. Download to another folder."
            )
        return fields + [column for column in COLUMNS if column not in fields], rows

    def _answers(self) -> dict[str, Any]:
        path = self.folder / ANSWERS
        if not path.exists():
            return {}
        try:
            answers: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise SupportListError(
                f"{path} cannot be read ({error}). Delete it: every file is then fetched once more, and none is kept "
                "twice."
            ) from None
        return answers

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, name: str, text: str) -> None:
        draft = self.folder / DRAFTS / f"{uuid.uuid4().hex}-{name}"
        draft.write_text(text, encoding="utf-8", newline="")
        draft.replace(self.folder / name)


def _as_csv(fields: list[str], rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fields, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _safe(name: str) -> str:
    """A publisher's file name without anything that could lead elsewhere."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).lstrip(".") or "file"
