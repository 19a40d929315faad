"""The year after a list: what has become known about its schools, compared night by night with the edition.

The monitoring assessment judges the same schools for the same list year under the same ruleset and past as the edition,
with what is known today. It is never published: news change no tier, people do. While nothing new has come in, that of a few
days before serves again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row, dict_row

from school_support.assessment.prepare import input_hash_of, prepare_assessment, read_inputs
from school_support.errors import SupportListError
from school_support.publication import outbox
from school_support.publication.terms import practice_of, returns_due
from school_support.publication.watch_queries import MISSING_RETURNS, NEWS
from school_support.warehouse.connection import connect

WATCH_LOCK = 720_012
# What time alone changes (an inspection falls due, a note runs out, a school closes on a day told of before) is seen within a week.
SERVES_FOR = timedelta(days=6)

# The kinds of news, most urgent first: what the message calls each, and what to do about it.
KINDS = {
    "gate_met": (
        "Now meets a gate",
        "Read the evidence; if the tier no longer fits, propose a correction edition with its reason for the school.",
    ),
    "tier_would_change": (
        "Would have another tier",
        "Ask the panel whether to correct the list now or to wait for the next one.",
    ),
    "report_published": ("New inspection report", "Read the report and tell the school's adviser."),
    "decision_expires": (
        "Panel decision ends",
        "Put the school before the panel again, or let the computed tier stand.",
    ),
    "gate_left": (
        "No longer meets a gate",
        "Note it for the next list; a lower tier within the year is the panel's to decide.",
    ),
    "return_missing": ("Return missing", "Ask the school for its return."),
}


@dataclass(frozen=True)
class News:
    """One thing about one school: its kind, which one (`item`), a sentence, and the day it belongs to."""

    urn: str
    school_name: str
    kind: str
    item: str
    detail: str
    event_date: date


@dataclass(frozen=True)
class Message:
    """What is told to people, plain text."""

    subject: str
    body: str


@dataclass(frozen=True)
class Watched:
    """A comparison: how many news hold on the day, which of them are new, and the one message about these, if any."""

    edition_id: int
    holding: int
    new: tuple[News, ...]
    message: Message | None


def prepare_watch(authority: str, as_at: date) -> int | None:
    """The monitoring assessment of a day, beside the authority's newest list published from knowledge of before that day.

    Without any new release or rule that of a day of the week before is it: on most nights nothing has to be built.

    Returns:
        assessment_id; none where no such list exists.
    """
    with connect("support_publisher") as connection:
        edition = _edition(connection, authority, as_at)
    if edition is None:
        return None
    return _recent(authority, edition, as_at) or prepare_assessment(
        authority,
        edition["list_year"],
        as_at,
        "monitoring",
        ruleset=edition["ruleset"],
        previous=edition["previous_assessment_id"],
        decisions_as_at=as_at,
    )


def _recent(authority: str, edition: dict[str, Any], as_at: date) -> int | None:
    """A built monitoring assessment of the last days over the inputs that one of this day would have."""
    with connect("support_transformer") as connection:
        inputs = read_inputs(
            connection,
            authority,
            edition["list_year"],
            as_at,
            "monitoring",
            ruleset=edition["ruleset"],
            past=input_hash_of(connection, edition["previous_assessment_id"]),
        )
        found = connection.execute(
            """
            select assessment_id from control.assessment
            where authority = %(authority)s and list_year = %(list_year)s and ruleset = %(ruleset)s
                and purpose = %(purpose)s and input_hash = %(input_hash)s
                and as_at between %(earliest)s and %(as_at)s and built_at is not null
            order by as_at desc, assessment_id desc limit 1
            """,
            vars(inputs) | {"earliest": as_at - SERVES_FOR},
        ).fetchone()
    return int(found[0]) if found else None


def record_watch(assessment_id: int, as_at: date) -> Watched:
    """Compare a built monitoring assessment with the edition it stands beside, and keep what is new on a day.

    The same day again finds nothing new. The message about what is new is left to be sent in the same transaction.

    Raises:
        SupportListError: no such monitoring assessment, it was never built, or its edition has been replaced since.
    """
    with connect("support_publisher") as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (WATCH_LOCK,))
        assessment = _assessment(connection, assessment_id)
        edition = _edition(connection, assessment["authority"], as_at)
        if edition is None or any(
            edition[key] != assessment[key] for key in ("list_year", "ruleset", "previous_assessment_id")
        ):
            raise SupportListError(
                f"Assessment {assessment_id} stands beside no current edition of {assessment['authority']}: watch again."
            )
        due = returns_due(assessment["authority"])
        of = {
            **edition,
            "assessment_id": assessment_id,
            "authority": assessment["authority"],
            "as_at": as_at,
            "decision_notice_days": practice_of(assessment["authority"]).decision_notice_days,
            "due_years": [term.academic_year for term in due],
            "due_terms": [term.term for term in due],
            "last_days": [term.last_day for term in due],
            "due_days": [term.due_on for term in due],
        }
        found = [news for query in NEWS.values() for news in _read(connection, query, of)]
        # Returns are read where dbt stages them, which the publisher does not see.
        with connect("support_transformer") as transformer:
            found += _read(transformer, MISSING_RETURNS, of)
        new = _keep(connection, of, found)
        message = _message(of, new)
        if message is not None:
            outbox.put(connection, assessment["authority"], message.subject, message.body)
    return Watched(edition["edition_id"], len(found), tuple(new), message)


def _edition(connection: Connection, authority: str, as_at: date) -> dict[str, Any] | None:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            """
            select edition_id, edition, list_year, candidate_id, candidate.authority_name, candidate.ruleset,
                candidate.as_at as edition_as_at, previous_assessment_id
            from publication.current_edition
            inner join publication.candidate using (candidate_id, authority, list_year)
            inner join control.assessment using (assessment_id, authority, list_year)
            where authority = %s and candidate.as_at < %s
            order by list_year desc limit 1
            """,
            (authority, as_at),
        ).fetchone()


def _assessment(connection: Connection, assessment_id: int) -> dict[str, Any]:
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(
            "select authority, list_year, ruleset, previous_assessment_id, built_at from control.assessment "
            "where assessment_id = %s and purpose = 'monitoring'",
            (assessment_id,),
        ).fetchone()
    if found is None:
        raise SupportListError(f"There is no monitoring assessment {assessment_id}.")
    if found["built_at"] is None:
        raise SupportListError(f"Assessment {assessment_id} was never built.")
    return found


def _read(connection: Connection, query: str, of: dict[str, Any]) -> list[News]:
    with connection.cursor(row_factory=class_row(News)) as cursor:
        return cursor.execute(query, of).fetchall()


def _keep(connection: Connection, of: dict[str, Any], found: Sequence[News]) -> list[News]:
    """Record the run, every news once, and which hold today; return those that were not known."""
    connection.execute(
        "insert into publication.watch_run (edition_id, as_at, assessment_id) values (%(edition_id)s, %(as_at)s, %(assessment_id)s) "
        "on conflict do nothing",
        of,
    )
    new = []
    for news in found:
        values = of | vars(news)
        made = connection.execute(
            """
            insert into publication.watch_event (authority, list_year, edition_id, urn, school_name, kind, item, detail,
                event_date, assessment_id, first_seen_on)
            values (%(authority)s, %(list_year)s, %(edition_id)s, %(urn)s, %(school_name)s, %(kind)s, %(item)s, %(detail)s,
                %(event_date)s, %(assessment_id)s, %(as_at)s)
            on conflict do nothing returning watch_event_id
            """,
            values,
        ).fetchone()
        if made is not None:
            new.append(news)
        connection.execute(
            """
            insert into publication.watch_sighting (watch_run_id, watch_event_id)
            select watch_run_id, watch_event_id
            from publication.watch_run inner join publication.watch_event using (edition_id)
            where edition_id = %(edition_id)s and as_at = %(as_at)s and (urn, kind, item) = (%(urn)s, %(kind)s, %(item)s)
            on conflict do nothing
            """,
            values,
        )
    return new


def _message(of: dict[str, Any], news: Sequence[News]) -> Message | None:
    """One message about all that is new, by kind and school; none without news."""
    if not news:
        return None
    schools = len({item.urn for item in news})
    lines = [
        f"Known by {of['as_at']:%-d %B %Y} and not yet when edition {of['edition']} of list year {of['list_year']} was "
        f"assessed, as at {of['edition_as_at']:%-d %B %Y}. No tier has changed."
    ]
    for kind, (heading, what_to_do) in KINDS.items():
        told = sorted(
            (item for item in news if item.kind == kind), key=lambda item: (item.school_name, item.urn, item.item)
        )
        if told:
            lines += ["", f"{heading}. {what_to_do}"]
            lines += [f"- {item.school_name} ({item.urn}): {item.detail}" for item in told]
    lines += ["", "All news of the year: bi.watch_v1."]
    subject = f"Support list of {of['authority_name']}: news about {schools} school{'s' if schools > 1 else ''}"
    return Message(subject, "\n".join(lines))
