"""Small files as publishers deliver them, made by hand in the true layouts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from school_support.sources.reader import FileRefused, read_release

Deliver = Callable[..., Path]
Refuse = Callable[..., FileRefused]


@pytest.fixture
def deliver(tmp_path: Path) -> Deliver:
    """Write a delivered file (text as UTF-8, line ends as given) and return its path."""

    def write(content: str | bytes, name: str = "delivered.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def refuse(deliver: Deliver) -> Refuse:
    """Read a file that must be refused and return the refusal."""

    def read(content: str | bytes, source: str, name: str = "delivered.csv") -> FileRefused:
        with pytest.raises(FileRefused) as caught:
            read_release(deliver(content, name), source)
        return caught.value

    return read
