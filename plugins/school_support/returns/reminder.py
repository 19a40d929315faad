"""On the day a term's returns are due: which schools have not sent theirs, as a list to ring round and one message."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from psycopg import Connection

from school_support.publication.terms import ReturnDue, returns_due
from school_support.publication.watch import Message
from school_support.returns.form_layout import year_in_words
from school_support.returns.register import open_schools
from school_support.settings import settings
from school_support.spreadsheet import inert
from school_support.warehouse.connection import connect


@dataclass(frozen=True)
class Reminder:
    """The schools whose return of a term is missing, how many have sent theirs, the list as CSV, and the message."""

    academic_year: int
    term: str
    returned: int
    missing: int
    list: Path
    message: Message


def remind(authority: str, day: date) -> Reminder | None:
    """Write the list of schools whose return of the term that was due last is missing.

    Returns:
        None where nothing is missing or nothing was due yet, and for an authority whose schools returned nothing in
        that school year or the one before: it does not ask for returns.

    Raises:
        SupportListError: the warehouse does not answer.
    """
    due = max((due for due in returns_due(authority) if due.due_on <= day), key=lambda due: due.due_on, default=None)
    if due is None:
        return None
    with connect("support_transformer") as connection:
        schools = _schools(connection, authority, day)
        asked, returned = _returned(connection, due, day)
    if not asked & schools.keys():
        return None
    missing = sorted((name, urn) for urn, name in schools.items() if urn not in returned)
    if not missing:
        return None
    return Reminder(
        due.academic_year,
        due.term,
        len(schools) - len(missing),
        len(missing),
        _write(authority, due, missing),
        _message(due, len(schools), missing),
    )


def _schools(connection: Connection, authority: str, day: date) -> dict[str, str]:
    """Names of the open schools by URN: those that lists are about, where the authority has been assessed by the day."""
    known = open_schools(connection, authority, day)
    if known is None:
        return {}
    if connection.execute("select to_regclass('marts.dim_school')").fetchone() == (None,):
        return dict(known.names)
    in_scope = {
        urn
        for (urn,) in connection.execute(
            """
            select urn from marts.dim_school
            where assessment_id = (
                select assessment_id from control.assessment
                where authority = %s and as_at <= %s and built_at is not null and purpose in ('annual', 'monitoring')
                order by as_at desc, assessment_id desc
                limit 1
            )
            """,
            (authority, day),
        )
    }
    return {urn: name for urn, name in known.names.items() if urn in in_scope or not in_scope}


def _returned(connection: Connection, due: ReturnDue, day: date) -> tuple[set[str], set[str]]:
    """URNs with any return of the school year or the one before, and those with one of the term, received by a day."""
    if connection.execute("select to_regclass('staging.stg_returns__rows')").fetchone() == (None,):
        return set(), set()
    rows = connection.execute(
        """
        select distinct returned.urn, (returned.academic_year, returned.term) = (%(year)s, %(term)s)
        from staging.stg_returns__rows as returned
        inner join landing.release using (release_id)
        where returned.academic_year in (%(year)s, %(year)s - 1) and release.known_from <= %(day)s
        """,
        {"year": due.academic_year, "term": due.term, "day": day},
    ).fetchall()
    return {urn for urn, _ in rows}, {urn for urn, is_of_term in rows if is_of_term}


def _write(authority: str, due: ReturnDue, missing: list[tuple[str, str]]) -> Path:
    folder = settings().inbox.parent / "reminders"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{authority}-{due.academic_year}-{due.term}.csv"
    draft = path.with_suffix(".draft")
    with draft.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("urn", "school_name", "academic_year", "term", "due_on"))
        writer.writerows((urn, inert(name), due.academic_year, due.term, due.due_on) for name, urn in missing)
    draft.replace(path)
    return path


def _message(due: ReturnDue, schools: int, missing: list[tuple[str, str]]) -> Message:
    term = f"{due.term} term of {year_in_words(due.academic_year)}"
    some = "school has" if len(missing) == 1 else "schools have"
    lines = [
        f"Returns for the {term} are due on {due.due_on:%-d %B %Y}. {schools - len(missing)} of {schools} are in.",
        "Remind the schools below; what is still missing tomorrow becomes news in bi.watch_v1.",
        "",
        *(f"- {name} ({urn})" for name, urn in missing),
    ]
    return Message(f"Returns: {len(missing)} {some} not sent the {term}", "\n".join(lines))
