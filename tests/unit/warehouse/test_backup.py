"""A restore replaces both databases or neither."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from psycopg import sql

from school_support.errors import SupportListError
from school_support.warehouse import backup


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements and programs that were run, in order."""
    said: list[str] = []

    @contextmanager
    def connect(role: str, database: str, autocommit: bool) -> Iterator[SimpleNamespace]:
        def execute(statement: str | sql.Composed, values: object = ()) -> None:
            said.append(statement if isinstance(statement, str) else statement.as_string())

        yield SimpleNamespace(execute=execute)

    monkeypatch.setattr(backup, "connect", connect)
    monkeypatch.setattr(backup, "_postgres", lambda program, database, *_: said.append(f"{program} {database}"))
    return said


def test_both_databases_are_whole_before_one_takes_its_place(done: list[str]) -> None:
    backup._restore_databases(Path("2026-11-27T020000Z"), lambda _: None)
    told = [statement for statement in done if statement.startswith("pg_restore") or " rename to " in statement]
    assert told == [
        "pg_restore warehouse_restored",
        "pg_restore airflow_restored",
        'alter database "warehouse" rename to "warehouse_before"',
        'alter database "warehouse_restored" rename to "warehouse"',
        'alter database "airflow" rename to "airflow_before"',
        'alter database "airflow_restored" rename to "airflow"',
    ]


def test_one_that_cannot_be_restored_leaves_both(done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(program: str, database: str, *_: object) -> None:
        if database == "airflow_restored":
            raise SupportListError("pg_restore of airflow_restored failed")

    monkeypatch.setattr(backup, "_postgres", refuse)
    with pytest.raises(SupportListError, match="airflow_restored"):
        backup._restore_databases(Path("2026-11-27T020000Z"), lambda _: None)
    assert not any("alter database" in statement for statement in done)
