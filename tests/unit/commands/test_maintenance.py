"""Maintenance works on the server that the installation has, wherever it runs."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from school_support.cli import app
from school_support.orchestration import own_database
from school_support.warehouse import embedded, housekeeping, migrate
from school_support.warehouse.housekeeping import Swept


def test_where_the_server_runs_elsewhere_none_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def start() -> None:
        raise AssertionError("a second server beside the one that SUPPORT_LIST_PG_HOST names")

    monkeypatch.setenv("SUPPORT_LIST_PG_HOST", "postgres.example")
    monkeypatch.setattr(embedded, "start", start)
    monkeypatch.setattr(migrate, "migrate", list)
    monkeypatch.setattr(housekeeping, "sweep", lambda dry_run: [Swept("logs of Airflow", 3, 12)])
    monkeypatch.setattr(own_database, "clean_airflow", lambda dry_run: Swept("runs in Airflow's database", 2))
    shown = CliRunner().invoke(app, ["maintenance", "--dry-run"], catch_exceptions=False)
    assert shown.exit_code == 0
    assert "runs in Airflow's database" in shown.output
