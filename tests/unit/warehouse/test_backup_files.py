"""Which files a backup keeps, while others work on them, and how they are put back."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from school_support.landing.store import sha256_of
from school_support.settings import settings
from school_support.warehouse import backup


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SUPPORT_LIST_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield tmp_path / "home"
    settings.cache_clear()


def written(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def copied(to: Path) -> dict[str, str]:
    """The names of the files in a new backup with their hashes."""
    to.mkdir(exist_ok=True)
    backup._copy_files(to / "files.jsonl", to, lambda _: None)
    return {entry["path"]: entry["sha256"] for entry in map(json.loads, (to / "files.jsonl").read_text().splitlines())}


def test_what_is_moved_meanwhile_is_found_in_its_new_place(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = written(home / "returns" / "inbox" / "form.xlsx", "form")
    written(home / "landing" / "gias" / "a", "file")
    keep = backup._keep

    def taken_in_first(path: Path, to: Path) -> tuple[str, int, bool]:
        if path == form:
            (home / "landing" / "school_returns").mkdir()
            shutil.copy(form, home / "landing" / "school_returns" / "b")
            (home / "returns" / "processed").mkdir()
            form.rename(home / "returns" / "processed" / "form.xlsx")
        return keep(path, to)

    monkeypatch.setattr(backup, "_keep", taken_in_first)
    assert copied(tmp_path / "backups").keys() == {
        "landing/gias/a", "landing/school_returns/b", "returns/processed/form.xlsx",
    }  # fmt: skip


def test_a_file_that_grows_is_kept_under_the_hash_of_what_was_copied(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = written(home / "returns" / "inbox" / "form.xlsx", "half")
    copy = shutil.copyfile

    def grown(source: Path, target: Path) -> Path:
        form.write_text("half and half")
        return Path(copy(source, target))

    monkeypatch.setattr(shutil, "copyfile", grown)
    [sha256] = copied(tmp_path / "backups").values()
    assert sha256_of(backup._stored(tmp_path / "backups", sha256)) == sha256


def test_a_backup_folder_that_goes_is_no_file_that_went(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(home / "landing" / "gias" / "a", "file")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(FileNotFoundError("unmounted")))
    with pytest.raises(FileNotFoundError, match="unmounted"):
        copied(tmp_path / "backups")


def test_a_copy_that_was_cut_off_is_made_again(home: Path, tmp_path: Path) -> None:
    written(home / "landing" / "gias" / "a", "file")
    [sha256] = copied(tmp_path / "backups").values()
    kept = backup._stored(tmp_path / "backups", sha256)
    kept.write_text("")
    copied(tmp_path / "backups")
    assert kept.read_text() == "file"


def test_folders_elsewhere_are_kept_and_put_back_where_the_settings_say(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPPORT_LIST_RETURNS_INBOX", str(tmp_path / "share" / "inbox"))
    monkeypatch.setenv("SUPPORT_LIST_MIRROR_FOLDER", str(tmp_path / "mirror"))
    settings.cache_clear()
    form = written(tmp_path / "share" / "processed" / "form.xlsx", "form")
    written(tmp_path / "share" / "holidays.xlsx", "not ours")
    written(tmp_path / "mirror" / "gias.csv", "file")
    written(home / "data_docs" / "gate" / "index.html", "evidence")
    names = copied(tmp_path / "backups")
    assert names.keys() == {"returns/processed/form.xlsx", "mirror/gias.csv", "data_docs/gate/index.html"}
    form.unlink()
    name = "returns/processed/form.xlsx"
    backup._put_back({"path": name, "sha256": names[name], "mode": 0o640}, tmp_path / "backups")
    assert form.read_text() == "form"


def test_letters_are_put_back_in_a_folder_of_their_owner_alone(home: Path, tmp_path: Path) -> None:
    letter = written(home / "editions" / "999-2027-1" / "letters" / "100.pdf", "letter")
    [(name, sha256)] = copied(tmp_path / "backups").items()
    shutil.rmtree(home)
    with backup._private():
        backup._put_back({"path": name, "sha256": sha256, "mode": 0o644}, tmp_path / "backups")
    assert stat.S_IMODE(letter.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(letter.stat().st_mode) == 0o644
