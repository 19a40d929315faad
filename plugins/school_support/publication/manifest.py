"""The manifest of an edition: what it was made of, who let it out, and the hash of every row: enough to make it again."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from school_support import __version__
from school_support.landing.freshness import overdue, read_freshness
from school_support.publication.content import row_hashes

# What computes or writes something; another version of one may round or print otherwise.
LIBRARIES = ("dbt-core", "dbt-postgres", "great-expectations", "pandas", "psycopg")
RELEASE_COLUMNS = (
    "release.source, release.collection, release.academic_year, release.snapshot_date, release.stage, release.known_from, "
    "release.known_from_basis, release.row_known_from_days, release.coverage, release.file_name, release.sha256, "
    "release.stored_sha256, release.bytes, release.rows, release.layout, pinned.usage"
)


def canonical(manifest: Mapping[str, Any]) -> bytes:
    """The bytes that are hashed: JSON with sorted keys, no spaces, UTF-8; days, times and amounts as text."""
    return json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str).encode()


def manifest_hash(manifest: Mapping[str, Any]) -> str:
    """sha256 over the canonical bytes."""
    return hashlib.sha256(canonical(manifest)).hexdigest()


def make_manifest(
    connection: Connection,
    candidate_id: int,
    candidate: Mapping[str, Any],
    approval: Mapping[str, Any],
    replaces: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """What an edition was made of.

    Args:
        candidate: its identity, as publication.edition reads it.
        approval: the decision that lets it out.
        replaces: number, content hash and reason where it corrects an edition.
    """
    setting = _one(
        connection,
        "select budget, day_rate, collection, school_check_days, circulation, circulation_decided_by "
        "from seeds.authority_setting where authority = %s",
        candidate["authority"],
    )
    late: list[str] = []
    if setting:
        late = overdue(read_freshness(connection, setting["collection"], candidate["authority"], candidate["as_at"]))
    chain = _chain(connection, candidate["assessment_id"])
    releases = releases_of_assessment(connection, candidate["assessment_id"])
    return {
        "candidate": dict(candidate),
        "approval": dict(approval),
        "replaces": replaces,
        "gate": _gate(connection, candidate_id),
        "school_check": _school_check(connection, candidate),
        "code_version": __version__,
        "libraries": {name: version(name) for name in LIBRARIES},
        "python": platform.python_version(),
        "postgresql": connection.info.server_version,
        "overdue_sources": late,
        **(setting or {}),
        "assessments": chain,
        "releases": releases,
        "earlier_releases": _earlier_releases(connection, chain, {release["sha256"] for release in releases}),
        "row_hashes": row_hashes(connection, candidate_id),
    }


def releases_of_assessment(connection: Connection, assessment_id: int) -> list[dict[str, Any]]:
    """The releases that an assessment pins, with everything that is needed to load them again from the landing store."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            f"select {RELEASE_COLUMNS}, release.release_id "  # noqa: S608  # a constant
            "from control.assessment_release as pinned inner join landing.release as release using (release_id) "
            "where assessment_id = %s order by source, academic_year, snapshot_date, sha256",
            (assessment_id,),
        ).fetchall()


def _chain(connection: Connection, assessment_id: int) -> list[dict[str, Any]]:
    """The assessments before, oldest first, then the edition's own: each is an input of the next."""
    chain: list[dict[str, Any]] = []
    current: int | None = assessment_id
    while current is not None:
        found = _one(
            connection,
            "select assessment_id, authority, list_year, as_at, decisions_as_at, ruleset, ruleset_hash, purpose, "
            "input_hash, previous_assessment_id from control.assessment where assessment_id = %s",
            current,
        )
        assert found is not None  # noqa: S101  # referenced by a foreign key
        current = found["previous_assessment_id"]
        found["releases"] = {
            release["sha256"]: release["usage"]
            for release in releases_of_assessment(connection, found["assessment_id"])
        }
        chain.insert(0, found)
    return chain


def _earlier_releases(
    connection: Connection, chain: Sequence[Mapping[str, Any]], known: set[str]
) -> list[dict[str, Any]]:
    """Releases that only the assessments before read."""
    earlier: dict[str, dict[str, Any]] = {}
    for assessment in chain[:-1]:
        for release in releases_of_assessment(connection, assessment["assessment_id"]):
            if release["sha256"] not in known:
                earlier.setdefault(release["sha256"], release)
    return [earlier[sha256] for sha256 in sorted(earlier)]


def _gate(connection: Connection, candidate_id: int) -> dict[str, Any] | None:
    gate = _one(
        connection,
        "select gate_run_id, passed, critical_failures, warnings, run_at from quality.gate_run "
        "where gate = 'candidate' and subject_id = %s order by gate_run_id desc limit 1",
        candidate_id,
    )
    if gate is None:
        return None
    rules = connection.execute(
        "select rule_id, severity, success from quality.rule_result where gate_run_id = %s order by rule_id",
        (gate["gate_run_id"],),
    ).fetchall()
    gate["rules"] = [{"rule": rule, "severity": severity, "success": success} for rule, severity, success in rules]
    return gate


def _school_check(connection: Connection, candidate: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "select opened_on, closes_on, working_days, count(comment_id) as comments, count(outcome) as outcomes "
            "from publication.school_check left join publication.school_comment using (school_check_id) "
            "left join publication.comment_outcome using (comment_id) "
            "where authority = %(authority)s and list_year = %(list_year)s "
            "group by school_check_id, opened_on, closes_on, working_days order by opened_on, school_check_id",
            candidate,
        ).fetchall()


def _one(connection: Connection, query: str, key: object) -> dict[str, Any] | None:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, (key,)).fetchone()
