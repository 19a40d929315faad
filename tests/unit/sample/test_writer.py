from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from school_support.sample import SampleSummary, write_sample
from school_support.sources.reader import read_release

from .conftest import SCHOOLS, SEED, Table, read_rows


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, seed=SEED, schools=SCHOOLS)
    assert _contents(tmp_path) == _contents(folder)


def test_another_seed_gives_another_country(folder: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, seed=SEED + 1, schools=160)
    name = "performance/2018-19/england_ks2final.csv"
    assert (tmp_path / name).read_bytes() != (folder / name).read_bytes()


def test_the_summary_says_what_was_written(written: tuple[Path, SampleSummary], index: Table) -> None:
    _, summary = written
    assert (summary.files, summary.schools, summary.authority_schools) == (75, 300, 80)
    assert summary.rows == sum(int(entry["rows"]) for entry in index)
    assert summary.seconds > 0


def test_the_index_holds_each_files_hash_rows_and_columns(folder: Path, index: Table) -> None:
    for entry in index:
        path = folder / entry["file"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"], entry["file"]
        header, *rows = read_rows(path)
        assert (len(rows), len(header)) == (int(entry["rows"]), int(entry["columns"]))
        assert (entry["form"], entry["origin"]) == ("fictional", f"generated, seed {SEED}")


def test_everything_but_the_hidden_truth_is_in_the_index(folder: Path, index: Table) -> None:
    listed = {entry["file"] for entry in index}
    assert _contents(folder).keys() - listed == {"releases.csv", "hidden_quality.csv"}


def test_there_are_no_results_of_2020_and_2021(index: Table) -> None:
    years = {source: Counter[str]() for source in ("dfe_ks2", "dfe_ks4", "dfe_absence")}
    for entry in index:
        if entry["source"] in years:
            years[entry["source"]][entry["academic_year"]] += 1
    assert years == {
        "dfe_ks2": {"2017": 1, "2018": 1, "2019": 2, "2023": 1, "2024": 1, "2025": 2},
        "dfe_ks4": {"2017": 2, "2018": 2, "2019": 2, "2022": 1, "2023": 1, "2024": 1, "2025": 2},
        "dfe_absence": {"2017": 1, "2018": 1, "2019": 1, "2022": 1, "2023": 1, "2024": 1, "2025": 1},
    }


def test_census_and_exclusions_go_on_through_the_pandemic(index: Table) -> None:
    years = {
        source: [entry["academic_year"] for entry in index if entry["source"] == source]
        for source in ("dfe_census", "dfe_exclusions")
    }
    assert years == {
        "dfe_census": [str(year) for year in range(2018, 2026)],
        "dfe_exclusions": ["2022", "2023", "2024", "2025"],
    }


def test_nothing_is_known_before_the_day_it_describes(index: Table) -> None:
    for entry in index:
        if entry["snapshot_date"]:
            assert entry["known_from"] >= entry["snapshot_date"]
        else:
            assert entry["known_from"] > f"{entry['academic_year']}-08-31"


@pytest.mark.parametrize("year", range(2019, 2027))
def test_every_june_has_a_register_links_and_inspections_of_the_last_year(index: Table, year: int) -> None:
    known = {entry["source"] for entry in index if f"{year - 1}-06-30" < entry["known_from"] <= f"{year}-06-30"}
    assert known >= {"gias", "gias_links", "ofsted_mi"}


def test_an_unfinished_folder_has_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sample(tmp_path, schools=160)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(OSError, match="disk full"):
        write_sample(tmp_path, schools=160)
    assert not (tmp_path / "releases.csv").exists()


def test_every_file_is_accepted_by_its_contract(folder: Path, index: Table) -> None:
    for entry in index:
        read = read_release(folder / entry["file"], entry["source"], entry["file"])
        assert read.rows == int(entry["rows"]), entry["file"]
