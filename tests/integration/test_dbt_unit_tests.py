"""dbt's own unit tests: thresholds, tie-breaks, missing data. They need the relations that a build makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from school_support.settings import settings
from school_support.warehouse.dbt import environment


@pytest.mark.real_data
def test_every_dbt_unit_test_passes(real_warehouse: Path, tmp_path: Path) -> None:
    project = str(settings().dbt_project)
    done = subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", "test", "--select", "test_type:unit",
         "--project-dir", project, "--profiles-dir", project, "--target-path", str(tmp_path), "--log-path", str(tmp_path)],
        env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "ERROR=0" in done.stdout
    assert "PASS=0" not in done.stdout
