"""A person's decision on a candidate that passed its gate."""

from __future__ import annotations

import getpass

from school_support.errors import SupportListError
from school_support.warehouse.connection import connect


def record_decision(candidate_id: int, decision: str, note: str | None = None, demonstration: bool = False) -> int:
    """Record that the operating-system user who runs this approved or rejected a candidate.

    The row also keeps the database session user. Who built a candidate may not approve it; only a demonstration
    may, and then its edition says so wherever it shows.

    Args:
        decision: "approved" or "rejected".

    Returns:
        approval_id.

    Raises:
        SupportListError: no such candidate, its newest gate run did not pass, or the builder approves his own.
    """
    person = getpass.getuser()
    with connect("support_publisher") as connection:
        found = connection.execute(
            """
            select candidate.content_hash, candidate.built_by_os_user, gate_run.passed
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
        content_hash, builder, passed = found
        if decision == "approved":
            if not passed:
                raise SupportListError(
                    f"Candidate {candidate_id} has not passed gate 2, so nobody can approve it. "
                    "`support-list status` names the rules that failed."
                )
            if person == builder and not demonstration:
                raise SupportListError(
                    f"{person} built candidate {candidate_id} and so cannot approve it: another person must."
                )
        made = connection.execute(
            "insert into publication.approval (candidate_id, content_hash, decision, os_user, demonstration, note) "
            "values (%s, %s, %s, %s, %s, %s) returning approval_id",
            (candidate_id, content_hash, decision, person, demonstration and person == builder, note),
        ).fetchone()
        assert made is not None  # noqa: S101  # returning gives a row
        return int(made[0])


def is_approved(candidate_id: int) -> bool:
    """Whether the newest decision on a candidate is an approval."""
    with connect("support_publisher") as connection:
        found = connection.execute(
            "select decision from publication.approval where candidate_id = %s order by approval_id desc limit 1",
            (candidate_id,),
        ).fetchone()
    return found is not None and found[0] == "approved"
