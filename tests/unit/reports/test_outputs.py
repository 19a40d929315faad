from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from school_support.publication.written import WrittenLetter
from school_support.reports import folder, outputs
from school_support.reports.edition_data import EditionData
from school_support.reports.public_counts import People, PublicReport, choose

NAMES = {
    "support-list.html",
    "committee-report.html",
    "committee-report.pdf",
    "support-list.csv",
    "support-list.xlsx",
    "support_list.parquet",
    "school_indicator.parquet",
}


@pytest.fixture(scope="module")
def small(make_edition: Callable[..., EditionData]) -> EditionData:
    return make_edition(schools=12)


@pytest.fixture(scope="module")
def public(small: EditionData) -> PublicReport:
    return PublicReport(choose(small, People()))


def contents(where: Path) -> dict[str, bytes]:
    return {path.relative_to(where).as_posix(): path.read_bytes() for path in where.rglob("*") if path.is_file()}


@pytest.fixture
def recorded(
    small: EditionData, public: PublicReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, object]:
    """Outputs that read the small edition and record here instead of in the warehouse."""
    kept: dict[str, object] = {}

    class Settings:
        home = tmp_path
        editions = tmp_path / "editions"
        returns_contact = "school improvement"

    def files(edition_id: int, written: Mapping[str, bytes]) -> None:
        kept["files"] = (edition_id, {name: hashlib.sha256(content).hexdigest() for name, content in written.items()})

    def letters(candidate_id: int, edition_id: int | None, written: Sequence[WrittenLetter]) -> None:
        kept["letters"] = (candidate_id, edition_id, written)

    monkeypatch.setattr(outputs, "read_report", lambda edition_id, data: public)
    monkeypatch.setattr(outputs, "settings", Settings)
    monkeypatch.setattr(outputs, "read_edition", lambda edition_id: small)
    monkeypatch.setattr(outputs, "record_files", files)
    monkeypatch.setattr(outputs, "record_letters", letters)
    return kept


def test_everything_is_written_named_and_recorded(
    small: EditionData, recorded: dict[str, object], tmp_path: Path
) -> None:
    written = outputs.write_outputs(7)
    assert written.folder == tmp_path / "editions" / "999-2020-2"
    found = contents(written.folder)
    letters = {f"letters/{row.urn}.pdf" for row in small.support}
    assert found.keys() == NAMES | letters
    assert all(found.values())
    for path in (written.report, written.public_report, written.csv, written.xlsx, written.parquet):
        assert path.parent == written.folder
        assert path.is_file()
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}
    assert recorded["files"] == (7, hashes)
    candidate_id, edition_id, posted = recorded["letters"]  # type: ignore[misc]
    assert (candidate_id, edition_id) == (small.edition.candidate_id, 7)
    assert {letter.file_name: letter.sha256 for letter in posted} == {
        f"editions/999-2020-2/{name}": hashes[name] for name in letters
    }


def test_only_the_owner_opens_the_letters(recorded: dict[str, object]) -> None:
    assert outputs.write_outputs(7).letters.stat().st_mode & 0o777 == 0o700


def test_letters_alone_are_the_same_letters(recorded: dict[str, object], small: EditionData) -> None:
    written = outputs.write_outputs(7)
    first = contents(written.letters)
    told: list[tuple[int, int]] = []
    again = outputs.write_edition_letters(7, lambda done, of: told.append((done, of)))
    assert (again.folder, again.letters) == (written.letters, len(small.support))
    assert contents(written.letters) == first
    assert told == [(done, len(small.support)) for done in range(1, len(small.support) + 1)]


def test_writing_again_gives_the_same_bytes(recorded: dict[str, object]) -> None:
    first = contents(outputs.write_outputs(7).folder)
    assert contents(outputs.write_outputs(7).folder) == first


def test_a_killed_writer_leaves_no_half_file(
    small: EditionData, public: PublicReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = outputs.page_files(small, public)
    outputs.write_files(files, tmp_path)
    first = contents(tmp_path)

    def die(handle: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(folder.os, "fsync", die)
        with pytest.raises(KeyboardInterrupt):
            outputs.write_files(files, tmp_path)
    assert {name: content for name, content in contents(tmp_path).items() if name in NAMES} == first
    # The half file has a hidden name, which the next run takes over.
    assert contents(tmp_path).keys() - NAMES == {".support-list.html.part"}
    outputs.write_files(files, tmp_path)
    assert contents(tmp_path) == first
