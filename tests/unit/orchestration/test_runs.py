"""Following runs to their end, with a client that plays back what Airflow would answer."""

from __future__ import annotations

from typing import Any

import pytest

from school_support.errors import SupportListError
from school_support.orchestration import runs
from school_support.orchestration.runs import DagRunResult, TaskProgress, read_run, run_dag, run_dags


class PlayedBack:
    """One DAG `d` of tasks `a` and `b`, whose run goes from stage to stage each time it is asked for."""

    def __init__(
        self, stages: list[tuple[str, dict[str, str | None]]], log: list[dict[str, Any]] | None = None
    ) -> None:
        self.stages, self.log, self.sent = stages, log or [], list[tuple[str, str, dict[str, Any]]]()
        self.now = -1

    def get(self, path: str, **parameters: Any) -> Any:
        if path == "dags/d":
            return {"is_paused": True}
        if path.startswith("backfills/"):
            return {"completed_at": None}
        if path == "dags/d/dagRuns":
            return {"dag_runs": [{"dag_run_id": "backfill__2018"}, {"dag_run_id": "backfill__2019"}]}
        if path.endswith("taskInstances"):
            states = self.stages[self.now][1].items()
            return {"task_instances": [{"task_id": t, "state": s, "try_number": 1, "duration": 2.5} for t, s in states]}
        if "/logs/" in path:
            return {"content": self.log}
        self.now = min(self.now + 1, len(self.stages) - 1)
        return {"state": self.stages[self.now][0], "duration": 7.0}

    def find(self, path: str, **parameters: Any) -> Any:
        return {"value": 11} if "/a/" in path else None

    def post(self, path: str, body: dict[str, Any]) -> Any:
        self.sent.append(("POST", path, body))
        return {"id": 4}

    def patch(self, path: str, body: dict[str, Any], **parameters: Any) -> None:
        self.sent.append(("PATCH", path, body))

    def put(self, path: str) -> None:
        self.sent.append(("PUT", path, {}))


STAGES: list[tuple[str, dict[str, str | None]]] = [
    ("queued", {"a": None, "b": None}),
    ("running", {"a": "running", "b": None}),
    ("running", {"a": "success", "b": "running"}),
    ("running", {"a": "success", "b": "running"}),
    ("success", {"a": "success", "b": "success"}),
]
BROKEN: list[tuple[str, dict[str, str | None]]] = [("failed", {"a": "failed", "b": "upstream_failed"})]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "LOOK_EVERY_SECONDS", 0)


def test_a_run_gives_what_its_tasks_handed_on_and_tells_every_change_once() -> None:
    client, told = PlayedBack(STAGES), list[TaskProgress]()
    result = run_dag(client, "d", {"folder": "x"}, told.append)  # type: ignore[arg-type]
    assert result == DagRunResult("d", result.run_id, {"a": 11, "b": None}, 7.0)
    assert [(t.task_id, t.state) for t in told] == [
        ("a", "running"),
        ("a", "success"),
        ("b", "running"),
        ("b", "success"),
    ]


def test_a_paused_dag_is_unpaused_before_it_is_triggered() -> None:
    client = PlayedBack(STAGES)
    run_dag(client, "d", {"folder": "x"})  # type: ignore[arg-type]
    (_, _, unpaused), (_, path, triggered) = client.sent
    assert unpaused == {"is_paused": False}
    assert path == "dags/d/dagRuns"
    assert (triggered["logical_date"], triggered["conf"]) == (None, {"folder": "x"})


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (
            [
                {"event": "Retry policy decision", "reason": "ks2.csv, line 7: mend it."},
                {"event": "Task finished"},
            ],
            "ks2.csv, line 7: mend it.",
        ),
        ([{"error_detail": [{"exc_type": "ImportError", "exc_value": "no dbt"}]}], "ImportError: no dbt"),
        ([{"event": "Task started"}], "The task's process ended without a message"),
    ],
)
def test_a_failure_says_what_the_task_said_and_where_its_log_is(log: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(SupportListError) as failed:
        run_dags(PlayedBack(BROKEN, log), {"d": {}})  # type: ignore[arg-type]
    assert str(failed.value).startswith(said)
    assert "Task a of d, try 1" in str(failed.value)
    assert "task_id=a/attempt=1.log" in str(failed.value)
    assert "Task b" not in str(failed.value)


def test_a_run_that_is_looked_at_says_how_far_it_is_and_once_it_has_ended_what_came_of_it() -> None:
    client = PlayedBack(STAGES[2:3] + STAGES[4:])
    assert read_run(client, "d", "r") == ("running", [("a", "success"), ("b", "running")], [], {})  # type: ignore[arg-type]
    ended = ("success", [("a", "success"), ("b", "success")], [], {"a": 11, "b": None})
    assert read_run(client, "d", "r") == ended  # type: ignore[arg-type]
    stopped = PlayedBack(BROKEN, [{"reason": "School 990001 is missing."}])
    assert read_run(stopped, "d", "r")[2] == ["School 990001 is missing."]  # type: ignore[arg-type]
    assert client.sent == []
