"""The landing store: a file is there whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from school_support.errors import SupportListError
from school_support.landing import store
from school_support.settings import Settings


@pytest.fixture
def delivered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(store, "settings", lambda: Settings(home=tmp_path / "home"))
    path = tmp_path / "england_ks2final.csv"
    path.write_bytes(b"RECTYPE,URN\n1,990001\n" * 1000)
    return path


def kept(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file()]


def test_a_full_disk_keeps_nothing_half_and_says_what_to_do(
    delivered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:100])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))

    sha256 = store.sha256_of(delivered)
    with monkeypatch.context() as full:
        full.setattr(shutil, "copyfile", half)
        with pytest.raises(SupportListError, match=r"disk is full: england_ks2final.csv \(21,000 bytes\).*start again"):
            store.keep(delivered, "dfe_ks2", sha256, delivered.name)
    assert kept(tmp_path / "home") == []
    assert store.keep(delivered, "dfe_ks2", sha256, delivered.name) == sha256
    assert [path.read_bytes() for path in kept(tmp_path / "home")] == [delivered.read_bytes()]


def test_another_fault_of_the_disk_is_not_called_a_full_one(delivered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(source: Path, target: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(target))

    monkeypatch.setattr(shutil, "copyfile", broken)
    with pytest.raises(OSError, match="Input/output error"):
        store.keep(delivered, "dfe_ks2", store.sha256_of(delivered), delivered.name)
