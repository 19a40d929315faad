"""What the orchestration costs: a night without anything new and the parsing of DAG files, both against empty DAGs, and a whole
dbt build in one task against Cosmos, which makes tasks of every model.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from unittest.mock import patch

from measure import PROJECT, Case, Figure
from warehouse import psql, take_in, warehouse

if TYPE_CHECKING:
    from school_support.orchestration.client import AirflowClient

DBT_DAGS = Path(__file__).parent / "airflow_dags"
AUTHORITY, LIST_YEAR, AS_AT = "999", 2027, date(2026, 6, 30)
# How many tasks each has, one after the other.
NIGHT = {"ingest_school_register": 4, "ingest_ofsted_outcomes": 4, "ingest_school_returns": 5, "watch_schools": 4}
# In the holidays, when nothing becomes known or falls due from one night to the next.
FIRST_NIGHT = date(2026, 8, 10)
NOTHING = '''"""As many tasks as {like} has, one after the other, which do nothing."""

from airflow.sdk import chain, dag, task


@dag(schedule=None)
def {name}() -> None:
    @task
    def nothing() -> None:
        pass

    chain(*(nothing.override(task_id=f"nothing_{{number}}")() for number in range({tasks})))


{name}()
'''
BUILT = ("seeds", "staging", "intermediate", "marts")


def nothing_new(folder: Path, rounds: int) -> list[Figure]:
    """Nights one day apart after the one that took the sample in; a list is published, so that there are schools to watch.

    A run is timed as Airflow does, from its start to its end.
    """
    from school_support.orchestration.local import LocalAirflow
    from school_support.orchestration.main_job import run_main_job
    from school_support.sample import write_sample

    with _own_python(), _project(folder) as dags, warehouse(folder / "home"):
        for dag, tasks in NIGHT.items():
            _write_nothing(dags, dag, tasks)
        sample = folder / "home" / "sample"
        write_sample(sample)
        run_main_job(sample, AUTHORITY, LIST_YEAR, AS_AT, on_step=print, on_task=lambda _: None)
        with LocalAirflow(on_step=print) as airflow:
            # The first night has news since the list, and builds what the watch compares with it.
            _night(airflow.client, FIRST_NIGHT)
            nights = [_night(airflow.client, FIRST_NIGHT + timedelta(days=1 + number)) for number in range(rounds)]
    figures = [
        Figure(
            dag,
            "empty tasks",
            [night[dag] for night in nights],
            [night[_like(dag)] for night in nights],
            amount=f"{tasks} tasks",
        )
        for dag, tasks in NIGHT.items()
    ]
    whole = Figure(
        "a night without anything new",
        "DAGs with as many empty tasks, in the same Airflow",
        [sum(seconds) for seconds in zip(*(figure.ours for figure in figures), strict=True)],
        [sum(seconds) for seconds in zip(*(figure.peer for figure in figures), strict=True)],
        most=1.5,
        amount=f"{len(NIGHT)} DAGs, {sum(NIGHT.values())} tasks",
    )
    return [whole, *figures]


def dag_parsing(folder: Path, rounds: int) -> list[Figure]:
    """As Airflow's DAG processor reports it, file by file, and `airflow dags reserialize`, which reads all in one process."""
    from school_support.orchestration.environment import airflow_environment, ensure_secrets

    ours, empty = PROJECT / "dags", folder / "empty"
    empty.mkdir()
    for file in sorted(ours.glob("*.py")):
        _write_nothing(empty, file.stem, 1)
    parsed: dict[Path, list[dict[str, float]]] = {ours: [], empty: []}
    whole: dict[Path, list[float]] = {ours: [], empty: []}
    with _own_python(), warehouse(folder / "home"):
        ensure_secrets()
        environment = airflow_environment("http://127.0.0.1:8080", scheduled=False)
        _airflow(environment, "db", "migrate")
        for number in range(rounds):
            for dags in (ours, empty):
                one_by_one = {
                    "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
                    "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
                }
                started = time.perf_counter()
                _airflow(environment | one_by_one, "dags", "reserialize")
                whole[dags].append(time.perf_counter() - started)
                _airflow(environment | one_by_one, "dag-processor", "--num-runs", "1")
                parsed[dags].append(_parse_seconds(dags))
            print(f"  round {number + 1}: {whole[ours][-1]:.1f} s against {whole[empty][-1]:.1f} s", flush=True)
    medians = {name: median(seconds[name] for seconds in parsed[ours]) for name in parsed[ours][0]}
    return [
        Figure(
            "parsing the DAG files",
            "as many files with an empty DAG",
            [sum(seconds.values()) for seconds in parsed[ours]],
            [sum(seconds.values()) for seconds in parsed[empty]],
            most=1.3,
            amount=f"{len(medians)} files, each in a process of its own",
            bound_by=f"slowest is {max(medians, key=lambda name: medians[name])}, {1000 * max(medians.values()):.0f} ms",
        ),
        Figure(
            "airflow dags reserialize",
            "as many files with an empty DAG",
            whole[ours],
            whole[empty],
            most=1.3,
            amount=f"{len(medians)} files in one process, with its start",
        ),
    ]


