"""Gate runs and their rules as rows in `quality`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from psycopg import Connection

from school_support.quality.outcome import RuleOutcome


def record(
    connection: Connection, gate: str, subject_id: int, outcomes: Sequence[RuleOutcome], data_docs: Path | None
) -> int:
    """Insert a gate run with the outcome of every rule; the caller commits.

    Args:
        gate: "raw" (subject_id is a release), "candidate" or "approval" (it is a candidate).

    Returns:
        gate_run_id.
    """
    stops = sum(outcome.stops for outcome in outcomes)
    made = connection.execute(
        "insert into quality.gate_run (gate, subject_id, passed, critical_failures, warnings, data_docs) "
        "values (%s, %s, %s, %s, %s, %s) returning gate_run_id",
        (
            gate, subject_id, stops == 0, stops, sum(outcome.warns for outcome in outcomes),
            str(data_docs) if data_docs else None,
        ),
    ).fetchone()  # fmt: skip
    assert made is not None  # noqa: S101  # returning gives a row
    gate_run_id = int(made[0])
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into quality.rule_result (gate_run_id, rule_id, owner, severity, success, sentence, how_to_resolve, "
            "unexpected_count, unexpected_urns, detail) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    gate_run_id, outcome.rule_id, outcome.owner, outcome.severity, outcome.passed, outcome.sentence,
                    outcome.how_to_resolve, outcome.unexpected_count, list(outcome.urns), outcome.detail,
                )
                for outcome in outcomes
            ],
        )  # fmt: skip
    return gate_run_id
