"""Freeze a candidate: copy an assessment's marts into the insert-only publication tables."""

from __future__ import annotations

import getpass

from psycopg import Connection

from school_support.errors import SupportListError
from school_support.publication.content import content_hash
from school_support.publication.tables import FORM, TABLES
from school_support.warehouse.connection import connect

UNHASHED = "0" * 64
# Two tasks that freeze the same assessment at once would make two candidates of the same content.
FREEZE_LOCK = 720_003
NEVER_PUBLISHED = ("what_if", "backtest")


def freeze_candidate(assessment_id: int, person: str | None = None, demonstration: bool = False) -> int:
    """The candidate of a built assessment; the same content again gives the candidate that exists.

    Everything happens in one transaction: a kill leaves no half candidate.

    Args:
        person: who asked for it, as Airflow knows him; none: the operating system's user. May not approve it.
        demonstration: nobody has to be heard and its builder may approve it; its edition says so for ever.

    Raises:
        SupportListError: the assessment does not exist, was never built, or is a what-if or a backtest.
    """
    with connect("support_publisher") as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (FREEZE_LOCK,))
        found = connection.execute(
            "select assessment.authority, setting.authority_name, list_year, as_at, assessment.ruleset, decisions_as_at, "
            "purpose, built_at "
            "from control.assessment left join seeds.authority_setting as setting using (authority) "
            "where assessment_id = %s",
            (assessment_id,),
        ).fetchone()
        if found is None:
            raise SupportListError(f"There is no assessment {assessment_id}.")
        *identity, purpose, built_at = found
        if purpose in NEVER_PUBLISHED:
            raise SupportListError(
                f"Assessment {assessment_id} is a {purpose.replace('_', '-')} and can never be published."
            )
        if built_at is None:
            raise SupportListError(f"Assessment {assessment_id} was never built: run the DAG assess_schools first.")
        # Hashed as frozen rows, so that the hash of a candidate and of an edition are the same by construction. The
        # rows go in under a trial candidate first, because a frozen row is never updated.
        with connection.transaction(force_rollback=True):
            trial = _freeze(connection, assessment_id, identity, UNHASHED, person=person, demonstration=demonstration)
            said = content_hash(connection, trial)
        known = connection.execute(
            "select candidate_id from publication.candidate "
            "where assessment_id = %s and content_hash = %s and demonstration = %s",
            (assessment_id, said, demonstration),
        ).fetchone()
        return (
            int(known[0])
            if known
            else _freeze(connection, assessment_id, identity, said, person=person, demonstration=demonstration)
        )


def _freeze(
    connection: Connection,
    assessment_id: int,
    identity: list[object],
    said: str,
    *,
    person: str | None,
    demonstration: bool,
) -> int:
    os_user = getpass.getuser()
    made = connection.execute(
        "insert into publication.candidate (assessment_id, authority, authority_name, list_year, as_at, ruleset, "
        "decisions_as_at, content_hash, built_by_os_user, built_by, demonstration, form) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning candidate_id",
        (assessment_id, *identity, said, os_user, person or os_user, demonstration, FORM),
    ).fetchone()
    assert made is not None  # noqa: S101  # returning gives a row
    candidate_id = int(made[0])
    for table in TABLES:
        connection.execute(table.insert(), {"candidate_id": candidate_id, "assessment_id": assessment_id})
    return candidate_id
