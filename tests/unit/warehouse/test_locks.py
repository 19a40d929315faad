"""Advisory locks: each has a number of its own, so that what has nothing to do with one another never waits for it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import school_support

LOCK = re.compile(r"^([A-Z_]+_LOCK) = (720_\d+)$", re.MULTILINE)


def test_no_two_locks_share_a_number() -> None:
    sources = Path(school_support.__file__).parent.rglob("*.py")
    locks = [lock for source in sources for lock in LOCK.findall(source.read_text(encoding="utf-8"))]
    assert len(locks) > 1
    shared = [number for number, times in Counter(number for _, number in locks).items() if times > 1]
    assert shared == [], locks
