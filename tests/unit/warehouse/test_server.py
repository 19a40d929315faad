"""Whose server is started and migrated."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from school_support.warehouse import server


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    steps: list[str] = []
    monkeypatch.setattr("school_support.warehouse.embedded.start", lambda: steps.append("started"))
    monkeypatch.setattr("school_support.warehouse.server.migrate", lambda: steps.append("migrated"))
    return steps


def test_our_own_server_is_started_and_migrated(done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("school_support.warehouse.server.read_secrets", dict)
    server.prepare()
    assert done == ["started", "migrated"]


def test_a_server_elsewhere_is_left_alone(done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPPORT_LIST_PG_HOST", "postgres")
    server.prepare()
    assert done == []


def test_maintenance_starts_no_server_of_its_own_beside_one_elsewhere(
    done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from school_support.cli import app
    from school_support.orchestration import own_database
    from school_support.warehouse import housekeeping

    monkeypatch.setenv("SUPPORT_LIST_PG_HOST", "postgres")
    monkeypatch.setattr(housekeeping, "sweep", lambda dry_run: [housekeeping.Swept("files", 3, 5)])
    monkeypatch.setattr(own_database, "clean_airflow", lambda dry_run: housekeeping.Swept("runs", 1))
    told = CliRunner().invoke(app, ["maintenance", "--dry-run"])
    assert told.exit_code == 0, told.output
    assert "Would go" in told.output
    assert done == []
