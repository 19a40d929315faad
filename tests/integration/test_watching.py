"""The history of runs, faults, the outbox and lineage, in a warehouse of their own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from school_support.cli import app
from school_support.errors import SupportListError
from school_support.faults import read_faults
from school_support.publication import outbox
from school_support.quality.history import Run, recorded, write
from school_support.settings import settings
from school_support.status import read_runs
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def home(another_warehouse: Callable[[], AbstractContextManager[Path]]) -> Iterator[Path]:
    with another_warehouse() as folder:
        yield folder


@pytest.fixture(autouse=True)
def room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the disk of this machine is like, it is no fault."""
    monkeypatch.setattr(settings(), "disk_free_percent", 0)


def rows(query: str) -> list[tuple]:  # type: ignore[type-arg]
    with connect("support_admin") as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def execute(statement: str, *values: object) -> None:
    with connect("support_admin") as connection:
        connection.execute(statement, values)  # type: ignore[arg-type]


def test_a_new_warehouse_has_no_fault() -> None:
    assert read_faults(NOW) == []
    assert CliRunner().invoke(app, ["status", "--check"]).exit_code == 0


def test_a_build_is_a_run_with_its_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "lineage", tmp_path / "lineage.jsonl")
    build(["calendar_practice"])
    assert rows("select kind, subject, outcome, message, seconds > 1 from quality.run") == [
        ("build", "calendar_practice", "success", None, True)
    ]
    assert rows("select model, status, rows from quality.run_model") == [("calendar_practice", "success", 1)]
    runs, models = read_runs()
    assert (runs.row_count, list(models.columns[0].cells)) == (1, ["calendar_practice"])


def test_lineage_says_what_a_model_read_and_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "lineage", tmp_path / "lineage.jsonl")
    execute("create table if not exists raw.school_returns (_release_id bigint not null, _line integer not null)")
    before = dict(os.environ)
    with pytest.raises(SupportListError):
        build(["stg_returns__rows"])  # Its columns are missing: a build that fails has lineage too.
    assert dict(os.environ) == before
    events = [json.loads(line) for line in (tmp_path / "lineage.jsonl").read_text().splitlines()]
    assert [event["eventType"] for event in events] == ["START", "FAIL"]
    started = events[0]
    assert {source["name"] for source in started["inputs"]} == {
        "warehouse.landing.release",
        "warehouse.raw.school_returns",
    }
    assert [target["name"] for target in started["outputs"]] == ["warehouse.staging.stg_returns__rows"]
    execute("drop table raw.school_returns")


def test_what_fails_is_recorded_and_fails_still() -> None:
    with pytest.raises(ValueError, match="broken"), recorded("gate", "candidate 7"):
        raise ValueError("broken")
    assert rows("select outcome, message from quality.run where kind = 'gate'") == [("failed", "ValueError: broken")]


def test_an_error_without_words_is_named_by_its_kind() -> None:
    with pytest.raises(AssertionError), recorded("gate", "candidate 8"):
        raise AssertionError
    assert rows("select message from quality.run where subject = 'candidate 8'") == [("AssertionError",)]


def test_a_history_that_cannot_be_written_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SUPPORT_LIST_PG_PORT", "1")
    with recorded("gate", "without a database"):
        pass
    assert "was not recorded" in caplog.text


