"""What people are told when a run of Airflow fails or is late, through a running Airflow and a webhook on this machine."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from school_support.errors import SupportListError
from school_support.orchestration.local import LocalAirflow
from school_support.settings import settings
from school_support.warehouse.connection import connect
from school_support.warehouse.secrets import secret_values

WAIT_SECONDS = 60
# Long before the second task of a run ends.
HOURS = 1 / 3600


class Told:
    """A webhook, and what it was told."""

    airflow: LocalAirflow

    def __init__(self) -> None:
        self.messages: list[dict[str, str]] = []
        messages = self.messages

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def about(self, subject: str) -> list[dict[str, str]]:
        """The messages of a subject, once there is one."""
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            if any(message["subject"] == subject for message in self.messages):
                time.sleep(2)  # A second one would come close behind.
                break
            time.sleep(0.2)
        return [message for message in self.messages if message["subject"] == subject]


@pytest.fixture(scope="module")
def told(another_warehouse: Callable[[], AbstractContextManager[Path]]) -> Iterator[Told]:
    """A run that fails in its second task, late as well; the webhook stays open for its messages."""
    from school_support.orchestration.runs import run_dag

    webhook = Told()
    with another_warehouse() as home, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_SUPPORT_LIST_ALERTS", f"http://127.0.0.1:{webhook.server.server_port}")
        patch.setenv("SUPPORT_LIST_NIGHTLY_HOURS", str(HOURS))
        patch.setenv("SUPPORT_LIST_LINEAGE", str(home / "lineage.jsonl"))
        settings.cache_clear()
        with LocalAirflow() as airflow:
            with pytest.raises(SupportListError, match=r"releases\.csv"):
                run_dag(airflow.client, "ingest_school_returns", {"folder": str(home / "nowhere")})
            webhook.airflow = airflow
            yield webhook
        webhook.server.shutdown()
        webhook.server.server_close()


def test_one_message_says_what_failed_why_and_what_to_do(told: Told) -> None:
    [message] = told.about("Support list: ingest_school_returns failed")
    assert "Task land_files:" in message["text"]
    assert "/nowhere" in message["text"]
    assert "releases.csv" in message["text"]
    assert "clear the failed task in Airflow or start the DAG again" in message["text"]
    assert "/dags/ingest_school_returns/runs/support_list__" in message["text"]
    # Of the tasks after it, which never ran, it says nothing.
    assert message["text"].count("Task ") == 1


def test_a_late_run_is_told_of_without_a_triggerer(told: Told) -> None:
    [message] = told.about("Support list: ingest_school_returns is late")
    assert "of ingest_school_returns had not ended by" in message["text"]


def test_no_message_has_a_secret(told: Told) -> None:
    text = "".join(message["subject"] + message["text"] for message in told.messages)
    assert not [secret for secret in secret_values() if secret in text]


def test_airflow_backfills_by_our_calendar(told: Told) -> None:
    """Its own command, with the timetable as it was stored: the window to 20 October 2025 and the Fridays beside it."""
    made = told.airflow.command(
        ["backfill", "create", "--dry-run", "--dag-id", "ingest_results", "--from-date", "2025-10-17", "--to-date", "2025-11-01"]
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    # At 02:00 UTC in summer, and on 31 October at 03:00.
    # The command first repeats both dates, as midnights.
    assert re.findall(r"2025-1\d-\d\d[T ]0[23]", made.stdout.replace("T", " ")) == [
        "2025-10-17 02", "2025-10-18 02", "2025-10-19 02", "2025-10-20 02", "2025-10-21 02", "2025-10-24 02", "2025-10-31 03",
    ]  # fmt: skip


def test_lineage_of_the_run_goes_to_the_file_of_the_settings(told: Told) -> None:
    events = [json.loads(line) for line in (settings().home / "lineage.jsonl").read_text().splitlines()]
    ended = {(event["job"]["name"], event["eventType"]) for event in events if event["eventType"] != "START"}
    assert ("ingest_school_returns.empty_the_inbox", "COMPLETE") in ended
    assert ("ingest_school_returns.land_files", "FAIL") in ended
    text = json.dumps(events)
    assert not [secret for secret in secret_values() if secret in text]


def test_the_history_knows_the_run(told: Told) -> None:
    with connect("support_publisher") as connection:
        found = connection.execute(
            "select kind, outcome, airflow_task_id, message from quality.run where airflow_dag_id = 'ingest_school_returns'"
        ).fetchall()
    [failed] = [row for row in found if row[1] == "failed"]
    assert failed[:3] == ("task", "failed", "land_files")
    assert "releases.csv" in failed[3]
    assert settings().home.exists()
