"""Releases over time: late arrivals, withdrawals, quarantine and back; no edition that exists ever changes."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import pytest

from school_support.assessment.prepare import build_assessments, prepare_assessment
from school_support.errors import SupportListError
from school_support.landing.ingest import land_folder, load_landed
from school_support.landing.ledger import editions_made_with, find_release, release_from_quarantine, withdraw
from school_support.publication.approve import record_decision
from school_support.publication.edition import Published, publish_candidate
from school_support.publication.freeze import freeze_candidate
from school_support.quality.gate import GateFailed, accept_loaded, check_candidate
from school_support.sources.contract import load_sources
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build

AS_AT = date(2026, 6, 30)
# The final KS2 table of 2024/25, which most of the list rests on.
LATE_SOURCE, LATE_YEAR = "dfe_ks2", "2025"
SOURCES = sorted(load_sources())


def index_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "releases.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_index(folder: Path, rows: list[dict[str, str]]) -> None:
    with (folder / "releases.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def take_in(folder: Path, rows: list[dict[str, str]]) -> None:
    write_index(folder, rows)
    land_folder(folder, SOURCES)
    load_landed(SOURCES)
    accept_loaded(SOURCES)
    build(["resource_type:seed", "staging"])


def candidate_of(assessment_id: int) -> int:
    build_assessments([assessment_id])
    return freeze_candidate(assessment_id, demonstration=True)


def published(candidate_id: int) -> Published:
    check_candidate(candidate_id)
    record_decision(candidate_id, "approved")
    return publish_candidate(candidate_id, "A file came late.")


def query(text: str, *parameters: object) -> list[tuple]:  # type: ignore[type-arg]
    with connect("support_admin") as connection:
        return connection.execute(text, parameters).fetchall()  # type: ignore[arg-type]


def edition_rows(candidate_id: int) -> list[tuple]:  # type: ignore[type-arg]
    return query(
        "select * from publication.school_indicator where candidate_id = %s order by urn, indicator", candidate_id
    )


@pytest.fixture(scope="module")
def folder(
    small_sample: Path,
    tmp_path_factory: pytest.TempPathFactory,
    another_warehouse: Callable[[], AbstractContextManager[Path]],
) -> Iterator[Path]:
    """The sample's files in a folder of their own, and an empty warehouse."""
    target = tmp_path_factory.mktemp("releases") / "sample"
    shutil.copytree(small_sample, target)
    with another_warehouse():
        yield target


def test_a_file_that_comes_late_changes_no_edition_and_a_withdrawn_one_counts_no_more(folder: Path) -> None:
    index = index_of(folder)
    late = [row for row in index if row["source"] == LATE_SOURCE and row["academic_year"] == LATE_YEAR]
    assert late
    assert all(date.fromisoformat(row["known_from"]) <= AS_AT for row in late)
    take_in(folder, [row for row in index if row not in late])
    before = prepare_assessment("999", 2027, AS_AT)
    first_candidate = candidate_of(before)
    first = published(first_candidate)
    said = edition_rows(first_candidate)
    # It was due on the as-at date, so gate 2 said so, and so does the manifest.
    manifest = query(
        "select manifest -> 'overdue_sources' from publication.edition where edition_id = %s", first.edition_id
    )
    assert any(sentence.startswith("dfe_ks2: final 2024/25 was due on") for sentence in manifest[0][0])

    # Late: public since December, loaded only now. The edition stays as it was, and a new assessment of the same day reads it.
    take_in(folder, index)
    after = prepare_assessment("999", 2027, AS_AT)
    assert after != before
    second_candidate = candidate_of(after)
    assert edition_rows(first_candidate) == said
    assert query("select content_hash from publication.edition where edition_id = %s", first.edition_id) == [
        (first.content_hash,)
    ]
    assert edition_rows(second_candidate) != said
    second = published(second_candidate)
    assert (second.edition, second.is_new) == (2, True)

    # Rebuilt from what it pinned, the old assessment says what it said, although more is known by now.
    assert freeze_candidate(before, demonstration=True) == first_candidate
    build_assessments([before])
    assert freeze_candidate(before, demonstration=True) == first_candidate

    # A candidate that waits for approval when a file it read is withdrawn does not pass the gate any more.
    named = late[0]["file"]
    release, editions = withdraw(named, "wrong figures, replaced by the publisher")
    assert [(made.authority, made.list_year, made.edition, made.is_current, made.usage) for made in editions] == [
        ("999", 2027, 2, True, "known")
    ]
    assert editions_made_with(release.release_id) == editions
    with pytest.raises(GateFailed, match="releases_accepted"):
        check_candidate(second_candidate)
    pinned = query("select assessment_id from control.assessment_release where release_id = %s", release.release_id)
    again = prepare_assessment("999", 2027, AS_AT)
    assert (again,) not in pinned
    if len(late) == 1:
        # The same inputs as at first: the same assessment.
        assert again == before
    # The edition that was made with it can still be rebuilt.
    build_assessments([after])
    assert freeze_candidate(after, demonstration=True) == second_candidate

    with pytest.raises(SupportListError, match="only an accepted release can be withdrawn"):
        withdraw(named, "again")


