"""Airflow on this machine, kept in the state folder: started, found running, and ended."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from types import TracebackType

from school_support.errors import SupportListError
from school_support.orchestration.client import AirflowClient
from school_support.orchestration.environment import HOST, admin, airflow_environment, ensure_secrets, password
from school_support.orchestration.names import BUILD_POOL, BUILD_POOL_DESCRIPTION
from school_support.orchestration.runs import close_backfill
from school_support.orchestration.supervisor import (
    ask_to_end,
    end_recorded,
    lock_file,
    log_file,
    read_record,
    write_record,
)
from school_support.settings import settings
from school_support.warehouse.connection import connect

READY_SECONDS = 120.0
COMPONENTS_NEEDED = ("metadatabase", "scheduler", "dag_processor")


class LocalAirflow:
    """Airflow for as long as a `with` block lasts; its processes end however the block ends, `kill -9` included.

    An Airflow that `make up` already runs over the same state folder is used and left running. PostgreSQL must run.

    Args:
        scheduled: DAGs also start by their schedules. Without it only what is triggered or backfilled runs.
        on_step: told in a few words what is being done.

    Raises:
        SupportListError: on entering: another run uses the state folder, a DAG file is broken, or a component does not
            start; the message ends with the component's log.
    """

    def __init__(self, scheduled: bool = False, on_step: Callable[[str], None] = lambda _: None) -> None:
        self.scheduled = scheduled
        self.client: AirflowClient
        self._on_step = on_step
        self._home = settings().airflow_home
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._port = 0

    @property
    def is_ours(self) -> bool:
        """Whether this object started the Airflow it speaks to."""
        return self._supervisor is not None

    @property
    def url(self) -> str:
        """Address of the user interface."""
        return f"http://{HOST}:{self._port}"

    def __enter__(self) -> LocalAirflow:
        log_file(self._home, "supervisor").parent.mkdir(parents=True, exist_ok=True)
        ensure_secrets()
        lock = _take_lock(self._home)
        try:
            if lock is None:
                self._find_running()
            else:
                self._start(lock)
            self._wait_until_ready()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def command(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run an `airflow` command, such as ["backfill", "create", ...], with the configuration of this Airflow."""
        return subprocess.run(
            [sys.executable, "-m", "airflow", *arguments],
            env=airflow_environment(self.url, self.scheduled),
            capture_output=True,
            text=True,
            check=False,
        )

    def wait(self) -> None:
        """Wait until Airflow is asked to end; raises if a component ended by itself."""
        if self._supervisor is not None and self._supervisor.wait() != 0:
            self._check()

    def _find_running(self) -> None:
        record = read_record(self._home)
        if not record.get("scheduled"):
            raise SupportListError(
                f"Another run (process {record.get('owner')}) uses {settings().home}. "
                "Wait until it has ended, or choose another folder with SUPPORT_LIST_HOME."
            )
        if self.scheduled:
            raise SupportListError(f"Airflow runs already: http://{HOST}:{record['port']}.")
        self._on_step("using the Airflow that runs already")
        self._connect(int(record["port"]))

    def _start(self, lock: int) -> None:
        try:
            former = read_record(self._home)
            end_recorded(former.get("processes", []))
            self._connect(_free_port(former.get("port", 0)))
            environment = airflow_environment(self.url, self.scheduled)
            self._migrate(environment)
            self._on_step("starting Airflow")
            self._started_at = time.time()
            record = {
                "owner": os.getpid(),
                "port": self._port,
                "scheduled": self.scheduled,
                "started_at": self._started_at,
                "processes": [],
            }
            write_record(self._home, record)
            with log_file(self._home, "supervisor").open("wb") as log:
                self._supervisor = subprocess.Popen(
                    [
                        sys.executable,
                        "-m",
                        "school_support.orchestration.supervisor",
                        str(self._home),
                        json.dumps(record),
                    ],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    start_new_session=True,
                    pass_fds=[lock],
                )
        finally:
            # The supervisor has its own copy and so keeps the lock.
            os.close(lock)

    def _connect(self, port: int) -> None:
        self._port = port
        self.client = AirflowClient(self.url, admin(), password(), self._check)

    def _migrate(self, environment: dict[str, str]) -> None:
        """Bring the metadata database up to date; seconds are saved if this version of Airflow has done so before."""
        marker = self._home / "migrated"
        if marker.exists() and marker.read_text() == _schema_version():
            return
        self._on_step("preparing Airflow's database")
        done = subprocess.run(
            [sys.executable, "-m", "airflow", "db", "migrate"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SupportListError(f"`airflow db migrate` failed:\n{_tail(done.stdout + done.stderr)}")
        marker.write_text(_schema_version())

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self._check()
            health = self.client.health()
            if all(health.get(name) == "healthy" for name in COMPONENTS_NEEDED) and (
                not self.is_ours or self._parsed()
            ):
                break
            time.sleep(0.2)
        else:
            logs = "\n".join(_log_tail(self._home, name) for name in ("api-server", "scheduler", "dag-processor"))
            raise SupportListError(f"Airflow was not ready after {READY_SECONDS:.0f} seconds.\n{logs}")
        if self.is_ours:
            self._make_pool()
            if not self.scheduled:
                self._fail_unfinished_runs()

    def _parsed(self) -> bool:
        """Whether every DAG file was read since the start, so that what runs is what the files say now."""
        errors = [
            f"{error['filename']} cannot be used as a DAG file:\n{error['stack_trace']}"
            for error in self.client.get("importErrors")["import_errors"]
            if _seconds(error["timestamp"]) >= self._started_at
        ]
        if errors:
            raise SupportListError("\n".join(errors))
        parsed = {
            dag["dag_id"]
            for dag in self.client.get("dags", limit=100)["dags"]
            if dag["last_parsed_time"] and _seconds(dag["last_parsed_time"]) >= self._started_at
        }
        return dag_files() <= parsed

    def _make_pool(self) -> None:
        if self.client.find(f"pools/{BUILD_POOL}") is None:
            pool = {"name": BUILD_POOL, "slots": 1, "description": BUILD_POOL_DESCRIPTION, "include_deferred": False}
            self.client.post("pools", pool)

    def _fail_unfinished_runs(self) -> None:
        """Fail what a killed run left half done: it would hold up the new run, which takes up the work itself.

        A scheduled Airflow instead finishes what it finds unfinished, as Airflow does after any restart.
        """
        for dag in self.client.get("dags", limit=100)["dags"]:
            for backfill in self.client.get("backfills", dag_id=dag["dag_id"])["backfills"]:
                close_backfill(self.client, backfill["id"])
        for run in self.client.get("dags/~/dagRuns", state=["queued", "running"], limit=100)["dag_runs"]:
            path = f"dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}"
            self.client.patch(
                path, {"state": "failed", "note": "The process that ran it ended."}, update_mask=["state"]
            )

    def _check(self) -> None:
        """Raise if the Airflow we started is gone."""
        if self._supervisor is None or self._supervisor.poll() is None:
            return
        if self._supervisor.returncode == 0:
            raise SupportListError("Airflow was asked to end by another process. Start again.")
        component = read_record(self._home).get("ended") or "supervisor"
        raise SupportListError(f"Airflow's {component} ended by itself.\n{_log_tail(self._home, component)}")

    def _end(self) -> None:
        if hasattr(self, "client"):
            self.client.close()
        if self._supervisor is None:
            return
        assert self._supervisor.stdin is not None  # noqa: S101  # it was started with a pipe
        self._supervisor.stdin.close()
        self._supervisor.wait()
        self._supervisor = None


def dag_files() -> set[str]:
    """Names of the DAG files, which are those of the DAGs."""
    return {path.stem for path in (settings().project / "dags").glob("*.py")}


def stop_local_airflow() -> bool:
    """End the Airflow of this state folder, whoever started it; true if one ran."""
    home = settings().airflow_home
    if not home.exists():
        return False
    lock, record = _take_lock(home), read_record(home)
    if lock is not None:
        os.close(lock)
    elif "supervisor" in record:
        ask_to_end(record["supervisor"])
    end_recorded(record.get("processes", []))
    return lock is None


def _take_lock(home: Path) -> int | None:
    """Lock the state folder's Airflow; none if a supervisor, or a start, holds it."""
    descriptor = os.open(lock_file(home), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _free_port(wanted: int) -> int:
    """The port used last time if it is free, so that bookmarks keep working; else any free one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SupportListError(f"No free TCP port on {HOST} for Airflow.")


def _schema_version() -> str:
    """The version of Airflow and of its database's schema; the second is `none` before the first migration."""
    with connect("airflow", "airflow") as connection:
        exists = connection.execute("select to_regclass('alembic_version') is not null").fetchone()
        found = connection.execute("select version_num from alembic_version").fetchone() if exists == (True,) else None
    return f"{version('apache-airflow')} {found[0] if found else 'none'}"


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _log_tail(home: Path, component: str) -> str:
    path = log_file(home, component)
    return (
        f"Its log {path} ends with:\n{_tail(path.read_text(errors='replace'))}" if path.exists() else f"No log {path}."
    )


def _tail(text: str) -> str:
    return "\n".join(text.splitlines()[-25:])
