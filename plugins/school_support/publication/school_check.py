"""The school check: schools see their draft letter, and may name an error or new evidence until a day; each is answered.

A comment itself changes nothing. What it shows comes in as better data or as a panel decision, and the list is proposed
again; the check of the list year goes on under the new candidate.
"""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from datetime import date
from typing import Literal

from psycopg import Connection
from psycopg.rows import class_row

from school_support.errors import SupportListError
from school_support.publication.deadline import last_day, terms_of
from school_support.warehouse.connection import connect

Kind = Literal["factual_error", "new_evidence"]
Outcome = Literal["upheld", "partly_upheld", "not_upheld"]
CHECKS = (
    "select school_check_id, candidate_id, authority, list_year, opened_on, closes_on, working_days "
    "from publication.school_check"
)


@dataclass(frozen=True)
class SchoolCheck:
    """An open or closed window. Comments received after `closes_on` are late."""

    school_check_id: int
    candidate_id: int
    authority: str
    list_year: int
    opened_on: date
    closes_on: date
    working_days: int


@dataclass(frozen=True)
class SchoolStatus:
    """Where a school stands: whether its draft letter was sent, what it said, and what became of it."""

    urn: str
    school_name: str
    tier_name: str
    sent_on: date | None
    comment_id: int | None
    kind: str | None
    received_on: date | None
    outcome: str | None
    decided_on: date | None
    stands: str


def open_check(candidate_id: int, opened_on: date, person: str | None = None) -> SchoolCheck:
    """Open the window for the schools of a candidate; the same candidate again gives the window that it has.

    The window has the authority's school_check_days, of days in term that are no bank holiday.

    Raises:
        SupportListError: no such candidate, its gate did not pass but for the people still to be heard, or the
            authority has no number of days.
    """
    with connect("support_publisher") as connection:
        found = connection.execute(
            "select authority, list_year, setting.school_check_days from publication.candidate "
            "left join seeds.authority_setting as setting using (authority) where candidate_id = %s",
            (candidate_id,),
        ).fetchone()
        if found is None:
            raise SupportListError(f"There is no candidate {candidate_id}.")
        authority, list_year, days = found
        if days is None:
            raise SupportListError(f"Authority {authority} has no school_check_days in authority_setting.csv.")
        known = check_of(connection, authority, list_year, candidate_id)
        if known is not None:
            return known
        _refuse_unsound(connection, candidate_id)
        closes_on = last_day(opened_on, days, terms_of(connection, authority))
        connection.execute(
            "insert into publication.school_check (candidate_id, authority, list_year, opened_on, closes_on, working_days, "
            "opened_by) values (%s, %s, %s, %s, %s, %s, %s)",
            (candidate_id, authority, list_year, opened_on, closes_on, days, person or getpass.getuser()),
        )
        made = check_of(connection, authority, list_year, candidate_id)
        assert made is not None  # noqa: S101  # just inserted
        return made


def check_of(
    connection: Connection, authority: str, list_year: int, candidate_id: int | None = None
) -> SchoolCheck | None:
    """The newest window of a list year, or that of one candidate; none if there is none."""
    with connection.cursor(row_factory=class_row(SchoolCheck)) as cursor:
        return cursor.execute(
            f"{CHECKS} where authority = %s and list_year = %s and (%s::bigint is null or candidate_id = %s) order by school_check_id desc limit 1",
            (authority, list_year, candidate_id, candidate_id),
        ).fetchone()


def check_of_candidate(candidate_id: int) -> SchoolCheck:
    """The window of a candidate.

    Raises:
        SupportListError: none was opened for it.
    """
    with connect("support_publisher") as connection, connection.cursor(row_factory=class_row(SchoolCheck)) as cursor:
        found = cursor.execute(f"{CHECKS} where candidate_id = %s", (candidate_id,)).fetchone()
    if found is None:
        raise SupportListError(
            f"No school check was opened for candidate {candidate_id}: `support-list school-check open {candidate_id}`."
        )
    return found


