"""Keeps Airflow's processes running for as long as the process that started them lives: `python -m ...supervisor`.

It holds a lock for as long as it lives (which is how the next start knows whether Airflow runs), starts the
components, and waits. It ends all of them when a component ends, when it is asked to, or when its standard input
closes, which the operating system does however the process that started it ended, `kill -9` included.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

COMPONENTS = {
    "api-server": ["api-server"],
    # Logs are read from the folder; the log server would listen on every interface.
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
}
GRACE_SECONDS = 5.0
LOOK_EVERY_SECONDS = 0.5
# Start times are counted from the boot time, which moves when the clock is set.
CLOCK_SECONDS = 10.0


def supervise(home: Path, record: dict[str, Any]) -> int:
    """Run the components until told to stop.

    Args:
        home: Airflow's home, where logs and the record of the running processes go.
        record: what the record says beside the processes, such as the port.

    Returns:
        0 when asked to stop, 1 when a component ended by itself.
    """
    asked = False

    def ask(signum: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked = True

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    components = {name: _start(home, name) for name in COMPONENTS}
    record["supervisor"] = identity(os.getpid())
    record["processes"] = [identity(process.pid) for process in components.values()]
    write_record(home, record)
    ended = None
    while not asked and ended is None:
        readable, _, _ = select.select([sys.stdin], [], [], LOOK_EVERY_SECONDS)
        asked = asked or (bool(readable) and not os.read(sys.stdin.fileno(), 1))
        ended = next((name for name, process in components.items() if process.poll() is not None), None)
    api_server = components.pop("api-server")
    end(process.pid for process in components.values())
    # Last, because tasks report to it; killed, because it has nothing to keep and takes seconds to leave by itself.
    api_server.kill()
    api_server.wait()
    write_record(home, record | {"processes": [], "ended": ended})
    return 1 if ended is not None else 0


def log_file(home: Path, component: str) -> Path:
    """Where a component writes."""
    return home / "logs" / f"{component}.log"


def record_file(home: Path) -> Path:
    """The record of the running Airflow: mode, port, processes."""
    return home / "running.json"


def read_record(home: Path) -> dict[str, Any]:
    """The record of the Airflow that runs or ran last; empty if there was none."""
    return dict(json.loads(record_file(home).read_text())) if record_file(home).exists() else {}


def write_record(home: Path, record: dict[str, Any]) -> None:
    """Replace the record whole, so that a kill leaves the old or the new one."""
    draft = record_file(home).with_suffix(".draft")
    draft.write_text(json.dumps(record))
    draft.replace(record_file(home))


def lock_file(home: Path) -> Path:
    """Locked for as long as a supervisor lives."""
    return home / "running.lock"


def identity(pid: int) -> dict[str, float]:
    """A process in a form that a later process with the same id does not match."""
    return {"pid": pid, "created": psutil.Process(pid).create_time()}


def end_recorded(components: Iterable[dict[str, float]]) -> None:
    """End components of a record that still run, or that left processes behind when they were killed.

    A process id that the system has given to another process since is left alone.
    """
    end(int(component["pid"]) for component in components if not _is_reused(component))


def ask_to_end(supervisor: dict[str, float]) -> None:
    """Ask a recorded supervisor to end what it runs, and wait until it has."""
    if not _is_reused(supervisor):
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(int(supervisor["pid"]))
            _signal(process, signal.SIGTERM)
            psutil.wait_procs([process], timeout=3 * GRACE_SECONDS)


def end(components: Iterable[int]) -> None:
    """End components with everything they started: first asked, after a grace period killed.

    What a component started is found by its session, in which it stays even when the component was killed: orphaned
    workers would hold the scheduler's transaction open, and with it the next scheduler up.

    Asked are the components and their running tasks, which have process groups of their own. The scheduler's idle
    workers are not: it ends them itself, and one that is interrupted would leave it waiting for ever.
    """
    sessions = set(components)
    for process in _members(sessions):
        if process.pid in sessions or _of_process(os.getpgid, process.pid) not in sessions:
            _signal(process, signal.SIGTERM)
    # Orphans have nobody who would end them, so they are not waited for.
    asked = [process for process in _members(sessions) if process.pid in sessions]
    psutil.wait_procs(asked, timeout=GRACE_SECONDS)
    left = _members(sessions)
    for process in left:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(left, timeout=GRACE_SECONDS)


def _is_reused(process: dict[str, float]) -> bool:
    """Whether the system gave the id of a recorded process to another one."""
    try:
        created = psutil.Process(int(process["pid"])).create_time()
    except psutil.NoSuchProcess:
        return False
    return bool(abs(created - process["created"]) > CLOCK_SECONDS)


def _members(sessions: set[int]) -> list[psutil.Process]:
    """The living processes of some sessions."""
    found = []
    for pid in psutil.pids():
        with suppress(psutil.NoSuchProcess):
            if _of_process(os.getsid, pid) in sessions:
                found.append(psutil.Process(pid))
    return found


def _of_process(ask: Callable[[int], int], pid: int) -> int | None:
    with suppress(ProcessLookupError, PermissionError):
        return ask(pid)
    return None


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def _start(home: Path, name: str) -> subprocess.Popen[bytes]:
    with log_file(home, name).open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "airflow", *COMPONENTS[name]],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=home,
            start_new_session=True,
        )


if __name__ == "__main__":
    sys.exit(supervise(Path(sys.argv[1]), json.loads(sys.argv[2])))
