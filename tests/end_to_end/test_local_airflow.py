"""Airflow on this machine: what a user is told, what it leaves alone, and that a kill leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psutil
import pytest

from school_support.errors import SupportListError
from school_support.orchestration.local import LocalAirflow
from school_support.orchestration.runs import TaskProgress, run_dag
from school_support.orchestration.supervisor import read_record
from school_support.settings import PROJECT, settings
from school_support.warehouse.connection import connect

pytestmark = pytest.mark.end_to_end

HOLD = """
import time
from school_support.orchestration.local import LocalAirflow
with LocalAirflow():
    print("ready", flush=True)
    time.sleep(600)
"""
OLD = time.time() - 91 * 24 * 3600


@pytest.fixture(scope="module")
def home(another_warehouse: Callable[[], AbstractContextManager[Path]]) -> Iterator[Path]:
    with another_warehouse() as folder:
        yield folder


def living(processes: list[dict[str, float]]) -> list[int]:
    """Ids of all processes in the sessions of recorded components."""
    sessions = {int(process["pid"]) for process in processes}
    found = []
    for process in psutil.process_iter(["status"]):
        try:
            if os.getsid(process.pid) in sessions and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except ProcessLookupError:
            continue
    return found


def test_everything_that_is_killed_is_gone_and_the_next_run_works(home: Path) -> None:
    """The run, the supervisor and the scheduler die at once: the scheduler's workers are left, with its transaction."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        env=os.environ | {"PYTHONPATH": str(PROJECT / "plugins")},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "ready\n"
    record = read_record(settings().airflow_home)
    api_server, scheduler, dag_processor = (int(process["pid"]) for process in record["processes"])

    with pytest.raises(SupportListError, match=f"process {holder.pid}"), LocalAirflow():
        pass
    for pid in (api_server, scheduler, dag_processor):
        addresses = {c.laddr.ip for c in psutil.Process(pid).net_connections() if c.status == psutil.CONN_LISTEN}
        assert addresses <= {"127.0.0.1"}

    for pid in (int(record["supervisor"]["pid"]), scheduler, holder.pid):
        os.kill(pid, signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    assert {api_server, dag_processor} < set(living(record["processes"]))

    with LocalAirflow() as airflow:
        assert living(record["processes"]) == []
        now = read_record(settings().airflow_home)["processes"]
        assert run_dag(airflow.client, "maintenance").values["vacuum_raw"] == []
    assert living(now) == []


def test_when_only_the_run_is_killed_the_rest_ends_by_itself(home: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        env=os.environ | {"PYTHONPATH": str(PROJECT / "plugins")},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "ready\n"
    record = read_record(settings().airflow_home)
    # The supervisor ends last, and holds the lock until then.
    processes = [*record["processes"], record["supervisor"]]
    assert len(living(processes)) >= len(processes)
    holder.kill()
    holder.wait()
    holder.stdout.close()
    deadline = time.monotonic() + 15
    while living(processes):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_what_a_task_says_is_what_the_user_reads_and_old_folders_go(home: Path) -> None:
    kept, gone, young = (settings().data_docs / name for name in ("candidate-1", "candidate-2", "candidate-3"))
    for folder in (kept, gone, young):
        folder.mkdir(parents=True)
    published_with(str(kept / "index.html"))
    for folder in (kept, gone):
        os.utime(folder, (OLD, OLD))
    told: list[TaskProgress] = []
    with LocalAirflow() as airflow:
        swept = run_dag(airflow.client, "maintenance").values["sweep"]
        assert {item["what"]: item["things"] for item in swept}["folders of dbt runs and Data Docs"] == 1
        with pytest.raises(SupportListError) as stopped:
            run_dag(airflow.client, "publish_support_list", {"candidate_id": 999}, told.append)
    assert (kept.exists(), gone.exists(), young.exists()) == (True, False, True)
    message, where = str(stopped.value).splitlines()
    assert message == "There is no candidate 999."
    assert Path(where.rpartition("Its log: ")[2].rstrip(")")).is_file()
    states = [(task.task_id, task.state, task.try_number) for task in told]
    assert ("approve_candidate", "failed", 1) in states
    assert all(state != "up_for_retry" for _, state, _ in states)


def published_with(data_docs: str) -> None:
    """An edition whose candidate's gate wrote these Data Docs."""
    with connect("support_admin") as connection:
        connection.execute(
            """
            with assessment as (
                insert into control.assessment (authority, list_year, as_at, decisions_as_at, ruleset, purpose, input_hash)
                values ('999', 2020, '2019-06-30', '2019-06-30', 'r', 'annual', 'h') returning assessment_id
            ), candidate as (
                insert into publication.candidate (assessment_id, authority, authority_name, list_year, as_at, ruleset,
                    content_hash, built_by_os_user, form)
                select assessment_id, '999', 'F', 2020, '2019-06-30', 'r', repeat('0', 64), 'b', 2 from assessment
                returning candidate_id, content_hash
            ), gate as (
                insert into quality.gate_run (gate, subject_id, passed, critical_failures, warnings, data_docs)
                select 'candidate', candidate_id, true, 0, 0, %s from candidate
            ), approval as (
                insert into publication.approval (candidate_id, content_hash, decision, os_user, demonstration)
                select candidate_id, content_hash, 'approved', 'a', false from candidate returning approval_id
            )
            insert into publication.edition (authority, list_year, edition, candidate_id, content_hash, approval_id,
                demonstration, manifest)
            select '999', 2020, 1, candidate_id, content_hash, approval_id, false, '{}' from candidate, approval
            """,
            (data_docs,),
        )
