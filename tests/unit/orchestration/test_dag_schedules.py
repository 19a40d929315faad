"""When the DAGs run, what they have in common, and that Airflow keeps out of the package in its plugins folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from school_support.settings import PROJECT

READ = """
import json, secrets, sys
import pendulum
from airflow.dag_processing.dagbag import DagBag
from airflow import plugins_manager
from airflow.serialization.serialized_objects import DagSerialization
plugins_manager.ensure_plugins_loaded()
bag = DagBag(sys.argv[1])
start, end = pendulum.datetime(2025, 9, 1), pendulum.datetime(2026, 8, 31)
dags = {}
for name, dag in bag.dags.items():
    kept = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    periodic = kept.timetable.can_be_scheduled
    due = [info.run_after for info in kept.iter_dagrun_infos_between(start, end)] if periodic else []
    dags[name] = {
        "due": [moment.in_timezone("Europe/London").format("YYYY-MM-DD HH:mm") for moment in due],
        "catchup": dag.catchup, "max_active_runs": dag.max_active_runs, "doc": dag.doc_md, "start": str(dag.start_date),
        "tasks": {
            task.task_id: {"pool": task.pool, "retries": task.retries, "policy": type(task.retry_policy).__name__,
                           "timeout": task.execution_timeout and task.execution_timeout.total_seconds()}
            for task in dag.tasks
        },
    }
print(json.dumps({"dags": dags, "plugin_errors": plugins_manager.get_import_errors(), "secrets": sys.modules["secrets"].__file__,
    "pages": [app["name"] for app in plugins_manager.get_fastapi_plugins()[0]], "pages_loaded": "school_support.web.app" in sys.modules}))
"""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return read_dags(tmp_path_factory)


def read_dags(tmp_path_factory: pytest.TempPathFactory, **environment: str) -> dict[str, Any]:
    """What a fresh process with these variables makes of all DAG files."""
    done = subprocess.run(
        [sys.executable, "-c", READ, str(PROJECT / "dags")],
        env=os.environ
        | {
            "AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow")),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
            "PYTHONPATH": str(PROJECT / "plugins"),
        }
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_nothing_of_the_package_is_taken_for_a_plugin(read: dict[str, Any]) -> None:
    assert read["plugin_errors"] == {}
    # The package has a module of this name: taken for a plugin, it would stand in for the standard library's.
    assert not Path(read["secrets"]).is_relative_to(PROJECT)


def test_the_officers_pages_are_registered_and_cost_other_processes_nothing(read: dict[str, Any]) -> None:
    assert read["pages"] == ["School support list"]
    assert read["pages_loaded"] is False


def test_the_year_of_the_dags(read: dict[str, Any]) -> None:
    due = {name: dag["due"] for name, dag in read["dags"].items()}
    assert due["assess_schools"] == ["2026-06-30 06:00"]
    assert due["propose_support_list"] == ["2026-07-01 06:00"]
    assert due["publish_support_list"] == []
    assert len(due["ingest_school_register"]) == 364
    assert {moment[-5:] for moment in due["ingest_school_register"]} == {"02:00"}
    assert {moment[-5:] for moment in due["ingest_ofsted_outcomes"]} == {"02:30"}
    assert len(due["ingest_school_returns"]) == 364
    assert {moment[-5:] for moment in due["ingest_school_returns"]} == {"05:00"}
    assert len(due["watch_schools"]) == 364
    assert {moment[-5:] for moment in due["watch_schools"]} == {"06:30"}


def test_a_calendars_days_come_through_airflow(read: dict[str, Any]) -> None:
    """What its runs are is tested beside the timetable; here that Airflow keeps and asks it as it is."""
    results = read["dags"]["ingest_results"]["due"]
    assert results[:3] == ["2025-09-05 03:00", "2025-09-12 03:00", "2025-09-19 03:00"]
    # 15 mornings of each window: October, December, January, February, March, April, July.
    assert len([moment for moment in results if moment[:7] == "2025-10"]) == 15 + 3  # and the Fridays 3, 24 and 31
    assert read["dags"]["remind_of_returns"]["due"] == ["2026-01-02 07:00", "2026-04-10 07:00", "2026-08-04 07:00"]


def test_both_changes_of_the_clock(read: dict[str, Any]) -> None:
    """Each nightly DAG once on 26 October 2025 and on 29 March 2026, at its time in London."""
    for name in ("ingest_school_register", "ingest_ofsted_outcomes", "ingest_school_returns", "watch_schools"):
        due = read["dags"][name]["due"]
        at = due[0][11:]
        for day in ("2025-10-26", "2026-03-29"):
            assert [moment for moment in due if moment.startswith(day)] == [f"{day} {at}"], name


def test_the_october_cycle(tmp_path_factory: pytest.TempPathFactory) -> None:
    due = {
        name: dag["due"]
        for name, dag in read_dags(tmp_path_factory, SUPPORT_LIST_ANNUAL_CYCLE="october")["dags"].items()
    }
    assert due["assess_schools"] == ["2025-10-31 06:00"]
    assert due["propose_support_list"] == ["2025-11-01 06:00"]


def test_no_dag_starts_by_itself_for_the_past(read: dict[str, Any]) -> None:
    for name, dag in read["dags"].items():
        # Several candidates may wait for their approval; publishing itself takes a lock.
        runs = 16 if name == "publish_support_list" else 1
        assert (dag["catchup"], dag["max_active_runs"], dag["start"]) == (False, runs, "None"), name


def test_every_dag_and_task_is_documented_limited_and_retried_alike(read: dict[str, Any]) -> None:
    for name, dag in read["dags"].items():
        assert "*Schedule:*" in dag["doc"], name
        for task_id, task in dag["tasks"].items():
            # A person may take days.
            timeout = None if task_id == "approve_candidate" else 1800
            assert (task["retries"], task["policy"], task["timeout"]) == (2, "RetryOnlyWhatMayPass", timeout), name


def test_builds_queue_for_one_slot(read: dict[str, Any]) -> None:
    builds = {
        f"{name}.{task_id}"
        for name, dag in read["dags"].items()
        for task_id, task in dag["tasks"].items()
        if task["pool"] == "warehouse_build"
    }
    assert builds == {
        "ingest_school_register.stage_sources",
        "ingest_ofsted_outcomes.stage_sources",
        "ingest_results.stage_sources",
        "ingest_school_returns.stage_sources",
        "assess_schools.build_assessment",
        "propose_support_list.take_in_decisions",
        "propose_support_list.find_assessment",
        "watch_schools.build_assessment",
        "maintenance.sweep",
        "maintenance.vacuum_raw",
    }