def test_before_the_day_its_publisher_withdrew_it_a_release_is_what_was_known(folder: Path) -> None:
    row = next(row for row in index_of(folder) if row["source"] == "dfe_absence")
    day = date.fromisoformat(row["known_from"])
    release, _ = withdraw(row["file"], "withdrawn by its publisher", date(day.year + 1, 1, 1))

    def pins(as_at: date) -> set[int]:
        assessment_id = prepare_assessment("999", as_at.year + 1, as_at)
        return {
            found
            for (found,) in query(
                "select release_id from control.assessment_release where assessment_id = %s", assessment_id
            )
        }

    assert release.release_id in pins(date(day.year, 12, 31))
    assert release.release_id not in pins(date(day.year + 1, 1, 1))
    assert query("select event, reason from landing.release_event where release_id = %s", release.release_id) == [
        ("withdrawn", "withdrawn by its publisher")
    ]


def test_a_name_that_no_release_has_brings_the_nearest(folder: Path) -> None:
    file = next(row["file"] for row in index_of(folder) if row["source"] == "gias_links")
    with pytest.raises(SupportListError, match=f"Did you mean {file}"):
        find_release(file[1:])
    found = find_release(file)
    assert find_release(str(found.release_id)) == find_release(found.sha256[:12]) == found


def test_out_of_quarantine_a_file_is_read_again_and_nothing_passes_unread(folder: Path) -> None:
    index = index_of(folder)
    row = next(row for row in index if row["source"] == "dfe_ks4")
    broken = folder / "broken.csv"
    broken.write_bytes((folder / row["file"]).read_bytes().replace(b"RECTYPE", b"RECORDTYPE", 1))
    take_in(folder, [*index, row | {"file": "broken.csv", "sha256": ""}])
    named = "broken.csv"
    assert find_release(named).status == "quarantined"
    faults = query("select count(*) from landing.fault where release_id = %s", find_release(named).release_id)
    assert faults[0][0] > 0
    with pytest.raises(SupportListError, match="Say why"):
        release_from_quarantine(named, " ")
    release_from_quarantine(named, "the contract knows RECORDTYPE now")
    assert find_release(named).status == "landed"
    summary = load_landed(SOURCES)
    assert [name for name, _ in summary.quarantined] == [named]
    assert find_release(named).status == "quarantined"
    with pytest.raises(SupportListError, match="not quarantined"):
        release_from_quarantine(index[0]["file"], "no reason")


def test_rows_left_out_are_recorded_and_their_schools_named_at_gate_2(folder: Path) -> None:
    # Six hundred schools, so that one faulty row is fewer than two in a thousand.
    schools = "".join(f"999,{2000 + n},{990001 + n},4.{n % 10},9.2\r\n" for n in range(600))
    faulty = schools.replace("999,2004,990005,4.4,9.2", "999,2004,990005,4.4,nine")
    (folder / "absence.csv").write_text(
        f"LA,ESTAB,URN,PERCTOT,PPERSABS10\r\n{faulty}NAT,PRI,,4.0,8.1\r\nNAT,SEC,,5.2,12.9\r\n"
    )
    template = next(row for row in index_of(folder) if row["source"] == "dfe_absence")
    row = template | {"file": "absence.csv", "sha256": "", "academic_year": "2017", "known_from": "2018-03-20"}
    take_in(folder, [*index_of(folder), row])
    release = find_release("absence.csv")
    assert release.status == "accepted"
    assert query("select rows, rows_rejected from landing.release where release_id = %s", release.release_id) == [
        (601, 1)
    ]
    assert query(
        "select line, urn, column_name, value, reason_code from quality.rejected_row where release_id = %s",
        release.release_id,
    ) == [(6, "990005", "PPERSABS10", "nine", "not_a_number")]
    assert query("select count(*) from raw.dfe_absence where _release_id = %s", release.release_id) == [(601,)]

    result = check_candidate(candidate_of(prepare_assessment("999", 2027, AS_AT)))
    told = [
        warning for warning in result.warnings if "no_rejected_rows_of_its_schools" in warning or "left out" in warning
    ]
    assert len(told) == 1
    assert "990005" in told[0]
