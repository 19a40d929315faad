"""The whole job through Airflow, from the command line: an edition, nothing new, a stopped gate, a backfill, the roles."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from school_support.settings import PROJECT, settings
from school_support.warehouse.connection import connect

pytestmark = pytest.mark.end_to_end
VIEWS = ("support_list", "school_risk", "school_indicator", "school", "inspection", "result", "edition")


def support_list(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, with the state folder of this test."""
    return subprocess.run(
        [sys.executable, "-c", "from school_support.cli import app; app()", *arguments],
        env=os.environ | {"PYTHONPATH": str(PROJECT / "plugins"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def rows(query: str, role: str = "support_admin") -> list[tuple]:  # type: ignore[type-arg]
    with connect(role) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def run(folder: Path, as_at: str) -> subprocess.CompletedProcess[str]:
    return support_list("run", "--data", str(folder), "--la", "999", "--as-at", as_at)


@pytest.fixture(scope="module")
def first_run(
    small_sample: Path, another_warehouse: Callable[[], AbstractContextManager[Path]]
) -> Iterator[subprocess.CompletedProcess[str]]:
    with another_warehouse():
        yield run(small_sample, "2026-06-30")


def test_the_job_ends_with_a_published_demonstration(first_run: subprocess.CompletedProcess[str]) -> None:
    assert first_run.returncode == 0, first_run.stdout + first_run.stderr
    assert "High level intervention" in first_run.stdout
    [(edition, schools, demonstration, approver, session, said)] = rows(
        "select edition, schools, demonstration, approved_by, approved_session_user, content_hash from bi.edition_v1"
    )
    assert (edition, schools, demonstration, session) == (1, 80, True, "support_publisher")
    assert approver
    assert said in first_run.stdout
    for name in re.findall(r"(?:Report|CSV|Excel|Parquet) +(/\S+)", first_run.stdout):
        assert Path(name).stat().st_size > 0, name


def test_every_view_carries_authority_list_year_and_edition(first_run: subprocess.CompletedProcess[str]) -> None:
    for view in VIEWS:
        found = rows(f"select distinct authority, list_year, edition from bi.{view}_v1", role="bi_reader")
        assert found == [("999", 2027, 1)], view


@pytest.mark.parametrize(
    "table",
    ["publication.support_list", "publication.edition", "marts.school_tier", "staging.stg_dfe__results",
     "raw.dfe_ks2", "landing.release", "control.assessment", "quality.rule_result", "seeds.rule_tier"],
)  # fmt: skip
def test_bi_reader_reads_bi_and_nothing_else(first_run: subprocess.CompletedProcess[str], table: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows(f"select * from {table} limit 1", role="bi_reader")


@pytest.mark.parametrize("role", ["bi_reader", "support_publisher", "support_owner", "support_admin"])
@pytest.mark.parametrize("table", ["support_list", "school_indicator", "edition", "approval", "candidate"])
@pytest.mark.parametrize("change", ["delete from", "update", "truncate"])
def test_an_edition_never_changes(
    first_run: subprocess.CompletedProcess[str], role: str, table: str, change: str
) -> None:
    column = {"support_list": "tier", "school_indicator": "points", "approval": "note"}.get(table, "content_hash")
    statement = f"{change} publication.{table}" + (f" set {column} = {column}" if change == "update" else "")
    with connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"{statement}{' cascade' if change == 'truncate' else ''}")


def test_no_row_joins_a_published_edition(first_run: subprocess.CompletedProcess[str]) -> None:
    with connect("support_publisher") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(
            "insert into publication.support_list (candidate_id, urn) select candidate_id, '1' from publication.edition"
        )


def test_a_candidate_is_decided_once(first_run: subprocess.CompletedProcess[str]) -> None:
    [(candidate_id,)] = rows("select candidate_id from publication.candidate")
    refused = support_list("reject", str(candidate_id), "--note", "Not after all.")
    assert refused.returncode == 1
    assert "A candidate is decided once" in refused.stderr


def test_the_same_input_again_publishes_nothing_new(
    first_run: subprocess.CompletedProcess[str], small_sample: Path
) -> None:
    again = run(small_sample, "2026-06-30")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "Nothing new" in again.stdout
    assert rows("select count(*) from publication.edition") == [(1,)]


def test_a_critical_failure_stops_before_publication(
    first_run: subprocess.CompletedProcess[str], small_sample: Path
) -> None:
    """A school is lost on its way into the candidate: no edition, status not 0, the rule and the URN are named."""
    with connect("support_admin") as connection:
        connection.execute(
            "create function publication.lose() returns trigger language plpgsql as "
            "$$ begin if new.urn = '990001' then return null; end if; return new; end $$"
        )
        connection.execute(
            "create trigger lose before insert on publication.support_list for each row execute function publication.lose()"
        )
    try:
        stopped = run(small_sample, "2026-05-31")
    finally:
        with connect("support_admin") as connection:
            connection.execute("drop function publication.lose() cascade")
    said = stopped.stdout + stopped.stderr
    assert stopped.returncode != 0
    assert "990001" in said
    assert "candidate_" in said, "the message names the rule"
    assert rows("select edition, as_at::text from bi.edition_v1") == [(1, "2026-06-30")]


def test_airflow_backfills_past_junes(first_run: subprocess.CompletedProcess[str]) -> None:
    """`airflow backfill create` with a real scheduler: an assessment as at each 30 June, and no publication."""
    from school_support.orchestration.local import LocalAirflow

    with LocalAirflow() as airflow:
        made = airflow.command(
            ["backfill", "create", "--dag-id", "assess_schools", "--from-date", "2024-06-01", "--to-date", "2025-07-01",
             "--max-active-runs", "1"]
        )  # fmt: skip
        assert made.returncode == 0, made.stdout + made.stderr
        deadline = time.monotonic() + 180
        while len(built := rows("select as_at::text, list_year from control.assessment where built_at is not null "
                                "and as_at < '2026-01-01' order by 1")) < 2:  # fmt: skip
            assert time.monotonic() < deadline, f"built so far: {built}"
            time.sleep(1)
    assert built == [("2024-06-30", 2025), ("2025-06-30", 2026)]
    assert (
        rows(
            "select count(*) from marts.school_tier inner join control.assessment using (assessment_id) where as_at < '2026-01-01'"
        )[0][0]
        > 140
    )
    assert rows("select count(*) from publication.edition") == [(1,)]


FAR = timedelta(days=20 * 365)


def files_of(*folders: Path) -> set[Path]:
    return {path for folder in folders for path in folder.rglob("*") if path.is_file()}


def test_however_old_it_is_nothing_that_an_edition_rests_on_goes(first_run: subprocess.CompletedProcess[str]) -> None:
    """Twenty years on, with all that could tempt a sweep: what goes is named, and the edition still verifies."""
    from school_support.orchestration.own_database import clean_airflow
    from school_support.warehouse.housekeeping import sweep

    home = settings().home
    [(candidate_id,)] = rows("select candidate_id from publication.edition")
    published, unpublished = (
        home / "drafts" / f"999-2027-{candidate_id}",
        home / "drafts" / f"999-2026-{candidate_id + 1000}",
    )
    quarantined, pinned = home / "landing" / "gias" / ("a" * 64), home / "landing" / "gias" / ("b" * 64)
    note = home / "returns" / "answers" / "form.xlsx.accepted.txt"
    for path in (published / "letter.pdf", unpublished / "letter.pdf", quarantined, pinned, note):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("old")
    with connect("support_admin") as connection:
        # The second was accepted when an edition's assessment pinned it, and set aside later.
        for sha256 in (quarantined.name, pinned.name):
            connection.execute(
                "insert into landing.release (source, collection, known_from, file_name, sha256, bytes, status, reason) "
                "values ('gias', 'fictional', '2020-01-01', 'old.csv', %s, 3, 'quarantined', 'for this test')",
                (sha256,),
            )
        connection.execute(
            "insert into control.assessment_release (assessment_id, release_id, usage) select assessment_id, release_id, 'known' "
            "from publication.edition inner join publication.candidate using (candidate_id), landing.release where sha256 = %s",
            (pinned.name,),
        )
    stays = files_of(home / "landing", home / "editions", published) - {quarantined}
    gates = rows("select count(*) from quality.gate_run")
    [[docs]] = rows(
        f"select data_docs from quality.gate_run where gate = 'candidate' and subject_id = {candidate_id} limit 1"
    )

    shown = support_list("maintenance", "--dry-run")
    assert shown.returncode == 0, shown.stderr
    then = datetime.now(UTC) + FAR
    would_go = [*sweep(then, dry_run=True), clean_airflow(then, dry_run=True)]
    assert unpublished.exists()
    gone = [*sweep(then), clean_airflow(then)]
    assert gone == would_go
    assert {item.what: item.things for item in gone}["draft letters of lists never published, folders"] == 1
    assert {item.what: item.things for item in gone}["quarantined files, of which the ledger row stays"] == 1
    assert not any(path.exists() for path in (unpublished, quarantined, note))
    assert files_of(home / "landing", home / "editions", published) == stays
    assert Path(docs).exists()
    assert rows("select count(*) from quality.gate_run") == gates
    assert rows("select count(*) from quality.run") == [(0,)]
    assert rows("select count(*) from landing.release where status = 'quarantined' and sha256 like 'aaa%'") == [(1,)]
    # The second sweep finds nothing, but for what the first could not see: itself.
    assert sum(item.things for item in sweep(then)) == 0

    with connect("support_admin") as connection:
        connection.execute(
            "delete from control.assessment_release using landing.release where assessment_release.release_id = release.release_id "
            "and sha256 = %s",
            (pinned.name,),
        )
    verified = support_list("verify", "1")
    assert verified.returncode == 0, verified.stdout + verified.stderr
