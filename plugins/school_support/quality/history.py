"""The history of runs in quality.run: what ran, how long and how it ended. Recording never fails what is recorded."""

from __future__ import annotations

import functools
import logging
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar

from school_support.warehouse.connection import connect

P = ParamSpec("P")
R = TypeVar("R")
LONGEST_MESSAGE = 4000
# Airflow sets these in a task's process.
AIRFLOW = ("AIRFLOW_CTX_DAG_ID", "AIRFLOW_CTX_DAG_RUN_ID", "AIRFLOW_CTX_TASK_ID")


@dataclass(frozen=True)
class ModelRun:
    """A model or seed of a build: rows written (none for a view) and seconds."""

    model: str
    status: str
    rows: int | None
    seconds: float


@dataclass
class Run:
    """A run that is going on; a build adds its models."""

    run_id: str
    kind: str
    subject: str
    models: list[ModelRun] = field(default_factory=list)


@contextmanager
def recorded(kind: str, subject: str, run_id: str | None = None) -> Iterator[Run]:
    """Record what the block does: its time, and whether it ended with an exception.

    Args:
        kind: ingest, build, gate or publication.
        subject: what it concerns, in a few words.
        run_id: a name of its own; none: it is given one.
    """
    run = Run(run_id or uuid.uuid4().hex, kind, subject)
    started, clock = datetime.now(UTC), time.monotonic()
    try:
        yield run
    except Exception as error:
        write(run, started, time.monotonic() - clock, message=str(error) or type(error).__name__)
        raise
    write(run, started, time.monotonic() - clock)


def in_history(kind: str, subject: Callable[P, str]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Record every call of a function.

    Args:
        subject: given the function's arguments, says what the call concerns.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            with recorded(kind, subject(*args, **kwargs)):
                return function(*args, **kwargs)

        return run

    return decorate


def write(
    run: Run,
    started: datetime,
    seconds: float,
    message: str | None = None,
    airflow: tuple[str | None, ...] | None = None,
) -> None:
    """Insert a run that has ended; with a message it failed.

    Args:
        airflow: ids of DAG, run and task; none: those of this process.
    """
    where = airflow or tuple(os.environ.get(name) for name in AIRFLOW)
    outcome = "success" if message is None else "failed"
    try:
        with connect("support_publisher") as connection, connection.cursor() as cursor:
            cursor.execute(
                "insert into quality.run (run_id, kind, subject, started_at, seconds, outcome, message, airflow_dag_id, "
                "airflow_run_id, airflow_task_id) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
                (run.run_id, run.kind, run.subject, started, seconds, outcome, message and message[:LONGEST_MESSAGE], *where),
            )  # fmt: skip
            cursor.executemany(
                "insert into quality.run_model (run_id, model, status, rows, seconds) values (%s, %s, %s, %s, %s)",
                [(run.run_id, model.model, model.status, model.rows, model.seconds) for model in run.models],
            )
    except Exception:
        # The run itself matters more than its record, whatever the reason.
        logging.getLogger(__name__).warning("The run %s was not recorded.", run.run_id, exc_info=True)
