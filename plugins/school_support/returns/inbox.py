"""The folder that returns are dropped in: each file is taken in, sent back or refused, and answered by a note.

Beside the inbox stand three folders: `answers` (one note a file), `processed` (files taken in) and `returned` (files to
be corrected). A file that looks like a list of pupils goes to none of them: it is deleted. Killed anywhere, it is simply
run again: a file leaves the inbox last of all.
"""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from psycopg import Connection

from school_support.authorities import authority_of
from school_support.clock import LONDON
from school_support.errors import SupportListError
from school_support.landing.index import IndexedFile
from school_support.landing.ingest import land, load_landed
from school_support.landing.store import sha256_of
from school_support.quality.gate import accept_loaded
from school_support.returns import answers
from school_support.returns.answers import Answer
from school_support.returns.door import FROM_SCHOOLS, sheet_names
from school_support.returns.form import Form, is_form, read_form
from school_support.returns.form_layout import SOURCE, year_in_words
from school_support.returns.kinds import UNKNOWN, other_kind
from school_support.returns.pupils import PupilLevelRefused, refuse_pupil_level
from school_support.returns.register import KnownSchools, open_schools
from school_support.settings import settings
from school_support.sources.faults import SHOWN, Fault, FileRefused
from school_support.sources.reader import open_release
from school_support.warehouse.connection import connect
from school_support.warehouse.housekeeping import old_answers

# A file written to so recently may still be on its way.
SETTLED = dt.timedelta(seconds=30)
UNFINISHED = (".part", ".tmp", ".crdownload", ".partial")
# Two runs at once would answer the same file twice.
INBOX_LOCK = 720_005
LONGEST_NAME = 200
BASIS = "day of receipt"


@dataclass(frozen=True)
class InboxSummary:
    """How many files were taken in, sent back for correction and refused; `notes` has the path of every answer."""

    accepted: int
    faults: int
    refused: int
    notes: list[str]


@dataclass
class _Arrived:
    """A file of the inbox; `answer` as soon as there is one, `source` and `form` where it may be taken in."""

    path: Path
    sha256: str
    answer: Answer | None = None
    source: str = ""
    form: Form | None = None


