"""A person's decision on a candidate that passed its gate."""

from __future__ import annotations

import getpass
from typing import Literal

from school_support.errors import SupportListError
from school_support.settings import settings
from school_support.warehouse.connection import connect

Channel = Literal["command line", "airflow", "page"]
# Two people who decide on one candidate at the same moment would both be recorded.
DECISION_LOCK = 720_006


def record_decision(
    candidate_id: int,
    decision: Literal["approved", "rejected"],
    note: str | None = None,
    *,
    person: str | None = None,
    channel: Channel = "command line",
    run_id: str | None = None,
) -> int:
    """Record that a person approved or rejected a candidate; a candidate is decided once.

    The row also keeps the operating system's and the database session's user. Who built a candidate may not approve
    it while the setting `four_eyes` is on; only that of a demonstration may, and its edition says so wherever it shows.

    Args:
        note: why; a rejection needs one.
        person: who decides, as Airflow knows him; none: the operating system's user.
        run_id: the Airflow run in which it was decided.

    Returns:
        approval_id; that of the same person's same decision if it stands already.

    Raises:
        SupportListError: no such candidate, its newest gate run did not pass, it was decided otherwise or by another
            person, the builder approves his own, or a rejection without a note.
    """
    os_user = getpass.getuser()
    decider = person or os_user
    if decision == "rejected" and not (note or "").strip():
        raise SupportListError(f"Say why candidate {candidate_id} is rejected: the next one is made to answer it.")
    with connect("support_publisher") as connection:
        connection.execute("select pg_advisory_xact_lock(%s, %s)", (DECISION_LOCK, candidate_id))
        found = connection.execute(
            """
            select candidate.content_hash, candidate.built_by_os_user, candidate.built_by, candidate.demonstration,
                gate_run.passed
            from publication.candidate
            left join lateral (
                select passed from quality.gate_run
                where gate = 'candidate' and subject_id = candidate.candidate_id
                order by gate_run_id desc limit 1
            ) as gate_run on true
            where candidate.candidate_id = %s
            """,
            (candidate_id,),
        ).fetchone()
        if found is None:
            raise SupportListError(f"There is no candidate {candidate_id}.")
        content_hash, built_by_os_user, built_by, demonstration, passed = found
        if decision == "approved" and not passed:
            raise SupportListError(
                f"Candidate {candidate_id} has not passed gate 2, so nobody can approve it. "
                "`support-list status` names the rules that failed."
            )
        builder = built_by or built_by_os_user
        if decision == "approved" and decider == builder and settings().four_eyes and not demonstration:
            raise SupportListError(
                f"{decider} built candidate {candidate_id} and so cannot approve it: another person must."
            )
        earlier = connection.execute(
            "select approval_id, decision, coalesce(person, os_user) from publication.approval where candidate_id = %s "
            "order by approval_id desc limit 1",
            (candidate_id,),
        ).fetchone()
        if earlier is not None:
            if earlier[1:] == (decision, decider):
                return int(earlier[0])
            raise SupportListError(
                f"Candidate {candidate_id} was {earlier[1]} by {earlier[2]}. A candidate is decided once: "
                "propose the list again for another decision."
            )
        made = connection.execute(
            "insert into publication.approval (candidate_id, content_hash, decision, os_user, demonstration, note, person, "
            "channel, run_id) values (%s, %s, %s, %s, %s, %s, %s, %s, %s) returning approval_id",
            (candidate_id, content_hash, decision, os_user, demonstration, note, decider, channel, run_id),
        ).fetchone()
        assert made is not None  # noqa: S101  # returning gives a row
        return int(made[0])


def decision_on(candidate_id: int) -> str | None:
    """The decision on a candidate, "approved" or "rejected"; none if nobody has decided."""
    with connect("support_publisher") as connection:
        found = connection.execute(
            "select decision from publication.approval where candidate_id = %s order by approval_id desc limit 1",
            (candidate_id,),
        ).fetchone()
    return None if found is None else str(found[0])
