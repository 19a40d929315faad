"""The main job before it starts anything."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from school_support.errors import SupportListError
from school_support.orchestration.main_job import run_main_job


@pytest.mark.parametrize(
    ("authority", "as_at", "said"),
    [
        ("850", date(2026, 6, 30), "No row for authority 850"),
        ("874", date(2005, 6, 30), "No ruleset for authority 874 as at 2005-06-30"),
    ],
)
def test_an_authority_without_its_rows_is_refused_before_anything_starts(
    authority: str, as_at: date, said: str, tmp_path: Path
) -> None:
    begun: list[str] = []
    with pytest.raises(SupportListError, match=said):
        run_main_job(tmp_path, authority, 2027, as_at, on_step=begun.append, on_task=lambda _: None)
    assert begun == []
