"""The manifest that dbt parsed is kept for one state of the project's files, and for no other."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from school_support.settings import PROJECT, Settings
from school_support.warehouse import parsed

KEPT = b"as dbt packs it"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project" / "dbt_project"
    shutil.copytree(PROJECT / "dbt_project" / "macros", folder / "macros")
    (folder / "models").mkdir()
    (folder / "models" / "one.sql").write_text("select 1")
    monkeypatch.setattr(parsed, "settings", lambda: Settings(home=tmp_path / "home", project=folder.parent))
    return folder


def kept(home: Path) -> list[bytes]:
    return [path.read_bytes() for path in (home / "dbt_parsed").glob("*")]


def test_it_is_looked_for_anew_when_a_file_changes_and_the_earlier_one_goes(project: Path, tmp_path: Path) -> None:
    target = tmp_path / "run"
    target.mkdir()
    (target / parsed.PARSED).write_bytes(KEPT)
    assert parsed.read_parsed() is None
    parsed.keep_parsed(target)
    assert kept(tmp_path / "home") == [KEPT]
    (project / "models" / "one.sql").write_text("select 2")
    assert parsed.read_parsed() is None
    (target / parsed.PARSED).write_bytes(KEPT + b" now")
    parsed.keep_parsed(target)
    assert kept(tmp_path / "home") == [KEPT + b" now"]
