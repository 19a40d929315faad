"""Freeze a candidate: copy an assessment's marts into the insert-only publication tables."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Connection

from school_support.errors import SupportListError
from school_support.publication.content import content_hash
from school_support.publication.tables import FORM, TABLES
from school_support.warehouse.connection import connect

UNHASHED = "0" * 64
# Two tasks that freeze the same assessment at once would make two candidates of the same content.
FREEZE_LOCK = 720_003
# What only looks. A change in the year is proposed anew, as an annual assessment of a later day.
NEVER_PUBLISHED = {"what_if": "a what-if", "backtest": "a backtest", "monitoring": "for monitoring"}


def freeze_candidate(assessment_id: int, person: str | None = None, demonstration: bool = False) -> int:
    """The candidate of a built assessment; the same content again gives the candidate that exists.

    Everything happens in one transaction: a kill leaves no half candidate.

    Args:
        person: who asked for it, as Airflow knows him; none: the operating system's user. May not approve it.
        demonstration: nobody has to be heard and its builder may approve it; its edition says so for ever.

    Raises:
        SupportListError: the assessment does not exist, was never built, is a what-if, a backtest or monitoring, or of a
            backfill that was not completed.
    """
    with connect("support_publisher") as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (FREEZE_LOCK,))
        found = connection.execute(
            "select purpose, built_at from control.assessment where assessment_id = %s", (assessment_id,)
        ).fetchone()
        if found is None:
            raise SupportListError(f"There is no assessment {assessment_id}.")
        purpose, built_at = found
        if purpose in NEVER_PUBLISHED:
            raise SupportListError(
                f"Assessment {assessment_id} is {NEVER_PUBLISHED[purpose]} and can never be published."
            )
        if purpose == "backfill" and not _is_completed(connection, assessment_id):
            raise SupportListError(
                f"Assessment {assessment_id} is of a backfill that was not completed and counts for nothing: see "
                "`support-list backfill list`."
            )
        if built_at is None:
            raise SupportListError(f"Assessment {assessment_id} was never built: run the DAG assess_schools first.")
        with frozen_on_trial(connection, assessment_id) as trial:
            said = content_hash(connection, trial)
        known = connection.execute(
            "select candidate_id from publication.candidate "
            "where assessment_id = %s and content_hash = %s and demonstration = %s",
            (assessment_id, said, demonstration),
        ).fetchone()
        return (
            int(known[0])
            if known
            else _freeze(connection, assessment_id, said, person=person, demonstration=demonstration)
        )


@contextmanager
def frozen_on_trial(connection: Connection, assessment_id: int) -> Iterator[int]:
    """A candidate of a built assessment, gone again when the block ends: to read what it would say.

    Hashed as frozen rows, an assessment, its candidate and its edition have the same hash by construction; and a frozen
    row is never updated, so its hash must be known before it is frozen for good.
    """
    with connection.transaction(force_rollback=True):
        yield _freeze(connection, assessment_id, UNHASHED, person=None, demonstration=False)


def _is_completed(connection: Connection, assessment_id: int) -> bool:
    return (
        connection.execute(
            "select from control.backfill inner join control.backfill_year using (backfill_id) "
            "where assessment_id = %s and status = 'completed'",
            (assessment_id,),
        ).fetchone()
        is not None
    )


def _freeze(
    connection: Connection,
    assessment_id: int,
    said: str,
    *,
    person: str | None,
    demonstration: bool,
) -> int:
    os_user = getpass.getuser()
    made = connection.execute(
        "insert into publication.candidate (assessment_id, authority, authority_name, list_year, as_at, ruleset, "
        "decisions_as_at, content_hash, built_by_os_user, built_by, demonstration, form) "
        "select assessment_id, authority, authority_name, list_year, as_at, assessment.ruleset, decisions_as_at, %s, %s, %s, %s, %s "
        "from control.assessment left join seeds.authority_setting using (authority) where assessment_id = %s "
        "returning candidate_id",
        (said, os_user, person or os_user, demonstration, FORM, assessment_id),
    ).fetchone()
    assert made is not None  # noqa: S101  # returning gives a row
    candidate_id = int(made[0])
    for table in TABLES:
        connection.execute(table.insert(), {"candidate_id": candidate_id, "assessment_id": assessment_id})
    return candidate_id
