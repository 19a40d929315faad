"""Airflow in containers or on a server: its database brought up to date, and any of its programs run with our configuration."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import NoReturn

from school_support.errors import SupportListError
from school_support.orchestration.environment import HOST, airflow_environment, ensure_secrets
from school_support.orchestration.names import BUILD_POOL, BUILD_POOL_DESCRIPTION
from school_support.orchestration.supervisor import read_record
from school_support.settings import settings
from school_support.warehouse.secrets import AIRFLOW_KEYS, read_secrets


def migrate_airflow() -> None:
    """Make the passwords of Airflow's users and bring its database and the pool of builds up to date.

    Raises:
        SupportListError: an `airflow` command failed; the message ends with what it said.
    """
    ensure_secrets()
    for arguments in (["db", "migrate"], ["pools", "set", BUILD_POOL, "1", BUILD_POOL_DESCRIPTION]):
        done = subprocess.run(
            [sys.executable, "-m", "airflow", *arguments],
            env=airflow_environment(address(), scheduled=True),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            said = "\n".join((done.stdout + done.stderr).splitlines()[-25:])
            raise SupportListError(f"`airflow {' '.join(arguments)}` failed:\n{said}")


def become_airflow(arguments: Sequence[str]) -> NoReturn:
    """Replace this process by an `airflow` command, so that it gets the signals meant for it.

    Raises:
        SupportListError: nothing has run here yet, so Airflow has no keys.
    """
    if missing := set(AIRFLOW_KEYS) - read_secrets().keys():
        raise SupportListError(
            f"Airflow has no {', '.join(sorted(missing))} here. `support-list migrate` makes what is missing; so do `make run` and `make up`."
        )
    command = [sys.executable, "-m", "airflow", *arguments]
    os.execve(sys.executable, command, airflow_environment(address(), scheduled=True))  # noqa: S606


def address() -> str:
    """Where the API server is: as set, else where the Airflow of this state folder runs or ran last."""
    return settings().airflow_url or f"http://{HOST}:{read_record(settings().airflow_home).get('port', 8080)}"
