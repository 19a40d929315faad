"""The gates. Gate 1 stands between raw and staging, gate 2 between a candidate and its approval, a last one before publication."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg import Connection

from school_support.errors import SupportListError
from school_support.quality.data_docs import write_data_docs
from school_support.quality.fingerprint import fingerprint
from school_support.quality.history import in_history
from school_support.quality.outcome import GateResult, ReleaseVerdict, RuleOutcome
from school_support.quality.record import record
from school_support.quality.rules import Release
from school_support.quality.subjects import frozen_candidate, loaded_releases
from school_support.quality.suites import approval_boundary, candidate_boundaries, raw_boundary
from school_support.warehouse.connection import connect

if TYPE_CHECKING:
    from school_support.quality.adapter import GateRun

# Named in the ledger's reason; the rest stand in quality.rule_result.
URNS_IN_REASON = 10


class GateFailed(SupportListError):
    """A candidate did not pass gate 2 or the one before publication; the message names each rule, the schools and the remedy."""


@in_history("gate", lambda sources: f"gate 1: {', '.join(sources)}")
def accept_loaded(sources: Sequence[str]) -> list[ReleaseVerdict]:
    """Gate 1: run the raw suite over every loaded release of some sources, and accept or quarantine it.

    One release's failure does not stop the others. Killed half-way, the releases without a verdict are still `loaded`
    and the next run judges them.

    Raises:
        SupportListError: a suite is missing or not well written, or the warehouse went away.
    """
    with connect("support_loader", autocommit=True) as connection:
        waiting = loaded_releases(connection, sources)
        if not waiting:
            return []
        from school_support.quality.adapter import GateRun

        with GateRun("support_loader") as run:
            return [_judge(connection, run, release) for release in waiting]


@in_history("gate", lambda candidate_id: f"gate 2: candidate {candidate_id}")
def check_candidate(candidate_id: int) -> GateResult:
    """Gate 2: run all suites over a frozen candidate, record every rule's outcome, and write the Data Docs.

    Raises:
        GateFailed: a critical rule failed, after recording; the last edition stays as it is.
        SupportListError: no such candidate, a suite is missing, or the warehouse went away.
    """
    from school_support.quality.adapter import GateRun

    with connect("support_publisher") as connection:
        candidate = frozen_candidate(connection, candidate_id)
    boundaries = candidate_boundaries(candidate)
    name = f"candidate {candidate_id}, authority {candidate.authority}, list year {candidate.list_year}"
    with GateRun("support_publisher", with_pages=True) as run:
        outcomes = run.check(boundaries)
        data_docs = write_data_docs(run, outcomes, gate="candidate", subject_id=candidate_id, name=name)
    with connect("support_publisher") as connection:
        gate_run_id = record(connection, "candidate", candidate_id, outcomes, data_docs)
    stops = [outcome for outcome in outcomes if outcome.stops]
    if stops:
        raise GateFailed(_refusal(name, stops, data_docs))
    return GateResult(
        candidate_id=candidate_id,
        gate_run_id=gate_run_id,
        passed=True,
        rules=tuple(outcomes),
        warnings=tuple(outcome.said() for outcome in outcomes if outcome.warns),
        data_docs=data_docs,
    )


@in_history("gate", lambda candidate_id: f"before publication: candidate {candidate_id}")
def check_approval(candidate_id: int) -> int:
    """The gate before publication: whether the right candidate was approved, once, by the right person, after gate 2.

    Returns:
        approval_id of the decision that counts.

    Raises:
        GateFailed: a rule failed, after recording; the last edition stays as it is.
        SupportListError: no such candidate, the suite is missing, or the warehouse went away.
    """
    from school_support.quality.adapter import GateRun

    with connect("support_publisher") as connection:
        boundary = approval_boundary(frozen_candidate(connection, candidate_id))
    with GateRun("support_publisher") as run:
        outcomes = run.check([boundary])
    with connect("support_publisher") as connection:
        record(connection, "approval", candidate_id, outcomes, None)
        stops = [outcome for outcome in outcomes if outcome.stops]
        if not stops:
            [(approval_id,)] = connection.execute(
                "select approval_id from publication.approval where candidate_id = %s", (candidate_id,)
            ).fetchall()
            return int(approval_id)
    failed = "\n".join(outcome.said() for outcome in stops)
    raise GateFailed(f"Candidate {candidate_id} cannot be published; the last edition stays.\n{failed}")


def _judge(connection: Connection, run: GateRun, release: Release) -> ReleaseVerdict:
    outcomes = run.check([raw_boundary(release)])
    stops = [outcome for outcome in outcomes if outcome.stops]
    data_docs = _data_docs(release) if stops else None
    reason = _reason(release, stops) if stops else None
    # Asked for by itself, because PostgreSQL reads on one core alone for a statement that writes.
    taken = None if stops else connection.execute(fingerprint(release.source, release.release_id)).fetchone()
    # The verdict and the ledger together or not at all: a kill between them would leave a release judged twice.
    with connection.transaction():
        record(connection, "raw", release.release_id, outcomes, data_docs)
        connection.execute(
            "update landing.release set status = %s, reason = %s, rows_fingerprint = %s where release_id = %s and status = 'loaded'",
            ("quarantined" if stops else "accepted", reason, taken[0] if taken else None, release.release_id),
        )
    return ReleaseVerdict(
        release_id=release.release_id,
        source=release.source,
        file_name=release.file_name,
        accepted=not stops,
        reason=reason,
        warnings=tuple(outcome.said(URNS_IN_REASON) for outcome in outcomes if outcome.warns),
        data_docs=data_docs,
    )


def _data_docs(release: Release) -> Path:
    """The pages of a release that failed. What they show of a rule costs more than whether it holds, so it is asked only here."""
    from school_support.quality.adapter import GateRun

    name = f"release {release.release_id}, {release.file_name}"
    with GateRun("support_loader", with_pages=True) as run:
        outcomes = run.check([raw_boundary(release)])
        return write_data_docs(run, outcomes, gate="raw", subject_id=release.release_id, name=name)


def _reason(release: Release, stops: Sequence[RuleOutcome]) -> str:
    failed = "\n".join(outcome.said(URNS_IN_REASON) for outcome in stops)
    return f"{release.file_name} did not pass gate 1, and nothing of it is used.\n{failed}"


def _refusal(name: str, stops: Sequence[RuleOutcome], data_docs: Path) -> str:
    rules = "1 critical rule" if len(stops) == 1 else f"{len(stops)} critical rules"
    failed = "\n".join(outcome.said() for outcome in stops)
    return f"{name[0].upper()}{name[1:]}: {rules} failed; nothing is published.\n{failed}\nAll results: {data_docs}"
