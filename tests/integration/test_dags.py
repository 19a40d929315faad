"""The DAG files: all there, short, well named, and the same bytes whenever Airflow serialises them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from school_support.settings import PROJECT

DAGS = {
    "assess_schools", "ingest_ofsted_outcomes", "ingest_results", "ingest_school_register", "ingest_school_returns", "maintenance",
    "propose_support_list", "publish_support_list", "remind_of_returns", "watch_schools",
}  # fmt: skip
FILES = sorted((PROJECT / "dags").glob("*.py"))
SERIALISE = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization
bag = DagBag(sys.argv[1])
dags = {name: DagSerialization.to_dict(dag) for name, dag in sorted(bag.dags.items())}
periodic = [name for name, dag in bag.dags.items() if "CronTriggerTimetable" in type(dag.timetable).__name__]
shadowing = [name for name in ("cli", "status", "settings", "errors") if name in sys.modules]
print(json.dumps({"errors": bag.import_errors, "dags": dags, "periodic": periodic, "shadowing": shadowing}, sort_keys=True))
"""


def serialised(home: Path) -> str:
    """What a fresh process makes of all DAG files, as one line of JSON."""
    done = subprocess.run(
        [sys.executable, "-c", SERIALISE, str(PROJECT / "dags")],
        env=os.environ
        | {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "PYTHONPATH": str(PROJECT / "plugins"),
           "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"), "PYTHONHASHSEED": "random"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("airflow")


@pytest.fixture(scope="module")
def first(airflow_home: Path) -> str:
    return serialised(airflow_home)


def test_all_dags_import_and_nothing_else(first: str) -> None:
    found = json.loads(first)
    assert found["dags"].keys() == DAGS
    assert found["errors"] == {}
    assert {path.stem for path in FILES} == DAGS


def test_serialising_twice_gives_the_same(first: str, airflow_home: Path) -> None:
    assert serialised(airflow_home) == first


def test_what_engineers_backfill_is_periodic_and_publishing_is_not(first: str) -> None:
    periodic = set(json.loads(first)["periodic"])
    assert "assess_schools" in periodic
    assert "publish_support_list" not in periodic


def test_airflow_imports_no_module_of_the_package_by_its_bare_name(first: str) -> None:
    assert json.loads(first)["shadowing"] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_dag_file_is_short_and_well_named(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 80
    assert not path.name.startswith("dbt_")