def empty_inbox(received: dt.date | None = None, on_file: Callable[[str], None] = lambda _: None) -> InboxSummary:
    """Take in what lies in the inbox and answer every file.

    What is accepted counts from the day of receipt. Files of earlier runs, and their notes, are deleted `keep_inbox_days` later.

    Args:
        received: the day of receipt; none: today in London.
        on_file: called with the name of each file before it is looked at.

    Raises:
        SupportListError: the authority has no settings, or the warehouse does not answer.
    """
    now = dt.datetime.now(LONDON)
    day = received or now.date()
    settings().inbox.mkdir(parents=True, exist_ok=True)
    _forget(now)
    outcomes: Counter[str] = Counter()
    notes: list[str] = []
    with connect("support_loader", autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", (INBOX_LOCK,))
        waiting = _waiting(now)
        if not waiting:
            return InboxSummary(0, 0, 0, notes)
        authority = settings().authority
        collection = authority_of(authority).collection
        known = open_schools(connection, authority, day)
        arrived = []
        for path in waiting:
            on_file(path.name)
            arrived.append(_look_at(path, day, authority, known))
        for file in arrived:
            if file.source:
                land(connection, _indexed(file, collection, day))
        if any(file.source for file in arrived):
            load_landed(FROM_SCHOOLS)
            accept_loaded(FROM_SCHOOLS)
        for file in arrived:
            answer = file.answer or _answer(connection, file, day)
            _record(connection, file, answer, day)
            notes.append(str(_hand_back(file, answer, day)))
            outcomes[answer.outcome] += 1
    return InboxSummary(outcomes["accepted"], outcomes["faults"], outcomes["refused"], notes)


def put(name: str, content: bytes) -> Path:
    """Put a whole file into the inbox that the next emptying takes in at once.

    A file has to lie still for `SETTLED` before it is touched, because nobody knows whether its sender has finished. Of
    this one we do: it is written under a hidden name, which the inbox passes over, dated back by that time, and renamed.

    Returns:
        Its path; the same name again replaces it.
    """
    settings().inbox.mkdir(parents=True, exist_ok=True)
    draft = settings().inbox / f".{uuid.uuid4().hex}.draft"
    draft.write_bytes(content)
    settled = dt.datetime.now(LONDON).timestamp() - SETTLED.total_seconds()
    os.utime(draft, (settled, settled))
    return draft.replace(settings().inbox / name)


def _waiting(now: dt.datetime) -> list[Path]:
    """Whole files, in the order of their names; no links, nothing hidden, nothing that is still being written."""
    found = []
    for path in sorted(settings().inbox.iterdir()):
        unfinished = path.name.startswith((".", "~$")) or path.suffix.lower() in UNFINISHED
        if path.is_symlink() or not path.is_file() or unfinished:
            continue
        if now.timestamp() - path.stat().st_mtime >= SETTLED.total_seconds():
            found.append(path)
    return found


def _look_at(path: Path, day: dt.date, authority: str, known: KnownSchools | None) -> _Arrived:
    """What a file is, before anything of it is kept."""
    file = _Arrived(path, sha256_of(path))
    contact = settings().returns_contact
    kind = other_kind(path)
    if kind:
        file.answer = answers.wrong_kind(path.name, *kind, day, contact)
        return file
    try:
        refuse_pupil_level(path, path.name)
        if is_form(sheet_names(path, path.name)):
            form = read_form(path, path.name, received=day, authority=authority, known=known)
            if form.faults:
                file.answer = answers.faulty_form(path.name, form.faults, day, contact)
            else:
                file.source, file.form = SOURCE, form
        else:
            file.source = _source_of(path)
    except PupilLevelRefused as refusal:
        # The landing store refuses it once more, and so enters its hash, and nothing else, in the ledger.
        file.source = SOURCE
        file.answer = answers.refused(path.name, refusal.sign, day, contact)
    except FileRefused as refusal:
        if refusal.layout is None and not refusal.shared:
            file.answer = answers.wrong_kind(path.name, *UNKNOWN, day, contact)
        else:
            file.answer = answers.faulty_file(path.name, refusal.faults[:SHOWN], refusal.count, day, contact)
    return file


def _source_of(path: Path) -> str:
    """The source with a layout that the table has; FileRefused of the nearest where there is none."""
    refused: list[FileRefused] = []
    for source in FROM_SCHOOLS:
        try:
            open_release(path, source)
        except FileRefused as refusal:
            refused.append(refusal)
        else:
            return source
    raise max(refused, key=lambda refusal: (refusal.layout is not None, refusal.shared))


def _indexed(file: _Arrived, collection: str, day: dt.date) -> IndexedFile:
    form = file.form
    named = f"refused at the door ({file.sha256[:12]})" if file.answer else file.path.name
    return IndexedFile(
        path=file.path,
        file_name=named,
        source=file.source,
        collection=collection,
        academic_year=int(form.said("academic_year")) if form else None,
        snapshot_date=None,
        stage=None,
        known_from=day,
        known_from_basis=BASIS,
        row_known_from_days=None,
        coverage=_coverage(form) if form else None,
        sha256=None,
    )


def _coverage(form: Form) -> str:
    return f"URN {form.said('urn')}, {form.said('term')} {year_in_words(int(form.said('academic_year')))}"


def _answer(connection: Connection, file: _Arrived, day: dt.date) -> Answer:
    """The note for a file that was landed, by what became of it."""
    contact, name = settings().returns_contact, file.path.name
    release_id, status, reason, rows, coverage = _release(connection, file.sha256)
    if status == "accepted":
        if _answered_before(connection, file.sha256):
            return answers.known_before(name, day, contact)
        if file.form:
            return answers.accepted_form(file.form, day, contact, _earlier(connection, release_id, coverage))
        return answers.accepted_file(name, rows, _left_out(connection, release_id), day, contact)
    faults = connection.execute(
        "select line, column_name, message from landing.fault where release_id = %s order by line", (release_id,)
    ).fetchall()
    if faults:
        shown = [Fault(line, column, None, message) for line, column, message in faults]
        return answers.faulty_file(name, shown, len(shown), day, contact)
    return answers.gate_said(name, reason or f"The file is {status}.", day, contact)


def _answered_before(connection: Connection, sha256: str) -> bool:
    return (
        connection.execute(
            "select from landing.receipt where sha256 = %s and outcome = 'accepted'", (sha256,)
        ).fetchone()
        is not None
    )


def _left_out(connection: Connection, release_id: int) -> list[str]:
    found = connection.execute(
        "select line, column_name, urn, message from quality.rejected_row where release_id = %s order by line",
        (release_id,),
    ).fetchall()
    return [str(Fault(line, column, None, message, urn=urn)) for line, column, urn, message in found]


def _release(connection: Connection, sha256: str) -> tuple[int, str, str | None, int, str | None]:
    found = connection.execute(
        "select release_id, status, reason, coalesce(rows, 0), coverage from landing.release where sha256 = %s",
        (sha256,),
    ).fetchone()
    if found is None:
        raise SupportListError(f"The file with sha256 {sha256} is not in the ledger though it was just landed.")
    return found


def _earlier(connection: Connection, release_id: int, coverage: str | None) -> dt.date | None:
    """The day of the newest earlier return of the same school and term."""
    found = connection.execute(
        "select max(known_from) from landing.release "
        "where source = %s and coverage = %s and status = 'accepted' and release_id < %s",
        (SOURCE, coverage, release_id),
    ).fetchone()
    return found[0] if found else None


def _record(connection: Connection, file: _Arrived, answer: Answer, day: dt.date) -> None:
    refused = answer.outcome == "refused"
    connection.execute(
        """
        insert into landing.receipt (file_name, sha256, bytes, received_on, outcome, faults, release_id)
        values (%s, %s, %s, %s, %s, %s, (select release_id from landing.release where sha256 = %s))
        on conflict do nothing
        """,
        (
            None if refused else file.path.name, file.sha256, file.path.stat().st_size, day, answer.outcome, answer.faults,
            file.sha256,
        ),
    )  # fmt: skip


def _hand_back(file: _Arrived, answer: Answer, day: dt.date) -> Path:
    """Write the note, then take the file out of the inbox; the path of the note."""
    notes = _beside("answers")
    name = _short(file.path)
    # One answer a file: an earlier one of the same name is out of date.
    for outcome in ("accepted", "faults", "refused"):
        (notes / f"{name}.{outcome}.txt").unlink(missing_ok=True)
    note = notes / f"{name}.{answer.outcome}.txt"
    draft = notes / f".{os.getpid()}.draft"
    draft.write_text(answer.text, encoding="utf-8")
    draft.replace(note)
    if answer.outcome == "refused":
        file.path.unlink()
    else:
        folder = _beside("processed" if answer.outcome == "accepted" else "returned")
        # Its age is counted from today, not from the day on which the school last saved it.
        file.path.touch()
        file.path.replace(folder / f"{day} {file.sha256[:8]} {name}")
    return note


def _short(path: Path) -> str:
    """The file's name, cut where a longer one made of it would be too long for a file system."""
    return path.name if len(path.name.encode()) <= LONGEST_NAME else f"{path.stem[:50]}{path.suffix[:10]}"


def _beside(name: str) -> Path:
    folder = settings().inbox.parent / name
    folder.mkdir(exist_ok=True)
    return folder


def _forget(now: dt.datetime) -> None:
    """Delete what earlier runs dealt with and nobody needs any more; the landing store has what was taken in."""
    for name in ("answers", "processed", "returned"):
        _beside(name)
    for path in old_answers(now):
        path.unlink(missing_ok=True)
