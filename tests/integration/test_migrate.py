"""Migrations beside readers who do not let go."""

from __future__ import annotations

from pathlib import Path

import pytest

from school_support.errors import SupportListError
from school_support.warehouse import migrate
from school_support.warehouse.connection import connect

NAME = "9999_a_change_of_a_view.sql"


def test_a_view_in_use_stops_the_migration_and_the_message_says_by_whom(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / NAME).write_text(
        "create table control.half_done (one integer); lock table bi.support_list_v1 in access exclusive mode"
    )
    monkeypatch.setattr(migrate, "MIGRATIONS", tmp_path)
    monkeypatch.setattr(migrate, "SECONDS_FOR_A_LOCK", 1)
    with connect("bi_reader") as reader:
        reader.execute("select count(*) from bi.support_list_v1")
        with pytest.raises(SupportListError) as stopped:
            migrate.migrate()
        assert NAME in str(stopped.value)
        assert f"process {reader.info.backend_pid}: bi_reader with" in str(stopped.value)
        assert "idle in transaction" in str(stopped.value)
    with connect("support_owner") as connection:
        assert connection.execute("select to_regclass('control.half_done')").fetchall() == [(None,)]
        assert connection.execute("select from control.migration where name = %s", (NAME,)).fetchall() == []
