"""Running dbt: one `dbt build` a layer, one build at a time, its results kept as rows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from school_support.errors import SupportListError
from school_support.quality.history import ModelRun, recorded
from school_support.settings import settings
from school_support.warehouse.connection import connect
from school_support.warehouse.lineage import emit_build
from school_support.warehouse.secrets import read_secrets
from school_support.warehouse.staging import recipe, stale_models

# How dbt prints a node that is done, whatever came of it: "11:20:01  12 of 168 OK created sql table model ...".
DONE = re.compile(r"(\d+) of (\d+) (?!START)[A-Z]+ ")
FAILED = {"error", "fail", "runtime error"}
SECONDS_TO_STOP = 30
# dbt does not wait for the disc after each of its hundreds of transactions: a crash may undo the last of them, never a part of
# one, and what says that a build is done is written later, by a transaction that waits for all before it. Statistics of fewer
# sampled rows: taken of every table in every build, they cost more than they taught the planner.
SESSION = "-c synchronous_commit=off -c default_statistics_target=30"


def build(
    select: Sequence[str],
    variables: Mapping[str, object] | None = None,
    on_node: Callable[[int, int], None] = lambda _done, _all: None,
) -> None:
    """Run `dbt build` for the selected layers: seeds, models and data tests, not the unit tests. Waits for other builds.

    Staging that another version of its SQL or seeds made is made anew first.

    Args:
        select: dbt selectors, such as "staging.results".
        variables: dbt vars, such as {"assessment_ids": [3]}.
        on_node: told how many nodes are done, and of how many.

    Raises:
        SupportListError: a model or test failed; the message names each and the folder of the run.
    """
    if stale := stale_models():
        _build([f"+{model}" for model in stale], {}, on_node, "--full-refresh")
    _build(select, variables or {}, on_node)


def _build(
    select: Sequence[str], variables: Mapping[str, object], on_node: Callable[[int, int], None], *options: str
) -> None:
    """One run of dbt in a process of its own, kept in the run history."""
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    folder = settings().runs / run_id
    folder.mkdir(parents=True)
    arguments = ["build", *options, "--exclude-resource-type", "unit_test", "--select", *select]
    command = [sys.executable, "-m", "school_support.warehouse.dbt_alone"]
    with recorded("build", _subject(select, variables), run_id) as run:
        process = subprocess.Popen(
            [*command, *arguments, *_options(variables, folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(),
        )
        lines = []
        assert process.stdout is not None  # noqa: S101  # it is a pipe
        done = 0
        try:
            for line in process.stdout:
                lines.append(line.rstrip())
                if found := DONE.search(line):
                    done += 1
                    on_node(done, int(found[2]))
            process.wait()
        except BaseException:
            # Nobody waits for it any more, as when a task of Airflow has run out of time: the next build must not either.
            _stop(process)
            raise
        results = _results(folder)
        run.models = _models(results)
        failures = _record(run_id, results)
        emit_build(folder, environment())
        if failures or process.returncode != 0:
            said = "\n".join(failures) or "\n".join(lines[-25:])
            raise SupportListError(
                f"dbt build of {', '.join(select)} failed:\n{said}\nThe run's log and artefacts: {folder}. "
                "Nothing was published; mend the cause and run again."
            )


def document() -> Path:
    """Write dbt's documentation as one page, which a browser shows without a network.

    Returns:
        The page, in the state folder.

    Raises:
        SupportListError: dbt could not write it.
    """
    folder = settings().dbt_docs
    folder.mkdir(parents=True, exist_ok=True)
    program = Path(sys.executable).parent / "dbt"
    finished = subprocess.run(
        [
            str(program if program.exists() else shutil.which("dbt") or "dbt"),
            *["docs", "generate", "--static"],
            *_options({}, folder),
        ],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    page = folder / "static_index.html"
    if finished.returncode != 0 or not page.exists():
        said = "\n".join((finished.stdout + finished.stderr).splitlines()[-25:])
        raise SupportListError(f"dbt could not write its documentation:\n{said}\nLog: {folder}")
    return page


def _stop(process: subprocess.Popen[str]) -> None:
    """End dbt: it cancels its statements in the warehouse, unless that takes too long."""
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _options(variables: Mapping[str, object], folder: Path) -> list[str]:
    return [
        "--no-use-colors",
        "--project-dir", str(settings().dbt_project),
        "--profiles-dir", str(settings().dbt_project),
        "--target-path", str(folder),
        "--log-path", str(folder),
        "--vars", json.dumps({"staging_recipe": recipe(), **variables}),
    ]  # fmt: skip


def environment() -> dict[str, str]:
    """Environment of a dbt process: ours, the warehouse's address and passwords, and no usage statistics.

    PostgreSQL is asked for what suits a build (SESSION), beside what the caller asks it for.
    """
    return (
        os.environ
        | read_secrets()
        | {
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DO_NOT_TRACK": "1",
            "PGOPTIONS": f"{os.environ.get('PGOPTIONS', '')} {SESSION}".strip(),
        }
    )


def _subject(select: Sequence[str], variables: Mapping[str, object]) -> str:
    """What a build is about: the layers, and the assessments where it builds some."""
    assessments = variables.get("assessment_ids")
    return ", ".join(select) + (f"; assessments {assessments}" if assessments else "")


def _results(folder: Path) -> list[dict[str, Any]]:
    """What dbt says of every node of a run; nothing where it ended before it began."""
    artefact = folder / "run_results.json"
    return list(json.loads(artefact.read_text())["results"]) if artefact.exists() else []


def _models(results: Sequence[Mapping[str, Any]]) -> list[ModelRun]:
    """The models and seeds among the nodes, with rows and time."""
    found = []
    for result in results:
        kind, _, name = str(result["unique_id"]).split(".", 2)
        if kind in ("model", "seed"):
            rows = (result.get("adapter_response") or {}).get("rows_affected")
            found.append(
                ModelRun(
                    name, result["status"], rows if rows is not None and rows >= 0 else None, result["execution_time"]
                )
            )
    return found


def _record(run_id: str, results: Sequence[Mapping[str, Any]]) -> list[str]:
    """Keep a row for every node of the run in quality.dbt_result; return what failed, in words."""
    with connect("support_transformer") as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into quality.dbt_result (run_id, unique_id, status, failures, seconds, message) "
            "values (%s, %s, %s, %s, %s, %s)",
            [
                (
                    run_id,
                    r["unique_id"],
                    r["status"],
                    r.get("failures"),
                    r["execution_time"],
                    r.get("message"),
                )
                for r in results
            ],
        )
    return [f"  {r['unique_id']}: {r['status']}: {r.get('message')}" for r in results if r["status"] in FAILED]