def test_faults_are_named_a_line_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    airflow = ("ingest_results", "scheduled__1", "land_files")
    write(Run("late", "ingest", "gias"), NOW - timedelta(hours=37), 1)
    write(Run("broken", "task", "ingest_results.land_files"), NOW - timedelta(hours=9), 1, "No index.\nMore.", airflow)
    execute(
        "insert into publication.alert (authority, subject, body, recorded_at) values ('999', 's', 'b', %s)",
        NOW - timedelta(days=2),
    )
    execute(
        "insert into landing.release (source, collection, known_from, file_name, sha256, bytes, status, recorded_at, reason) values "
        "('ofsted_mi', 'fictional', '2026-06-30', 'a.csv', repeat('a', 64), 1, 'accepted', %s, null), "
        "('ofsted_mi', 'fictional', '2026-11-20', 'b.csv', repeat('b', 64), 1, 'quarantined', %s, 'why')",
        NOW - timedelta(days=100), NOW - timedelta(days=2),
    )  # fmt: skip
    marker = tmp_path / "backup-ended"
    monkeypatch.setattr(settings(), "backup_marker", marker)
    monkeypatch.setattr(settings(), "disk_free_percent", 100)
    disk, *others = read_faults(NOW)
    assert disk.startswith("disk: ")
    assert others == [
        "nightly runs: nothing has been taken in since 2026-11-25 23:00 UTC; does Airflow run, is a DAG paused?",
        "run: ingest_results.land_files failed on 2026-11-27 03:00 UTC: No index.",
        # From 30 June every 31 days: due on 31 July, 119 days before.
        "overdue: ofsted_mi: a new issue, every 31 days was due on 31 July 2026, 119 days before (newest file known from 30 June 2026)",
        "quarantine: files of the last 7 days: 1; `support-list quarantine list` says why",
        "alerts: 1 not sent since 2026-11-25 12:00 UTC; look at the task alert of watch_schools",
        f"backup: {marker} does not exist, so none has ended well",
    ]
    done = CliRunner().invoke(app, ["status", "--check"])
    assert done.exit_code == 1
    # A run that ended well heals what its tasks leave no record of.
    with connect("airflow", "airflow") as connection:
        connection.execute("create table dag_run (dag_id text, state text, end_date timestamptz)")
        connection.execute("insert into dag_run values ('ingest_results', 'success', %s)", (NOW - timedelta(hours=10),))
        connection.commit()
        assert any(fault.startswith("run: ingest_results") for fault in read_faults(NOW))
        connection.execute("update dag_run set end_date = %s", (NOW - timedelta(hours=8),))
        connection.commit()
        assert not any(fault.startswith("run: ") for fault in read_faults(NOW))
        connection.execute("drop table dag_run")
    # A fault that is gone is named no more: the DAG has run well since, something came in, the backup ended.
    write(Run("mended", "ingest", "dfe_ks2"), NOW - timedelta(hours=1), 1, airflow=airflow)
    marker.touch()
    left = [fault.split(":")[0] for fault in read_faults(NOW)]
    assert left == ["disk", "overdue", "quarantine", "alerts"]
    stamp = (NOW - timedelta(days=3)).timestamp()
    os.utime(marker, (stamp, stamp))
    assert "backup: none since 2026-11-24 12:00 UTC" in read_faults(NOW)


def test_the_calendar_of_terms_must_not_end() -> None:
    assert "calendar" not in [fault.split(":")[0] for fault in read_faults(NOW)]
    assert any(fault.startswith("calendar: ") for fault in read_faults(datetime(2030, 5, 1, tzinfo=UTC)))


def test_a_message_waits_until_it_was_sent() -> None:
    execute("delete from publication.alert")
    with connect("support_publisher") as connection:
        outbox.put(connection, "999", "first", "a")
        outbox.put(connection, "999", "second", "b")
    sent: list[str] = []

    def refuses_the_second(subject: str, body: str) -> str:
        if subject == "second" and len(sent) == 1:
            raise ConnectionError("down")
        sent.append(subject)
        return "http"

    with pytest.raises(ConnectionError):
        outbox.send_waiting(refuses_the_second)
    assert rows("select subject, sent_by from publication.alert order by alert_id") == [
        ("first", "http"),
        ("second", None),
    ]
    assert outbox.send_waiting(lambda subject, body: sent.append(subject) or "log") == ["log"]  # type: ignore[func-returns-value]
    assert sent == ["first", "second"]
    assert outbox.send_waiting(refuses_the_second) == []
