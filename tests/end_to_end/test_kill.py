"""Killed with SIGKILL while loading, building and publishing: run again, it ends where an undisturbed run ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from school_support.settings import PROJECT
from school_support.warehouse.connection import connect

pytestmark = pytest.mark.end_to_end
Warehouse = Callable[[], AbstractContextManager[Path]]
MAY, JUNE = "2026-05-31", "2026-06-30"


def start(folder: Path, as_at: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(PROJECT / "tests" / "end_to_end" / "whole_job.py"), str(folder), as_at],
        env=os.environ | {"PYTHONPATH": str(PROJECT / "plugins")},
        start_new_session=True,
    )


def finish(folder: Path, as_at: str) -> None:
    assert start(folder, as_at).wait(timeout=600) == 0


def kill_when(happened: Callable[[], bool], folder: Path, as_at: str) -> None:
    """Start the job and kill it, with everything it started, at the moment something has happened."""
    job = start(folder, as_at)
    deadline = time.monotonic() + 300
    while not happened():
        assert job.poll() is None, "the job ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(job.pid, signal.SIGKILL)
    job.wait()


def one(query: str) -> object:
    with connect("support_admin") as connection:
        row = connection.execute(query).fetchone()  # type: ignore[arg-type]
        return row[0] if row else None


def waits_for_lock() -> bool:
    return one("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and wait_event = 'relation'") != 0


def current_edition() -> object:
    return one("select max(edition) from bi.support_list_v1 having count(*) > 0")


@pytest.fixture(scope="module")
def undisturbed(small_sample: Path, another_warehouse: Warehouse) -> object:
    with another_warehouse():
        finish(small_sample, JUNE)
        return one("select content_hash from bi.edition_v1")


def test_killed_while_loading_building_and_publishing(
    small_sample: Path, undisturbed: object, another_warehouse: Warehouse
) -> None:
    with another_warehouse():
        # The loader stops at a table that somebody else has locked, in the middle of the files.
        finish(small_sample, MAY)
        assert current_edition() == 1
        with connect("support_admin") as blocker:
            blocker.execute("truncate raw.gias_links")
            blocker.execute("update landing.release set status = 'landed' where source = 'gias_links'")
            blocker.commit()
            blocker.execute("lock table raw.gias_links in exclusive mode")
            kill_when(waits_for_lock, small_sample, JUNE)
        assert one("select count(*) from raw.gias_links") == 0
        assert current_edition() == 1

        # dbt dies between the intermediate tables and the marts.
        built = one("select max(assessment_id) from control.assessment")
        kill_when(
            lambda: one("select max(assessment_id) from intermediate.int_indicators__pooled") != built,
            small_sample,
            JUNE,
        )
        assert current_edition() == 1

        # The publication dies after it inserted the edition and before it moved the pointer.
        with connect("support_admin") as blocker:
            blocker.execute("lock table publication.current_edition in share mode")
            kill_when(waits_for_lock, small_sample, JUNE)
            assert current_edition() == 1
        assert one("select count(*) from publication.edition") == 1

        finish(small_sample, JUNE)
        assert current_edition() == 2
        assert one("select content_hash from bi.edition_v1 where is_current") == undisturbed
        assert one("select count(*) - count(distinct (_release_id, _line)) from raw.dfe_ks2") == 0
        assert one("select count(*) - count(distinct urn) from bi.support_list_v1") == 0

        finish(small_sample, JUNE)
        assert one("select count(*) from publication.edition") == 2, "the same content again is no new edition"
