"""What tasks hand on is JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from school_support.orchestration.tasks import handed_on


@dataclass(frozen=True)
class Inner:
    day: date


@dataclass(frozen=True)
class Outer:
    path: Path
    inner: Inner
    refused: list[tuple[str, str]] = field(default_factory=list)


def test_dataclasses_paths_and_dates_become_json() -> None:
    value = Outer(Path("/a/b.csv"), Inner(date(2019, 6, 30)), [("b.csv", "why")])
    assert handed_on(value) == {
        "path": "/a/b.csv",
        "inner": {"day": "2019-06-30"},
        "refused": [["b.csv", "why"]],
    }


def test_plain_values_stay() -> None:
    assert handed_on({"n": 1, "share": 0.5, "none": None, "text": "x", "list": (1, 2)}) == {
        "n": 1,
        "share": 0.5,
        "none": None,
        "text": "x",
        "list": [1, 2],
    }
