"""What is imported before Airflow forks: there, and only in processes that fork."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

from school_support.orchestration.preload import MODULES

LOADED = (
    "import sys; sys.argv = ['airflow', {command!r}]; import airflow_local_settings; print({module!r} in sys.modules)"
)


def test_every_module_is_there() -> None:
    assert [module for module in MODULES if find_spec(module) is None] == []


@pytest.mark.parametrize(("command", "loaded"), [("scheduler", "True"), ("api-server", "False"), ("dags", "False")])
def test_only_what_forks_imports_them(command: str, loaded: str) -> None:
    program = LOADED.format(command=command, module="school_support.landing.ingest")
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert said.strip() == loaded