def dbt_in_airflow(folder: Path, rounds: int) -> list[Figure]:
    """Seeds, staging, intermediate models and marts of an assessment with their data tests, from nothing but the raw tables."""
    from school_support.assessment.prepare import prepare_assessment
    from school_support.orchestration.local import LocalAirflow
    from school_support.sample import write_sample
    from school_support.sources.contract import load_sources

    write_sample(folder / "sample")
    with _project(folder) as dags, warehouse(folder / "home"):
        take_in(folder / "sample", sorted(load_sources()))
        assessment = prepare_assessment(AUTHORITY, LIST_YEAR, AS_AT, "annual")
        for file in DBT_DAGS.glob("*.py"):
            shutil.copy(file, dags)
        manifest = _manifest(folder / "target")
        parameters = {"BENCH_ASSESSMENT": str(assessment), "BENCH_MANIFEST": str(manifest)}
        # Cosmos keeps there what dbt has parsed.
        parameters["TMPDIR"] = str(folder / "temporary")
        (folder / "temporary").mkdir()
        seconds: dict[str, list[float]] = {"build_in_one_task": [], "build_with_cosmos": []}
        made = []
        with (
            patch.dict(os.environ, parameters),
            LocalAirflow(on_step=print) as airflow,
        ):
            for number in range(rounds):
                for dag, taken in seconds.items():
                    _drop_what_dbt_built()
                    taken.append(_run(airflow.client, dag))
                    made.append(_marts())
                    print(f"  round {number + 1}: {dag} {taken[-1]:.0f} s", flush=True)
    assert all(marts == made[0] for marts in made), f"the builds differ: {made}"
    nodes = json.loads(manifest.read_text())["nodes"].values()
    amount = ", ".join(
        f"{sum(node['resource_type'] == kind for node in nodes)} {kind}s" for kind in ("seed", "model", "test")
    )
    return [
        Figure(
            "dbt build of an assessment in Airflow",
            "Cosmos 1.15.1: local, dbtRunner, from a manifest, tests after each model",
            seconds["build_in_one_task"],
            seconds["build_with_cosmos"],
            least=5,
            faster=True,
            amount=amount,
        )
    ]


def _airflow(environment: Mapping[str, str], *arguments: str) -> None:
    """Run a command of Airflow."""
    subprocess.run([sys.executable, "-m", "airflow", *arguments], env=environment, check=True, capture_output=True)


def _parse_seconds(dags: Path) -> dict[str, float]:
    """How long the DAG processor took for each file of a folder when it last read it."""
    from school_support.warehouse.connection import connect

    files = [path.name for path in dags.glob("*.py")]
    with connect("airflow", "airflow") as connection:
        found = connection.execute(
            "select dag_id, last_parse_duration from dag where relative_fileloc = any(%s) and not is_stale", (files,)
        ).fetchall()
    assert len(found) == len(files), f"{dags}: {len(found)} of {len(files)} files were read"
    return {str(dag): float(seconds) for dag, seconds in found}


