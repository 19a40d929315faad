"""dbt's own unit tests: thresholds, tie-breaks, missing data. They read the columns of relations that a build makes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from school_support.landing.ingest import load_landed
from school_support.settings import settings
from school_support.sources.contract import load_sources
from school_support.warehouse.dbt import build, environment


def test_every_dbt_unit_test_passes(
    another_warehouse: Callable[[], AbstractContextManager[Path]], tmp_path: Path
) -> None:
    project = str(settings().dbt_project)
    with another_warehouse():
        load_landed(sorted(load_sources()))  # nothing is landed: the empty raw tables
        build(["resource_type:seed", "staging", "intermediate", "marts"])
        done = subprocess.run(
            [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", "test", "--select", "test_type:unit",
             "--project-dir", project, "--profiles-dir", project, "--target-path", str(tmp_path),
             "--log-path", str(tmp_path)],
            env=environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "ERROR=0" in done.stdout
    assert "PASS=0" not in done.stdout
