"""Restored databases take the place of the old ones together, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest

from school_support.warehouse.backup import DATABASES, _take_their_place
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
        assert databases() == dict.fromkeys(("warehouse", "airflow", "warehouse_before", "airflow_before"), True)
        with connect("support_admin") as restored:
            assert restored.execute("select to_regclass('control.migration')").fetchone() == (None,)
