"""Landing and loading: the same bytes once, broken files set aside with a true message, the rest goes on."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from school_support.errors import SupportListError
from school_support.landing.ingest import land_folder, load_landed
from school_support.landing.store import stored
from school_support.warehouse.connection import connect

SOURCES = ["dfe_absence"]
FILES = "performance/2016-17/england_abs.csv", "performance/2017-18/england_abs.csv"


@pytest.fixture
def folder(
    small_sample: Path, tmp_path: Path, another_warehouse: Callable[[], AbstractContextManager[Path]]
) -> Iterator[Path]:
    """Two absence files of the sample with their index, and an empty warehouse."""
    with (small_sample / "releases.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["file"] in FILES]
    for row in rows:
        (tmp_path / row["file"]).parent.mkdir(parents=True)
        shutil.copy(small_sample / row["file"], tmp_path / row["file"])
        row["sha256"] = ""
    write_index(tmp_path, rows)
    with another_warehouse():
        yield tmp_path


def write_index(folder: Path, rows: list[dict[str, str]]) -> None:
    with (folder / "releases.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def change(path: Path, edit: Callable[[str], str]) -> None:
    path.write_bytes(edit(path.read_bytes().decode("utf-8-sig")).encode())


def ledger() -> dict[str, tuple[str, str | None]]:
    with connect("support_loader") as connection:
        found = connection.execute("select file_name, status, reason from landing.release").fetchall()
    return {name: (status, reason) for name, status, reason in found}


def test_the_same_bytes_twice_are_one_release(folder: Path) -> None:
    assert land_folder(folder, SOURCES).new == 2
    load_landed(SOURCES)
    with connect("support_loader") as connection:
        before = connection.execute("select count(*) from raw.dfe_absence").fetchone()
    shutil.copy(folder / FILES[0], folder / "again.csv")
    with (folder / "releases.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    write_index(folder, [*rows, rows[0] | {"file": "again.csv"}])
    again = land_folder(folder, SOURCES)
    load_landed(SOURCES)
    assert (again.new, again.known) == (0, 3)
    with connect("support_loader") as connection:
        assert connection.execute("select count(*) from raw.dfe_absence").fetchone() == before


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda text: text.replace("PERCTOT", "PERCTOTAL", 1), "PERCTOTAL"),
        (lambda text: text.replace(",PPERSABS10", "", 1), "PPERSABS10"),
        (lambda text: text.replace("SUPP", "HUSH", 1), "HUSH"),
        (lambda text: text[: len(text) // 2].rstrip("\r\n0123456789."), "line"),
        (lambda text: "<!DOCTYPE html><html><body>404 Not Found</body></html>", "web page"),
    ],
    ids=["unknown column", "missing column", "wrong code", "cut off", "error page"],
)
def test_a_broken_file_is_quarantined_and_the_rest_goes_on(folder: Path, edit: Callable[[str], str], said: str) -> None:
    change(folder / FILES[0], edit)
    original = (folder / FILES[0]).read_bytes()
    land_folder(folder, SOURCES)
    summary = load_landed(SOURCES)
    status, reason = ledger()[FILES[0]]
    assert status == "quarantined"
    assert reason is not None
    assert FILES[0] in reason
    assert said.lower() in reason.lower()
    assert ledger()[FILES[1]] == ("loaded", None)
    assert summary.loaded == 1
    with connect("support_loader") as connection:
        [(sha256,)] = connection.execute(
            "select sha256 from landing.release where file_name = %s", (FILES[0],)
        ).fetchall()
        [(rows,)] = connection.execute(
            "select count(*) from raw.dfe_absence inner join landing.release on release_id = _release_id "
            "where status = 'quarantined'"
        ).fetchall()
    assert rows == 0
    assert stored("dfe_absence", sha256).read_bytes() == original, "the refused file is kept whole"


def test_bytes_other_than_the_index_names_are_quarantined(folder: Path) -> None:
    with (folder / "releases.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    write_index(folder, [rows[0] | {"sha256": "0" * 64}, rows[1]])
    land_folder(folder, SOURCES)
    status, reason = ledger()[FILES[0]]
    assert status == "quarantined"
    assert reason is not None
    assert "truncated or altered" in reason


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"known_from": ""}, "known_from is empty"), ({"file": "../outside.csv"}, "outside the folder"),
     ({"row_known_from_rule": "soon after"}, "row_known_from_rule")],
)  # fmt: skip
def test_an_index_that_cannot_be_understood_names_its_line(folder: Path, changed: dict[str, str], said: str) -> None:
    with (folder / "releases.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    write_index(folder, [rows[0], rows[1] | changed])
    with pytest.raises(SupportListError, match=r"line 3.*") as raised:
        land_folder(folder, SOURCES)
    assert said in str(raised.value)
