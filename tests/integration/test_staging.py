"""A release is staged once: later builds neither read it again nor lose it, and another recipe stages everything anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from school_support.errors import SupportListError
from school_support.landing.ingest import land_folder, load_landed
from school_support.quality.gate import accept_loaded
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build
from school_support.warehouse.staging import is_complete, stale_models

SOURCES = ["school_returns", "local_intelligence", "panel_decisions"]
PUPILS = "select urn, pupils from staging.stg_returns__rows where section = 'results' order by release_id, line limit 1"


@pytest.fixture(scope="module", autouse=True)
def staged(small_sample: Path, another_warehouse: Callable[[], AbstractContextManager[Path]]) -> Iterator[Path]:
    """A warehouse with every source of staging/local but the last of the returns' files, which lies in a folder beside."""
    with another_warehouse() as home:
        folder = home / "sample"
        shutil.copytree(small_sample, folder)
        index = (folder / "releases.csv").read_text().splitlines()
        [*_, last] = [line for line in index if ",school_returns," in line]
        (folder / "releases.csv").write_text("\n".join(line for line in index if line != last) + "\n")
        take_in(folder)
        later = home / "later"
        shutil.copytree(folder, later)
        (later / "releases.csv").write_text(f"{index[0]}\n{last}\n")
        yield later


def take_in(folder: Path) -> None:
    land_folder(folder, SOURCES)
    load_landed(SOURCES)
    assert all(outcome.accepted for outcome in accept_loaded(SOURCES))


def asked(query: str) -> list[tuple[object, ...]]:
    with connect("support_admin") as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def complete() -> bool:
    with connect("support_transformer") as connection:
        return is_complete(connection, "local")


def spoil(pupils: str) -> tuple[object, ...]:
    """Write another number of pupils over the first row of raw, as nobody but a test may; what staging says of it."""
    with connect("support_admin") as connection:
        connection.execute(
            "update raw.school_returns set pupils = %s where (_release_id, _line) = ("
            "select release_id, line from staging.stg_returns__rows where section = 'results' order by release_id, line limit 1)",
            (pupils,),
        )
    return asked(PUPILS)[0]


def test_the_first_build_stages_everything(staged: Path) -> None:
    assert not complete()
    build(["+staging.local"])
    assert complete()
    assert stale_models() == []
    assert asked("select count(*) from staging.stg_returns__rows") == asked("select count(*) from raw.school_returns")


def test_a_later_build_reads_no_release_again_and_adds_the_new_one(staged: Path) -> None:
    before = asked(PUPILS)[0]
    spoil("4321")
    [(rows,)] = asked("select count(*) from staging.stg_returns__rows")
    take_in(staged)
    assert not complete()
    build(["+staging.local"])
    assert complete()
    assert asked(PUPILS)[0] == before
    [(more,)] = asked("select count(*) from staging.stg_returns__rows")
    assert [(more,)] == asked("select count(*) from raw.school_returns")
    assert more > rows  # type: ignore[operator]


def test_another_recipe_stages_everything_anew(staged: Path) -> None:
    with connect("support_admin") as connection:
        connection.execute("update control.staged_model set recipe = 'of a version before'")
    assert not complete()
    assert "stg_returns__rows" in stale_models()
    # Whatever is asked for, what is stale comes first.
    build(["staging.local.stg_local__intelligence"])
    assert stale_models() == []
    assert complete()
    assert asked(PUPILS)[0][1] == 4321


def test_a_build_that_fails_has_staged_nothing(staged: Path) -> None:
    [(rows,)] = asked("select count(*) from staging.stg_returns__rows")
    with connect("support_admin") as connection:
        connection.execute("delete from control.staged_release where model = 'stg_returns__rows'")
    # No integer holds as many.
    spoil("99999999999")
    with pytest.raises(SupportListError, match="stg_returns__rows"):
        build(["staging.local"])
    assert not complete()
    assert asked("select count(*) from staging.stg_returns__rows") == [(rows,)]
    spoil("30")
    build(["staging.local"])
    assert complete()
    assert asked("select count(*) from staging.stg_returns__rows") == [(rows,)]
    assert asked(PUPILS)[0][1] == 30
