"""One small sample for all tests of this folder, and a way to read its files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from school_support.sample import SampleSummary, write_sample
from school_support.sample.england import build_england
from school_support.sample.schools import England

SEED = 20260630
SCHOOLS = 300

Table = list[dict[str, str]]
ReadTable = Callable[[str], Table]


def read_rows(path: Path) -> list[list[str]]:
    """All rows of a file of the sample, the header first."""
    encoding = "cp1252" if path.parent.name in {"gias", "ofsted"} else "utf-8-sig"
    text = path.read_bytes().decode(encoding)
    return list(csv.reader(io.StringIO(text)))


@pytest.fixture(scope="package")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SampleSummary]:
    folder = tmp_path_factory.mktemp("sample")
    return folder, write_sample(folder, seed=SEED, schools=SCHOOLS)


@pytest.fixture(scope="package")
def folder(written: tuple[Path, SampleSummary]) -> Path:
    return written[0]


@pytest.fixture(scope="package")
def england() -> England:
    return build_england(SEED, SCHOOLS)


@pytest.fixture(scope="package")
def index(folder: Path) -> Table:
    with (folder / "releases.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="package")
def read(folder: Path) -> ReadTable:
    """A table by its file name; columns that a short row does not have are missing from its dictionary."""

    def _read(name: str) -> Table:
        header, *rows = read_rows(folder / name)
        return [dict(zip(header, row, strict=False)) for row in rows]

    return _read


@pytest.fixture(scope="package")
def hidden_quality(folder: Path) -> dict[tuple[str, int], float]:
    with (folder / "hidden_quality.csv").open(encoding="utf-8", newline="") as file:
        return {(row["urn"], int(row["academic_year"])): float(row["quality"]) for row in csv.DictReader(file)}
