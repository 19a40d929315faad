from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from school_support.reports import outputs
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


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_all_files_are_written_and_named(small: EditionData, public: PublicReport, tmp_path: Path) -> None:
    written = outputs.write_files(small, public, tmp_path / "999-2020-2")
    assert {path.name for path in written.folder.iterdir()} == NAMES
    for path in (
        written.report,
        written.public_report,
        written.public_report.with_suffix(".pdf"),
        written.csv,
        written.xlsx,
        written.parquet,
    ):
        assert path.parent == written.folder
        assert path.stat().st_size > 0


def test_the_folder_is_named_after_the_edition(
    small: EditionData, public: PublicReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def read(edition_id: int) -> EditionData:
        asked.append(edition_id)
        return small

    class Settings:
        editions = tmp_path

    monkeypatch.setattr(outputs, "read_edition", read)
    monkeypatch.setattr(outputs, "read_report", lambda edition_id, data: public)
    monkeypatch.setattr(outputs, "settings", Settings)
    assert outputs.write_outputs(7).folder == tmp_path / "999-2020-2"
    assert asked == [7]


def test_writing_again_gives_the_same_bytes(small: EditionData, public: PublicReport, tmp_path: Path) -> None:
    outputs.write_files(small, public, tmp_path)
    first = contents(tmp_path)
    outputs.write_files(small, public, tmp_path)
    assert contents(tmp_path) == first


def test_a_killed_writer_leaves_no_half_file(
    small: EditionData, public: PublicReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs.write_files(small, public, tmp_path)
    first = contents(tmp_path)

    def die(handle: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(outputs.os, "fsync", die)
        with pytest.raises(KeyboardInterrupt):
            outputs.write_files(small, public, tmp_path)
    assert {name: content for name, content in contents(tmp_path).items() if name in NAMES} == first
    # The half file has a hidden name, which the next run takes over.
    assert {path.name for path in tmp_path.iterdir()} - NAMES == {".support-list.html.part"}
    outputs.write_files(small, public, tmp_path)
    assert contents(tmp_path) == first
