"""What people are told when a run of a DAG fails or is late: one message a run, by the way of alerts."""

from __future__ import annotations

import logging
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk.definitions.callback import SyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from school_support.errors import SupportListError, in_words
from school_support.settings import settings

if TYPE_CHECKING:
    from airflow.sdk import Context

WHAT_TO_DO = (
    "What to do: mend the cause, then clear the failed task in Airflow or start the DAG again. Every step takes up what "
    "was left; nothing that failed has changed a published list."
)
HIDDEN = "(hidden)"


def remember_failure(context: Context) -> None:
    """Keep why a task failed for good, for the message of its run: only the task's own process knows it."""
    from school_support.quality.history import Run, write

    ti, error = context["ti"], context.get("exception")
    said = in_words(error) if isinstance(error, BaseException) else str(error or "Its process ended without a message.")
    started = ti.start_date or datetime.now(UTC)
    write(
        Run(uuid.uuid4().hex, "task", f"{ti.dag_id}.{ti.task_id}"),
        started,
        (datetime.now(UTC) - started).total_seconds(),
        message=without_secrets(said),
        airflow=(ti.dag_id, ti.run_id, ti.task_id),
    )


def tell_of_failure(context: Context) -> None:
    """Tell people that a run failed: once a run, as the DAG's failure callback. Never raises: nobody would see it."""
    try:
        dag_id, run_id = context["dag"].dag_id, context["run_id"]
        from school_support.orchestration.alerts import send

        subject, body = failure_message(dag_id, run_id, _reasons(dag_id, run_id))
        send(subject, body)
    except Exception:
        logging.getLogger(__name__).exception("People could not be told of a failed run.")


def tell_of_delay(context: dict[str, Any]) -> None:
    """Tell people that a run has not ended by its deadline; Airflow forgets the deadline of a run that succeeded, not of
    one that failed, of which they were told.
    """
    from school_support.orchestration.alerts import send

    run = context["dag_run"]
    if run["state"] == "failed":
        return
    subject, body = delay_message(run["dag_id"], run["dag_run_id"], context["deadline"]["deadline_time"])
    send(subject, body)


def deadline() -> DeadlineAlert:
    """The alert of a nightly DAG: a run has to end within the hours of the settings after it was queued.

    The callback runs in the executor as a task does; an asynchronous one would need Airflow's triggerer.
    """
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(hours=settings().nightly_hours),
        callback=SyncCallback(tell_of_delay),
    )


def failure_message(dag_id: str, run_id: str, reasons: list[tuple[str, str]]) -> tuple[str, str]:
    """Subject and text about a failed run.

    Args:
        reasons: each failed task with what ended it.
    """
    lines = [f"Run {run_id} of {dag_id} failed."]
    for task_id, said in reasons:
        lines += ["", f"Task {task_id}:", said]
    if not reasons:
        lines += ["", "No task left a message: look at the run's logs; a process may have been killed."]
    lines += ["", WHAT_TO_DO, f"The run: {_address(dag_id, run_id)}"]
    return f"Support list: {dag_id} failed", without_secrets("\n".join(lines))


def delay_message(dag_id: str, run_id: str, due: object) -> tuple[str, str]:
    """Subject and text about a run that is late."""
    lines = [
        f"Run {run_id} of {dag_id} had not ended by {due}.",
        "",
        "What to do: look in Airflow where it stands. A task that waits for the pool waits for another build; one that runs "
        "long may wait for a lock or a publisher's server. What comes after it in the night judges older data meanwhile.",
        f"The run: {_address(dag_id, run_id)}",
    ]
    return f"Support list: {dag_id} is late", without_secrets("\n".join(lines))


def without_secrets(text: str) -> str:
    """A text with every password and key of this installation hidden."""
    from school_support.warehouse.secrets import secret_values

    for value in secret_values():
        text = text.replace(value, HIDDEN)
    return text


def _reasons(dag_id: str, run_id: str) -> list[tuple[str, str]]:
    """The failed tasks of a run, in order, each as it failed last; runs of two DAGs that were due together share their run_id."""
    from school_support.warehouse.connection import connect

    try:
        with connect("support_publisher") as connection:
            return [
                (str(task_id), str(said))
                for task_id, said in connection.execute(
                    "select airflow_task_id, message from (select distinct on (airflow_task_id) airflow_task_id, message, "
                    "started_at from quality.run where kind = 'task' and airflow_dag_id = %s and airflow_run_id = %s "
                    "order by airflow_task_id, started_at desc) as failed order by started_at",
                    (dag_id, run_id),
                )
            ]
    except SupportListError:
        return []


def _address(dag_id: str, run_id: str) -> str:
    from urllib.parse import quote

    from airflow.sdk.configuration import conf

    return f"{conf.get('api', 'base_url', fallback='').rstrip('/')}/dags/{dag_id}/runs/{quote(run_id, safe='')}"
