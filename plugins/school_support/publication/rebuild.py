"""Make an edition again from the landing store and its manifest alone, in a warehouse of its own, and hash it.

`rebuild` starts this module as a process with an empty state folder, so that nothing of the running warehouse is read.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import Connection

from school_support.assessment.prepare import build_assessments
from school_support.assessment.rulesets import hash_of
from school_support.errors import SupportListError
from school_support.landing.ingest import load_landed
from school_support.publication.content import content_hash, row_hashes
from school_support.publication.freeze import frozen_on_trial
from school_support.quality.gate import accept_loaded
from school_support.settings import settings
from school_support.sources.contract import load_sources
from school_support.warehouse import embedded
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build
from school_support.warehouse.migrate import migrate

RELEASE_COLUMNS = (
    "source", "collection", "academic_year", "snapshot_date", "stage", "known_from", "known_from_basis",
    "row_known_from_days", "coverage", "file_name", "sha256", "stored_sha256", "bytes",
)  # fmt: skip
ASSESSMENT_COLUMNS = (
    "authority", "list_year", "as_at", "decisions_as_at", "ruleset", "ruleset_hash", "purpose", "input_hash",
)  # fmt: skip


@dataclass(frozen=True)
class Rebuilt:
    """The rebuilt list: its content hash, and each frozen table's hashes by school."""

    content_hash: str
    row_hashes: dict[str, dict[str, str]]


def rebuild(manifest: Mapping[str, Any], landing: Path, on_step: Callable[[str], None] = lambda _: None) -> Rebuilt:
    """Rebuild an edition in a temporary warehouse, which is removed afterwards.

    Args:
        manifest: the edition's.
        landing: the landing store, read only.
        on_step: told in a few words what begins.

    Raises:
        SupportListError: a file of the store is missing, a release is no longer accepted, a ruleset has other rows than
            the edition's, or a build failed; the message is that of the step.
    """
    home = Path(tempfile.mkdtemp(prefix="support-list-rebuild-"))
    # The server runs as an account of its own that must be able to reach its folder.
    home.chmod(0o755)
    try:
        (home / "landing").symlink_to(landing.resolve(), target_is_directory=True)
        (home / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SUPPORT_LIST_")}
        process = subprocess.Popen(
            [sys.executable, "-m", __spec__.name, str(home / "manifest.json")],
            env=kept | {"SUPPORT_LIST_HOME": str(home), "SUPPORT_LIST_PROJECT": str(settings().project)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None  # noqa: S101  # it is a pipe
        said = ""
        for line in process.stdout:
            if line.startswith("step "):
                on_step(line.removeprefix("step ").strip())
            elif line.startswith("{"):
                said = line
        _, errors = process.communicate()
        if process.returncode != 0 or not said:
            raise SupportListError(f"The edition could not be made again: {errors.strip()[-2000:]}")
        return Rebuilt(**json.loads(said))
    finally:
        shutil.rmtree(home, ignore_errors=True)


def main(path: Path) -> None:
    """Rebuild from a manifest in this process's own state folder; prints steps and, last, the hashes as JSON."""
    manifest = json.loads(path.read_text(encoding="utf-8"))
    try:
        _step("starting PostgreSQL")
        embedded.start()
        migrate()
        releases = _restore_releases([*manifest["releases"], *manifest.get("earlier_releases", [])])
        sources = sorted(load_sources())
        _step("reading the files")
        load_landed(sources)
        _step("gate 1")
        accept_loaded(sources)
        _refuse_lost()
        _step("staging")
        build(["resource_type:seed", "staging"])
        _step("assessing")
        with connect("support_transformer") as connection:
            assessments = _restore_assessments(connection, manifest["assessments"], releases)
        build_assessments(assessments)
        _step("comparing")
        form = manifest["candidate"]["form"]
        with connect("support_publisher") as connection, frozen_on_trial(connection, assessments[-1]) as trial:
            rebuilt = Rebuilt(content_hash(connection, trial, form), row_hashes(connection, trial, form))
        print(json.dumps(rebuilt.__dict__), flush=True)
    finally:
        embedded.remove()


def _restore_releases(releases: list[dict[str, Any]]) -> dict[str, int]:
    """Enter the releases in the ledger as landed; release_id by sha256."""
    columns, places = ", ".join(RELEASE_COLUMNS), ", ".join(f"%({name})s" for name in RELEASE_COLUMNS)
    with connect("support_loader") as connection:
        for release in sorted(releases, key=lambda release: release["release_id"]):
            connection.execute(
                f"insert into landing.release ({columns}, status) values ({places}, 'landed')",  # noqa: S608  # constants
                release,
            )
        return dict(connection.execute("select sha256, release_id from landing.release").fetchall())


def _refuse_lost() -> None:
    with connect("support_loader") as connection:
        lost = connection.execute(
            "select coalesce(reason, file_name) from landing.release where status <> 'accepted' order by release_id"
        ).fetchall()
    if lost:
        reasons = "\n".join(reason for (reason,) in lost)
        raise SupportListError(f"Releases of the edition are not accepted today:\n{reasons}")


def _restore_assessments(
    connection: Connection, assessments: list[dict[str, Any]], releases: Mapping[str, int]
) -> list[int]:
    """Enter the edition's assessment and those before it, with what each pinned; their new numbers, oldest first."""
    columns, places = ", ".join(ASSESSMENT_COLUMNS), ", ".join(f"%({name})s" for name in ASSESSMENT_COLUMNS)
    numbers: dict[int, int] = {}
    for assessment in assessments:
        now = hash_of(assessment["ruleset"])
        if assessment["ruleset_hash"] and now != assessment["ruleset_hash"]:
            raise SupportListError(
                f"Ruleset {assessment['ruleset']} has other rows in this checkout than in the edition. Check out the code "
                "version that the manifest names."
            )
        made = connection.execute(
            f"insert into control.assessment ({columns}, previous_assessment_id) values ({places}, %(previous)s) "  # noqa: S608
            "returning assessment_id",
            {**assessment, "previous": numbers.get(assessment["previous_assessment_id"])},
        ).fetchone()
        assert made is not None  # noqa: S101  # returning gives a row
        numbers[assessment["assessment_id"]] = made[0]
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into control.assessment_release (assessment_id, release_id, usage) values (%s, %s, %s)",
                [(made[0], releases[sha256], usage) for sha256, usage in assessment["releases"].items()],
            )
    return list(numbers.values())


def _step(what: str) -> None:
    print(f"step {what}", flush=True)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except SupportListError as error:
        sys.exit(str(error))
