"""A build that nobody waits for any more is stopped, and may cancel what it has begun."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from school_support.quality.history import Run
from school_support.settings import Settings
from school_support.warehouse import dbt

PROGRAM = """#!{python}
import os, pathlib, signal, time
signal.signal(signal.SIGTERM, signal.{handler})
pathlib.Path("{folder}/pid").write_text(str(os.getpid()))
try:
    print("11:20:01  1 of 2 OK created sql table model marts.x", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    pathlib.Path("{folder}/cancelled").touch()
"""


class OutOfTime(BaseException):
    """As Airflow's, no Exception."""


def out_of_time(done: int, of: int) -> None:
    raise OutOfTime


@contextmanager
def not_recorded(kind: str, subject: str, run_id: str) -> Iterator[Run]:
    yield Run(run_id, kind, subject)


@pytest.mark.parametrize(
    ("handler", "seconds", "cancelled"), [("default_int_handler", 30, True), ("SIG_IGN", 0.1, False)]
)
def test_dbt_ends_with_the_task_that_ran_out_of_time(
    handler: str, seconds: float, cancelled: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "python"
    program.write_text(PROGRAM.format(python=sys.executable, handler=handler, folder=tmp_path))
    program.chmod(0o755)
    monkeypatch.setattr(dbt, "settings", lambda: Settings(home=tmp_path))
    monkeypatch.setattr(dbt, "stale_models", list)
    monkeypatch.setattr(dbt, "recorded", not_recorded)
    monkeypatch.setattr(dbt, "SECONDS_TO_STOP", seconds)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", str(program))
        with pytest.raises(OutOfTime):
            dbt.build(["marts"], on_node=out_of_time)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert (tmp_path / "cancelled").exists() == cancelled
