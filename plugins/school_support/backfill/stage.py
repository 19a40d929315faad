"""Build the assessments of a backfill where nothing counts them, and hold each against what stands."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg import Connection

from school_support.assessment.prepare import build_assessments, unbuilt
from school_support.backfill.plan import Request, prepare_years
from school_support.backfill.record import Backfill, read_backfill
from school_support.backfill.standing import Standing, read_standing, tiers_of, tiers_of_assessment
from school_support.errors import SupportListError
from school_support.publication.content import content_hash
from school_support.publication.freeze import frozen_on_trial
from school_support.warehouse.connection import connect

# Held while a backfill's record changes: the same command twice at once is one backfill.
BACKFILL_LOCK = 720_016


@dataclass(frozen=True)
class Move:
    """A school whose tier differs from what stands; none where it is not in that list."""

    list_year: int
    urn: str
    school_name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Staged:
    """A backfill by its number, and whether it was completed before: then there was nothing to do."""

    backfill_id: int
    was_completed: bool


def stage(
    request: Request,
    reason: str,
    requested_by: str | None = None,
    *,
    on_step: Callable[[str], None] = lambda _: None,
    on_node: Callable[[int, int], None] = lambda _done, _all: None,
) -> Staged:
    """Record a backfill, build its assessments in one dbt build, and compare each with what stands for its list year.

    The same request again goes on where it was interrupted, and does nothing where all was done. What was built already,
    by `airflow backfill` for instance, is not built again.

    Args:
        requested_by: who wants it; none: the operating system's user.
        on_step: told in a few words what begins.
        on_node: told how many of dbt's nodes are done, and of how many.

    Raises:
        SupportListError: as `plan` does; the same years are in an open backfill for another reason, or over other files or
            rules; or a build failed.
    """
    if not reason.strip():
        raise SupportListError("Say with --reason why these years are filled in; it stands in the record for good.")
    on_step("Pinning what was known")
    assessments = prepare_years(request)
    with connect("support_publisher") as connection:
        completed = _completed_as(connection, request, assessments)
        if completed is not None:
            return Staged(completed, was_completed=True)
        backfill_id = _record(connection, request, assessments, reason.strip(), requested_by or getpass.getuser())
    with _taken(backfill_id):
        with connect("support_publisher") as connection:
            beside = [read_standing(connection, request.authority, year) for year in request.days]
        with connect("support_transformer") as connection:
            needed = [*assessments, *(one.assessment_id for one in beside if one and one.candidate_id is None)]
            missing = unbuilt(connection, needed)
        if missing:
            on_step(f"Building {len(missing)} assessment{'s' if len(missing) > 1 else ''}")
            build_assessments(missing, on_node=on_node)
        on_step("Comparing")
        with connect("support_publisher") as connection:
            for list_year, assessment_id in zip(request.days, assessments, strict=True):
                _compare(connection, backfill_id, request.authority, list_year, assessment_id)
            connection.execute(
                "update control.backfill set status = 'staged', staged_at = now() where backfill_id = %s",
                (backfill_id,),
            )
    return Staged(backfill_id, was_completed=False)


@contextmanager
def _taken(backfill_id: int) -> Iterator[None]:
    """While this process builds and compares a backfill the same command waits, and nobody completes or cancels it.

    The lock goes with the process, however that ends.

    Raises:
        SupportListError: it was completed or cancelled while this process waited.
    """
    with connect("support_publisher", autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s, %s)", (BACKFILL_LOCK, backfill_id))
        backfill = read_backfill(connection, backfill_id)
        if backfill.ended_at:
            raise SupportListError(f"Backfill {backfill_id} was {backfill.in_words} in the meantime.")
        yield


def refuse_taken(connection: Connection, backfill_id: int) -> None:
    """Take a backfill for this transaction.

    Raises:
        SupportListError: a process is building or comparing it.
    """
    [(free,)] = connection.execute("select pg_try_advisory_xact_lock(%s, %s)", (BACKFILL_LOCK, backfill_id)).fetchall()
    if not free:
        raise SupportListError(f"Backfill {backfill_id} is being built just now: wait until its command has ended.")


def said_by(connection: Connection, assessment_id: int, form: int | None = None) -> str:
    """The content hash that the candidate of a built assessment would have."""
    with frozen_on_trial(connection, assessment_id) as trial:
        return content_hash(connection, trial, form)


def moves(connection: Connection, list_year: int, assessment_id: int, standing: Standing | None) -> list[Move]:
    """The schools that an assessment gives another tier than what stands, by URN; none where nothing stands."""
    if standing is None:
        return []
    before, after = tiers_of(connection, standing), tiers_of_assessment(connection, assessment_id)
    found = []
    for urn in sorted({*before, *after}):
        name = (after.get(urn) or before[urn])[0]
        was, now = before.get(urn, (name, None))[1], after.get(urn, (name, None))[1]
        if was != now:
            found.append(Move(list_year, urn, name, was, now))
    return found


def moves_of(connection: Connection, backfill: Backfill) -> list[Move]:
    """The schools that a staged backfill gives another tier than what stands; none once it has ended."""
    if backfill.status != "staged":
        return []
    return [
        move
        for year in backfill.years
        for move in moves(
            connection,
            year.list_year,
            year.assessment_id,
            read_standing(connection, backfill.authority, year.list_year),
        )
    ]


def _compare(connection: Connection, backfill_id: int, authority: str, list_year: int, assessment_id: int) -> None:
    standing = read_standing(connection, authority, list_year)
    said = said_by(connection, assessment_id)
    moved = moves(connection, list_year, assessment_id, standing)
    # An edition of an earlier form can only be compared in that.
    alike = standing and standing.content_hash == (
        said if standing.candidate_id is None else said_by(connection, assessment_id, standing.form)
    )
    connection.execute(
        """
        update control.backfill_year
        set content_hash = %(said)s, schools = %(schools)s, outcome = %(outcome)s, beside = %(beside)s,
            beside_hash = %(beside_hash)s, moved = %(moved)s
        where backfill_id = %(backfill)s and list_year = %(list_year)s
        """,
        {
            "said": said,
            "schools": len(tiers_of_assessment(connection, assessment_id)),
            "outcome": "new" if standing is None else "same" if alike else "changed",
            "beside": standing and standing.name,
            "beside_hash": standing and standing.content_hash,
            "moved": len(moved) if standing else None,
            "backfill": backfill_id,
            "list_year": list_year,
        },
    )


def _completed_as(connection: Connection, request: Request, assessments: Sequence[int]) -> int | None:
    """The backfill that was completed with these very assessments, if they all still stand."""
    found = connection.execute(
        """
        select max(backfill_id) from control.standing_assessment
        where authority = %s and list_year between %s and %s and assessment_id = any(%s) having count(*) = %s
        """,
        (request.authority, request.first, request.last, list(assessments), len(assessments)),
    ).fetchone()
    return int(found[0]) if found else None


def _record(
    connection: Connection, request: Request, assessments: Sequence[int], reason: str, requested_by: str
) -> int:
    """The open backfill of this request; made if there is none."""
    connection.execute("select pg_advisory_xact_lock(%s)", (BACKFILL_LOCK,))
    values = {**vars(request), "reason": reason, "requested_by": requested_by, "os_user": getpass.getuser()}
    open_one = connection.execute(
        """
        select backfill_id, reason,
            (select array_agg(assessment_id order by list_year) from control.backfill_year as y where y.backfill_id = b.backfill_id)
        from control.backfill as b
        where authority = %(authority)s and first_list_year = %(first)s and last_list_year = %(last)s
            and as_at_day = %(as_at_day)s and ruleset is not distinct from %(ruleset)s and status in ('building', 'staged')
        """,
        values,
    ).fetchone()
    if open_one:
        backfill_id, was_reason, was_assessments = open_one
        if was_assessments != list(assessments):
            raise SupportListError(
                f"Backfill {backfill_id} of these years was begun over other files, rules or past than there are now: "
                f"`support-list backfill cancel {backfill_id}`, then begin again."
            )
        if was_reason != reason:
            raise SupportListError(
                f'Backfill {backfill_id} of these years is open, for the reason "{was_reason}". Say the same reason to go on '
                "with it, or complete or cancel it first."
            )
        return int(backfill_id)
    [(backfill_id,)] = connection.execute(
        """
        insert into control.backfill
            (authority, first_list_year, last_list_year, as_at_day, ruleset, reason, requested_by, os_user)
        values (%(authority)s, %(first)s, %(last)s, %(as_at_day)s, %(ruleset)s, %(reason)s, %(requested_by)s, %(os_user)s)
        returning backfill_id
        """,
        values,
    ).fetchall()
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into control.backfill_year (backfill_id, list_year, assessment_id) values (%s, %s, %s)",
            [(backfill_id, year, number) for year, number in zip(request.days, assessments, strict=True)],
        )
    return int(backfill_id)
