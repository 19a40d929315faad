"""Running DAGs and following them to their end, through Airflow's REST API."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from school_support.errors import SupportListError
from school_support.orchestration.client import AirflowClient
from school_support.settings import settings

LOOK_EVERY_SECONDS = 0.3
FINISHED = {"success", "failed"}


@dataclass(frozen=True)
class TaskProgress:
    """A task that changed its state: queued, running, up_for_retry, success, failed, upstream_failed, ..."""

    dag_id: str
    run_id: str
    task_id: str
    state: str
    try_number: int
    seconds: float | None


@dataclass(frozen=True)
class DagRunResult:
    """A run that succeeded: what its tasks handed on, by task_id, and how long it took."""

    dag_id: str
    run_id: str
    values: dict[str, Any]
    seconds: float


OnTask = Callable[[TaskProgress], None]


def run_dag(
    client: AirflowClient, dag_id: str, conf: Mapping[str, Any] | None = None, on_task: OnTask = lambda _: None
) -> DagRunResult:
    """Run one DAG to its end.

    Args:
        conf: values of the DAG's parameters.
        on_task: called for every change of a task's state.

    Raises:
        SupportListError: a task failed; the message is the task's own, with the path of its log.
    """
    return run_dags(client, {dag_id: conf or {}}, on_task)[dag_id]


def run_dags(
    client: AirflowClient, requests: Mapping[str, Mapping[str, Any]], on_task: OnTask = lambda _: None
) -> dict[str, DagRunResult]:
    """Run several DAGs side by side, each to its end.

    Args:
        requests: values of the parameters, by dag_id.
        on_task: called for every change of a task's state.

    Raises:
        SupportListError: a task failed; the message has every failed task's own, with the path of its log. It is
            raised when all runs have ended.
    """
    for dag_id in requests:
        _unpause(client, dag_id)
    runs = [(dag_id, start_run(client, dag_id, conf)) for dag_id, conf in requests.items()]
    return {result.dag_id: result for result in _follow(client, runs, on_task)}


def read_run(
    client: AirflowClient, dag_id: str, run_id: str
) -> tuple[str, list[tuple[str, str]], list[str], dict[str, Any]]:
    """How far a run is: its state, its tasks with theirs, and once it has ended why tasks failed and what tasks gave."""
    state = client.get(f"dags/{dag_id}/dagRuns/{run_id}")["state"]
    tasks = _tasks(client, dag_id, run_id)
    states = [(task["task_id"], task["state"] or "waits") for task in tasks]
    if state not in FINISHED:
        return state, states, [], {}
    messages = [_message(client, dag_id, run_id, task) for task in tasks if task["state"] == "failed"]
    return state, states, messages, _values(client, dag_id, run_id)


def close_backfill(client: AirflowClient, backfill_id: int) -> None:
    """Mark a backfill as complete, if it is not; runs of it that still wait are failed."""
    if client.get(f"backfills/{backfill_id}")["completed_at"] is None:
        client.put(f"backfills/{backfill_id}/cancel")


def start_run(client: AirflowClient, dag_id: str, conf: Mapping[str, Any]) -> str:
    """Start a run of a DAG that is not paused; its run_id."""
    run_id = f"support_list__{datetime.now(UTC):%Y%m%dT%H%M%S}__{uuid.uuid4().hex[:8]}"
    client.post(f"dags/{dag_id}/dagRuns", {"dag_run_id": run_id, "logical_date": None, "conf": dict(conf)})
    return run_id


def _unpause(client: AirflowClient, dag_id: str) -> None:
    """A run of a paused DAG would wait for ever."""
    if client.get(f"dags/{dag_id}")["is_paused"]:
        client.patch(f"dags/{dag_id}", {"is_paused": False}, update_mask=["is_paused"])


def _follow(client: AirflowClient, runs: Iterable[tuple[str, str]], on_task: OnTask) -> list[DagRunResult]:
    """Wait until runs, as (dag_id, run_id), have ended; their results in the same order, or their failures."""
    waiting, ended = list(runs), dict[tuple[str, str], dict[str, Any]]()
    seen: dict[tuple[str, str, str], tuple[str, int]] = {}
    order = list(waiting)
    while waiting:
        for dag_id, run_id in list(waiting):
            # The run is read before its tasks: once it has ended they no longer change.
            run = client.get(f"dags/{dag_id}/dagRuns/{run_id}")
            for task in _tasks(client, dag_id, run_id):
                key, now = (dag_id, run_id, task["task_id"]), (task["state"], task["try_number"])
                if task["state"] is not None and seen.get(key) != now:
                    seen[key] = now
                    on_task(TaskProgress(*key, *now, task["duration"]))
            if run["state"] in FINISHED:
                ended[dag_id, run_id] = run
                waiting.remove((dag_id, run_id))
        if waiting:
            time.sleep(LOOK_EVERY_SECONDS)
    failures = [_failure(client, *run) for run in order if ended[run]["state"] == "failed"]
    if failures:
        raise SupportListError("\n\n".join(failures))
    return [DagRunResult(*run, _values(client, *run), float(ended[run]["duration"])) for run in order]


def _tasks(client: AirflowClient, dag_id: str, run_id: str) -> list[dict[str, Any]]:
    answer = client.get(f"dags/{dag_id}/dagRuns/{run_id}/taskInstances", limit=100)
    return list(answer["task_instances"])


def _values(client: AirflowClient, dag_id: str, run_id: str) -> dict[str, Any]:
    values = {}
    for task in _tasks(client, dag_id, run_id):
        path = f"dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task['task_id']}/xcomEntries/return_value"
        entry = client.find(path, stringify=False)
        values[task["task_id"]] = entry["value"] if entry else None
    return values


def _failure(client: AirflowClient, dag_id: str, run_id: str) -> str:
    """The message of each task that failed, with its log."""
    failed = [task for task in _tasks(client, dag_id, run_id) if task["state"] == "failed"]
    if not failed:
        return f"The run {run_id} of {dag_id} was marked as failed, though none of its tasks failed."
    return "\n".join(
        f"{_message(client, dag_id, run_id, task)}\n"
        f"(Task {task['task_id']} of {dag_id}, try {task['try_number']}. Its log: {_log_path(dag_id, run_id, task)})"
        for task in failed
    )


def _message(client: AirflowClient, dag_id: str, run_id: str, task: dict[str, Any]) -> str:
    """What ended a task, from its log: the reason that our retry policy gave, else the exception."""
    path = f"dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task['task_id']}/logs/{task['try_number']}"
    entries = [entry for entry in client.get(path, full_content=True)["content"] if isinstance(entry, dict)]
    for entry in reversed(entries):
        if entry.get("reason"):
            return str(entry["reason"])
        if entry.get("error_detail"):
            raised = entry["error_detail"][0]
            return f"{raised['exc_type']}: {raised['exc_value']}"
    return "The task's process ended without a message: it was killed, perhaps because memory ran out."


def _log_path(dag_id: str, run_id: str, task: dict[str, Any]) -> Path:
    """Where Airflow keeps the log of a task's try (its default file name)."""
    folder = settings().airflow_home / "logs" / f"dag_id={dag_id}" / f"run_id={run_id}" / f"task_id={task['task_id']}"
    return folder / f"attempt={task['try_number']}.log"
