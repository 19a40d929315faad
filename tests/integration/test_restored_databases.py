"""Restored databases take the place of the old ones together, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest

from school_support.errors import SupportListError
from school_support.warehouse.backup import DATABASES, _refuse_running_airflow, _take_their_place
from school_support.warehouse.connection import connect


def databases() -> dict[str, bool]:
    """Each database that is not PostgreSQL's own, and whether it lets anybody in."""
    with connect("support_admin", "postgres") as connection:
        return dict(
            connection.execute(
                "select datname, datallowconn from pg_database where datname <> 'postgres' and not datistemplate"
            ).fetchall()
        )


def test_all_or_none(another_warehouse: Callable[[], AbstractContextManager[Path]]) -> None:
    with another_warehouse(), connect("support_admin", "postgres", autocommit=True) as connection:
        connection.execute("create database warehouse_restored")
        with pytest.raises(psycopg.errors.InvalidCatalogName, match="airflow_restored"):
            _take_their_place(DATABASES)
        assert databases() == {"warehouse": True, "airflow": True, "warehouse_restored": True}
        connection.execute("create database airflow_restored")
        _take_their_place(DATABASES)
        left = databases()
        assert all(left.values())
        assert sorted(name.partition("_before_")[0] for name in left) == [
            "airflow",
            "airflow",
            "warehouse",
            "warehouse",
        ]
        with connect("support_admin") as restored:
            assert restored.execute("select to_regclass('control.migration')").fetchone() == (None,)


def test_over_a_running_airflow_nothing_is_restored(
    another_warehouse: Callable[[], AbstractContextManager[Path]],
) -> None:
    with another_warehouse():
        _refuse_running_airflow()
        with connect("airflow", "airflow") as connection:
            connection.execute("create table job (job_type text, state text, latest_heartbeat timestamptz)")
            connection.execute("insert into job values ('SchedulerJob', 'running', now() - interval '2 minutes')")
            connection.execute("insert into job values ('TriggererJob', 'success', now())")
        _refuse_running_airflow()
        with connect("airflow", "airflow") as connection:
            connection.execute("insert into job values ('SchedulerJob', 'running', now() - interval '5 seconds')")
        with pytest.raises(SupportListError, match=r"Airflow runs \(SchedulerJob\): end it first"):
            _refuse_running_airflow()
