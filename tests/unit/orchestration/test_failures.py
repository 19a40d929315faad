"""The messages about runs that failed or are late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from airflow.sdk.definitions.callback import SyncCallback

from school_support.orchestration.failures import (
    deadline,
    delay_message,
    failure_message,
    tell_of_delay,
    tell_of_failure,
)
from school_support.settings import settings

SECRET = "pa55-word-of-the-loader"


def test_a_failure_names_the_run_every_task_and_what_to_do() -> None:
    subject, text = failure_message(
        "ingest_results",
        "scheduled__2026-11-27T03:00:00+00:00",
        [("land_files", "No index."), ("load_releases", "Full.")],
    )
    assert subject == "Support list: ingest_results failed"
    assert "Run scheduled__2026-11-27T03:00:00+00:00 of ingest_results failed." in text
    assert "Task land_files:\nNo index." in text
    assert "Task load_releases:\nFull." in text
    assert "What to do:" in text
    assert text.endswith("/dags/ingest_results/runs/scheduled__2026-11-27T03%3A00%3A00%2B00%3A00")


def test_a_killed_task_has_left_no_message() -> None:
    _, text = failure_message("ingest_results", "manual__1", [])
    assert "a process may have been killed" in text


def test_no_secret_goes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPPORT_LIST_PG_PASSWORD_SUPPORT_LOADER", SECRET)
    _, failed = failure_message(
        "d", "r", [("t", f"connection to postgresql://support_loader:{SECRET}@127.0.0.1 failed")]
    )
    _, late = delay_message(f"d{SECRET}", "r", "06:00")
    assert SECRET not in failed + late
    assert "postgresql://support_loader:(hidden)@127.0.0.1" in failed


def test_telling_never_raises() -> None:
    tell_of_failure({})  # type: ignore[typeddict-item]


def test_the_deadline_is_that_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "nightly_hours", 2.5)
    alert = deadline()
    assert alert.interval == timedelta(hours=2, minutes=30)
    # An asynchronous callback would wait for a triggerer, which nobody starts.
    assert isinstance(alert.callback, SyncCallback)
    assert alert.callback.path == "school_support.orchestration.failures.tell_of_delay"


@pytest.mark.parametrize(("state", "told"), [("running", 1), ("queued", 1), ("failed", 0)])
def test_a_run_that_failed_is_not_called_late(state: str, told: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr("school_support.orchestration.alerts.send", lambda subject, body: sent.append(subject))
    run = {"dag_id": "ingest_results", "dag_run_id": "manual__1", "state": state}
    tell_of_delay({"dag_run": run, "deadline": {"deadline_time": "06:00"}})
    assert len(sent) == told