def _night(client: AirflowClient, day: date) -> dict[str, float]:
    """Seconds of each DAG of a night and of the empty one like it."""
    seconds = {}
    for dag, tasks in NIGHT.items():
        conf = {"as_at": str(day)} if dag == "watch_schools" else {}
        seconds[dag] = _run(client, dag, conf, tasks)
        seconds[_like(dag)] = _run(client, _like(dag), {}, tasks)
    print(f"  {day}: {sum(seconds[dag] for dag in NIGHT):.1f} s", flush=True)
    return seconds


def _run(client: AirflowClient, dag: str, conf: Mapping[str, str] | None = None, tasks: int | None = None) -> float:
    """Run a DAG; the seconds from the start of its run to its success. Asked rarely, because answers cost the tasks time."""
    from school_support.orchestration.runs import FINISHED, read_run, start_run

    run = start_run(client, dag, conf or {})
    while (found := client.get(f"dags/{dag}/dagRuns/{run}"))["state"] not in FINISHED:
        time.sleep(1)
    _, states, messages, _ = read_run(client, dag, run)
    # A run in which everything was skipped has succeeded too.
    assert {state for _, state in states} == {"success"}, f"{dag}: {states}, {messages}"
    assert tasks in (None, len(states)), f"{dag} has {len(states)} tasks, not {tasks}"
    return float(found["duration"])


def _like(dag: str) -> str:
    return f"nothing_like_{dag}"


def _write_nothing(dags: Path, like: str, tasks: int) -> None:
    (dags / f"{_like(like)}.py").write_text(NOTHING.format(like=like, name=_like(like), tasks=tasks))


@contextmanager
def _project(folder: Path) -> Iterator[Path]:
    """A project that is ours but for DAG files that are added to it, for as long as the block lasts; its folder of DAGs."""
    project = folder / "project"
    project.mkdir()
    for name in ("plugins", "dbt_project", "expectations"):
        (project / name).symlink_to(PROJECT / name)
    shutil.copytree(PROJECT / "dags", project / "dags", ignore=shutil.ignore_patterns("__pycache__"))
    with patch.dict(os.environ, {"SUPPORT_LIST_PROJECT": str(project)}):
        yield project / "dags"


@contextmanager
def _own_python() -> Iterator[None]:
    """What is started within the block is started in the environment of the programme, not in that of its peers.

    In theirs Cosmos has registered a plugin, which Airflow would load in every process.
    """
    airflow = find_spec("airflow")
    assert airflow
    assert airflow.origin
    with patch.object(sys, "executable", str(Path(airflow.origin).parents[4] / "bin" / "python")):
        yield


def _manifest(target: Path) -> Path:
    """dbt's manifest of the project."""
    from school_support.settings import settings
    from school_support.warehouse.dbt import environment

    project = str(settings().dbt_project)
    command = [
        sys.executable,
        "-c",
        "from dbt.cli.main import cli; cli()",
        "parse",
        "--project-dir",
        project,
        "--profiles-dir",
        project,
    ]
    command += ["--target-path", str(target), "--log-path", str(target)]
    subprocess.run(command, env=environment(), check=True, stdout=subprocess.DEVNULL)
    return target / "manifest.json"


def _drop_what_dbt_built() -> None:
    """So that every build makes everything, and the marts of one are not taken for those of the next."""
    named = psql(
        "-c",
        f"select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in {BUILT}",
        user="support_transformer",
    ).split()
    if named:
        psql("-c", f"drop table {', '.join(named)}", user="support_transformer")


def _marts() -> dict[str, str]:
    """Rows of every mart, and a hash over the tiers."""
    counts = {
        mart: psql("-c", f"select count(*) from marts.{mart}", user="support_transformer").strip()
        for mart in psql(
            "-c", "select tablename from pg_tables where schemaname = 'marts' order by 1", user="support_transformer"
        ).split()
    }
    tiers = "select md5(string_agg(tier::text, ';' order by urn)) from marts.school_tier as tier"
    return counts | {"tiers": psql("-c", tiers, user="support_transformer").strip()}


CASES = [
    Case("nightly_nothing_new", "A night without anything new, against as many empty tasks", nothing_new),
    Case("dag_parsing", "Parsing our DAG files, against as many with empty DAGs", dag_parsing),
    Case("dbt_in_airflow", "A dbt build in one task, against Cosmos", dbt_in_airflow, rounds=3),
]
