"""Spoil a clean candidate in every way of the list, ask the gate, and count what a rule written for it stopped.

Nothing here uses a rule, a model or a hash of the product's to spoil anything: rows are copied and changed by SQL of its own, as the
database's superuser with triggers off. Each corruption meets the rule that was written for it with all others switched off,
and then the whole gate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psycopg

from gate_score import figures_and_points, people, results_and_inspections, schools_and_releases, tiers_and_reasons
from gate_score.corruption import Corruption
from gate_score.warehouse import Clean
from school_support.publication.freeze import freeze_candidate
from school_support.quality.adapter import GateRun
from school_support.quality.rules import Boundary
from school_support.quality.subjects import frozen_candidate
from school_support.quality.suites import approval_boundary, candidate_boundaries
from school_support.warehouse.connection import connect

CORRUPTIONS: tuple[Corruption, ...] = (
    *schools_and_releases.SCHOOLS, *schools_and_releases.OF_ITSELF, *schools_and_releases.RULES, *schools_and_releases.RELEASES,
    *results_and_inspections.RESULTS, *results_and_inspections.INSPECTIONS, *figures_and_points.FIGURES,
    *figures_and_points.POINTS, *tiers_and_reasons.TIERS, *tiers_and_reasons.DAYS_AND_COST, *tiers_and_reasons.SENTENCES,
    *tiers_and_reasons.MOVES, *people.DECISIONS, *people.SCHOOLS_ASKED, *people.APPROVALS,
)  # fmt: skip
FROZEN = (
    "support_list", "school_risk", "school_indicator", "school", "inspection", "result", "support_fairness", "panel_decision",
)  # fmt: skip


@dataclass(frozen=True)
class Tried:
    """A corruption after it met the gate.

    `changed`: rows that the first statement changed; `alone`: whether its rule stopped it with all others switched off; `others`: the other
    rules that stop it, where the whole gate was asked.
    """

    corruption: Corruption
    changed: int
    alone: bool
    others: tuple[str, ...]

    @property
    def stopped(self) -> bool:
        """Whether rows were changed and the rule written for it stopped them."""
        return self.changed > 0 and self.alone


def false_alarms(run: GateRun, clean: Clean) -> list[str]:
    """The critical rules that fail on the clean candidate; there should be none."""
    return _stopping(run, _boundaries(clean.candidate_id))


def try_all(run: GateRun, clean: Clean, corruptions: Sequence[Corruption], *, whole: bool = False) -> Iterator[Tried]:
    """Each corruption against the rule written for it. Args: whole: then against the whole gate."""
    for corruption in corruptions:
        with spoilt(corruption, clean) as (candidate_id, changed):
            boundaries = _approved(candidate_id) if corruption.room == "approval" else _boundaries(candidate_id)
            alone = bool(_stopping(run, _only(boundaries, corruption.rule)))
            stopping = _stopping(run, boundaries) if whole else []
        yield Tried(corruption, changed, alone, tuple(rule for rule in stopping if rule != corruption.rule))


@contextmanager
def spoilt(corruption: Corruption, clean: Clean) -> Iterator[tuple[int, int]]:
    """(candidate_id, rows changed) of a spoilt candidate, for as long as the block lasts; then all is as it was."""
    with connect("support_admin") as connection:
        connection.execute("set session_replication_role = replica")
        for table in corruption.touches:
            connection.execute(f"create table kept_{table.replace('.', '_')} as table {table}")
        candidate_id = clean.candidate_id
        if corruption.room == "frozen":
            candidate_id = _copied(connection, clean.candidate_id)
        if corruption.room == "approval":
            _approve(connection, candidate_id)
        changed = _apply(connection, corruption, clean, candidate_id)
        if corruption.room == "frozen":
            _hash_anew(connection, corruption, candidate_id)
    try:
        if corruption.room == "marts":
            candidate_id = freeze_candidate(clean.assessment_id, "the builder")
        yield candidate_id, changed
    finally:
        with connect("support_admin") as connection:
            connection.execute("set session_replication_role = replica")
            for table in corruption.touches:
                _put_back(connection, table)
            if candidate_id != clean.candidate_id:
                _remove(connection, candidate_id)


def _apply(connection: psycopg.Connection, corruption: Corruption, clean: Clean, candidate_id: int) -> int:
    places = {"c": candidate_id, "a": clean.assessment_id, "p": clean.previous_candidate_id}
    changed = [connection.execute(statement, places).rowcount for statement in corruption.sql]
    return changed[0]


def _copied(connection: psycopg.Connection, candidate_id: int) -> int:
    """A copy of a candidate with all its rows, under a hash that it does not have."""
    columns = _columns(connection, "publication", "candidate", ("candidate_id", "content_hash"))
    made = connection.execute(
        f"insert into publication.candidate ({columns}, content_hash) select {columns}, md5(random()::text) || md5(random()::text) "
        "from publication.candidate where candidate_id = %s returning candidate_id",
        (candidate_id,),
    ).fetchone()
    assert made is not None
    for table in FROZEN:
        columns = _columns(connection, "publication", table, ("candidate_id",))
        connection.execute(
            f"insert into publication.{table} (candidate_id, {columns}) select %s, {columns} from publication.{table} "
            "where candidate_id = %s",
            (made[0], candidate_id),
        )
    return int(made[0])


def _hash_anew(connection: psycopg.Connection, corruption: Corruption, candidate_id: int) -> None:
    """Whoever edits frozen rows can also write the hash that belongs to them; only one corruption forgets to."""
    if corruption.rule == "candidate.rows_are_what_was_frozen":
        return
    said = frozen_candidate(connection, candidate_id).recomputed_hash
    # A copy that differs in nothing that is hashed would be the clean candidate again.
    connection.execute(
        "update publication.candidate set content_hash = %s where candidate_id = %s and not exists "
        "(select from publication.candidate as other where other.content_hash = %s and other.candidate_id <> %s)",
        (said, candidate_id, said, candidate_id),
    )


def _approve(connection: psycopg.Connection, candidate_id: int) -> None:
    """The candidate passes gate 2 and is approved by another person."""
    connection.execute(
        "insert into quality.gate_run (gate, subject_id, passed, critical_failures, warnings) values ('candidate', %s, true, 0, 0)",
        (candidate_id,),
    )
    connection.execute(
        "insert into publication.approval (candidate_id, content_hash, decision, os_user, demonstration, person) "
        "select candidate_id, content_hash, 'approved', 'root', false, 'the approver' from publication.candidate "
        "where candidate_id = %s",
        (candidate_id,),
    )


def _put_back(connection: psycopg.Connection, table: str) -> None:
    kept = f"kept_{table.replace('.', '_')}"
    schema, name = table.split(".")
    columns = _columns(connection, schema, name, ())
    connection.execute(f"delete from {table}")
    connection.execute(f"insert into {table} ({columns}) overriding system value select {columns} from {kept}")
    connection.execute(f"drop table {kept}")


def _remove(connection: psycopg.Connection, candidate_id: int) -> None:
    for table in (*FROZEN, "candidate"):
        connection.execute(f"delete from publication.{table} where candidate_id = %s", (candidate_id,))


def _columns(connection: psycopg.Connection, schema: str, table: str, without: tuple[str, ...]) -> str:
    found = connection.execute(
        "select column_name from information_schema.columns where table_schema = %s and table_name = %s "
        "and is_generated = 'NEVER' order by ordinal_position",
        (schema, table),
    ).fetchall()
    return ", ".join(name for (name,) in found if name not in without)


def _boundaries(candidate_id: int) -> list[Boundary]:
    with connect("support_publisher") as connection:
        return candidate_boundaries(frozen_candidate(connection, candidate_id))


def _approved(candidate_id: int) -> list[Boundary]:
    with connect("support_publisher") as connection:
        return [approval_boundary(frozen_candidate(connection, candidate_id))]


def _only(boundaries: Sequence[Boundary], rule_id: str) -> list[Boundary]:
    """The boundary of one rule with all others switched off."""
    suite, _, name = rule_id.partition(".")
    found = [
        replace(boundary, rules=[rule for rule in boundary.rules if rule.id == name])
        for boundary in boundaries
        if boundary.suite == suite
    ]
    assert len(found) == 1, f"there is no suite {suite}"
    assert len(found[0].rules) == 1, f"there is no rule {rule_id}"
    return found


def _stopping(run: GateRun, boundaries: Sequence[Boundary]) -> list[str]:
    """The critical rules that fail; one that cannot be evaluated stops the product, but scores nothing here."""
    return [
        outcome.rule_id
        for outcome in run.check(boundaries)
        if outcome.stops and "could not be evaluated" not in (outcome.detail or "")
    ]