def record_comment(
    candidate_id: int, urn: str, kind: Kind, comment: str, received_on: date, *, person: str | None = None
) -> int:
    """Record what a school said about its draft letter.

    Returns:
        comment_id.

    Raises:
        SupportListError: the candidate has no window, the school is not in it, or the day lies outside the window.
    """
    with connect("support_publisher") as connection:
        found = connection.execute(
            "select school_check_id, opened_on, closes_on, "
            "exists (select from publication.support_list as list where list.candidate_id = school_check.candidate_id "
            "and list.urn = %s) from publication.school_check where candidate_id = %s",
            (urn, candidate_id),
        ).fetchone()
        if found is None:
            raise SupportListError(f"No school check was opened for candidate {candidate_id}.")
        school_check_id, opened_on, closes_on, is_listed = found
        if not is_listed:
            raise SupportListError(f"School {urn} is not in the list of candidate {candidate_id}.")
        if not opened_on <= received_on <= closes_on:
            raise SupportListError(
                f"The window was open from {opened_on:%-d %B %Y} to {closes_on:%-d %B %Y}; a comment of "
                f"{received_on:%-d %B %Y} lies outside. What a school says later is new evidence for the panel in the year."
            )
        if not comment.strip():
            raise SupportListError("A comment says something: give its words, or a summary without names of persons.")
        made = connection.execute(
            "insert into publication.school_comment (school_check_id, urn, kind, comment, received_on, recorded_by) "
            "values (%s, %s, %s, %s, %s, %s) returning comment_id",
            (school_check_id, urn, kind, comment, received_on, person or getpass.getuser()),
        ).fetchone()
        assert made is not None  # noqa: S101  # returning gives a row
        return int(made[0])


def answer_comment(
    comment_id: int, outcome: Outcome, reason: str, decided_on: date, *, person: str | None = None
) -> None:
    """Record what became of a comment; one outcome a comment.

    Raises:
        SupportListError: no such comment, it has an outcome, no reason is given, or it is answered before it came.
    """
    if not reason.strip():
        raise SupportListError("An outcome needs its reason: the school is told.")
    with connect("support_publisher") as connection:
        found = connection.execute(
            "select received_on, outcome from publication.school_comment "
            "left join publication.comment_outcome using (comment_id) where comment_id = %s",
            (comment_id,),
        ).fetchone()
        if found is None:
            raise SupportListError(f"There is no comment {comment_id}.")
        received_on, known = found
        if known is not None:
            raise SupportListError(f"Comment {comment_id} was answered already: {known.replace('_', ' ')}.")
        if decided_on < received_on:
            raise SupportListError(f"Comment {comment_id} was received on {received_on}; it cannot be decided before.")
        connection.execute(
            "insert into publication.comment_outcome (comment_id, outcome, reason, decided_on, decided_by) "
            "values (%s, %s, %s, %s, %s)",
            (comment_id, outcome, reason, decided_on, person or getpass.getuser()),
        )


def statuses(candidate_id: int, today: date) -> list[SchoolStatus]:
    """Where each school of a candidate stands, a row a comment and at least one a school; by name."""
    with connect("support_publisher") as connection, connection.cursor(row_factory=class_row(SchoolStatus)) as cursor:
        return cursor.execute(
            """
            select
                list.urn, list.school_name, list.tier_name, sent.sent_on, comment.comment_id, comment.kind, comment.received_on,
                answer.outcome, answer.decided_on,
                case
                    when answer.outcome is not null then 'answered'
                    when comment.comment_id is not null then 'to be answered'
                    when sent.sent_on is null then 'letter not sent'
                    when school_check.closes_on >= %(today)s then 'may comment'
                    else 'no comment'
                end as stands
            from publication.support_list as list
            left join publication.school_check using (candidate_id)
            left join lateral (
                select min(dispatch.sent_on) as sent_on
                from publication.letter
                inner join publication.dispatch using (letter_id)
                where letter.candidate_id = list.candidate_id and letter.urn = list.urn and letter.kind = 'draft'
            ) as sent on true
            left join publication.school_comment as comment
                on comment.school_check_id = school_check.school_check_id and comment.urn = list.urn
            left join publication.comment_outcome as answer using (comment_id)
            where list.candidate_id = %(candidate_id)s
            order by list.school_name, list.urn, comment.comment_id
            """,
            {"candidate_id": candidate_id, "today": today},
        ).fetchall()


def _refuse_unsound(connection: Connection, candidate_id: int) -> None:
    """Nothing goes to schools that the gate stops for another reason than that they were not yet heard."""
    stops = connection.execute(
        "select rule_id from quality.rule_result where not success and severity = 'critical' and gate_run_id = ("
        "select max(gate_run_id) from quality.gate_run where gate = 'candidate' and subject_id = %s) "
        "and rule_id not like 'candidate\\_people.%%' order by rule_id",
        (candidate_id,),
    ).fetchall()
    checked = connection.execute(
        "select from quality.gate_run where gate = 'candidate' and subject_id = %s limit 1", (candidate_id,)
    ).fetchone()
    if checked is None:
        raise SupportListError(f"Candidate {candidate_id} was not checked at gate 2 yet.")
    if stops:
        rules = ", ".join(rule for (rule,) in stops)
        raise SupportListError(
            f"Candidate {candidate_id} failed {rules}: nothing goes to schools before that is mended."
        )
