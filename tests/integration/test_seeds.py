"""A build loads the seeds whose tables are other than their files, and no others."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from school_support.settings import settings
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build


@pytest.fixture(autouse=True)
def seeded_warehouse(another_warehouse: Callable[[], AbstractContextManager[Path]]) -> Iterator[None]:
    with another_warehouse():
        build(["resource_type:seed"])
        yield


def loaded() -> list[str]:
    """The seeds that builds have loaded, one after the other."""
    with connect("support_transformer") as connection:
        rows = connection.execute("select unique_id from quality.dbt_result where unique_id like 'seed.%'").fetchall()
    return [name.split(".")[-1] for (name,) in rows]


def rows_of(seed: str) -> list[tuple[object, ...]]:
    with connect("support_transformer") as connection:
        return sorted(connection.execute(f"select * from seeds.{seed}").fetchall(), key=str)


def test_seeds_that_stand_as_their_files_are_not_loaded_again() -> None:
    files = [path.stem for path in (settings().dbt_project / "seeds").glob("*.csv")]
    assert sorted(loaded()) == sorted(files)
    build(["resource_type:seed"])
    build(["resource_type:seed", "int_assessment__releases"])
    assert sorted(loaded()) == sorted(files)


@pytest.mark.parametrize(
    "statement",
    [
        "update seeds.rule_tier set support_days = support_days + 1",
        "delete from seeds.rule_tier",
        "insert into seeds.rule_tier select * from seeds.rule_tier limit 1",
        "drop table seeds.rule_tier",
    ],
)
def test_rows_that_a_hand_has_changed_are_loaded_again(statement: str) -> None:
    before, stood = loaded(), rows_of("rule_tier")
    with connect("support_transformer") as connection:
        connection.execute(statement)
    build(["resource_type:seed"])
    assert rows_of("rule_tier") == stood
    assert Counter(loaded()) - Counter(before) == Counter(["rule_tier"])


def test_a_file_that_has_changed_is_loaded_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "dbt_project"
    shutil.copytree(settings().dbt_project, project)
    file = project / "seeds" / "rule_tier.csv"
    [header, first, *_] = file.read_text().splitlines()
    file.write_text(f"{header}\n{first}\n")
    before = loaded()
    monkeypatch.setenv("SUPPORT_LIST_PROJECT", str(tmp_path))
    settings.cache_clear()
    build(["resource_type:seed"])
    monkeypatch.undo()
    settings.cache_clear()
    assert Counter(loaded()) - Counter(before) == Counter(["rule_tier"])
    assert len(rows_of("rule_tier")) == 1
