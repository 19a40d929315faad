"""Ending components with all they started, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from school_support.orchestration.supervisor import end, end_recorded, identity, read_record, write_record

# A component with a worker in its own process group and a task in another: what the scheduler looks like.
COMPONENT = """
import subprocess, sys, time
sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
print(subprocess.Popen(sleep).pid, subprocess.Popen(sleep, process_group=0).pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def component() -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    process = subprocess.Popen(
        [sys.executable, "-c", COMPONENT], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    children = [int(pid) for pid in process.stdout.readline().split()]
    yield process, children
    end([process.pid])
    process.stdout.close()
    process.wait()


def living(pids: list[int]) -> list[int]:
    alive = [pid for pid in pids if psutil.pid_exists(pid)]
    return [pid for pid in alive if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]


def test_a_component_ends_with_its_workers_and_tasks(component: tuple[subprocess.Popen[str], list[int]]) -> None:
    process, children = component
    assert len(living([process.pid, *children])) == 3
    end([process.pid])
    assert living([process.pid, *children]) == []


def test_what_a_killed_component_left_behind_ends_too(component: tuple[subprocess.Popen[str], list[int]]) -> None:
    process, children = component
    recorded = identity(process.pid)
    process.kill()
    process.wait()
    assert living(children) == children
    end_recorded([recorded])
    assert living(children) == []


def test_a_process_that_got_the_id_of_a_recorded_one_is_left_alone(
    component: tuple[subprocess.Popen[str], list[int]],
) -> None:
    process, children = component
    end_recorded([identity(process.pid) | {"created": time.time() - 3600}])
    assert living([process.pid, *children]) == [process.pid, *children]


def test_the_record_is_read_as_written(tmp_path: Path) -> None:
    assert read_record(tmp_path) == {}
    write_record(tmp_path, {"port": 1234, "processes": [identity(os.getpid())]})
    assert read_record(tmp_path)["port"] == 1234
    assert list(tmp_path.iterdir()) == [tmp_path / "running.json"]
