"""What `support-list status` shows before anything was taken in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from school_support.sources.contract import load_sources
from school_support.status import read_status


def test_an_empty_warehouse_has_a_status_too(another_warehouse: Callable[[], AbstractContextManager[Path]]) -> None:
    with another_warehouse():
        sources, *others, disk = read_status()
    assert sources.row_count == sum(source.calendar is not None for source in load_sources().values())
    assert set(sources.columns[1].cells) == {"never received"}
    assert {"landing store", "database warehouse", "database airflow"} < set(disk.columns[0].cells)
    assert [table.row_count for table in others] == [0] * len(others)
