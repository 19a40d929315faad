"""The whole job through Airflow, from the command line: an edition, nothing new, a stopped gate, a backfill, the roles."""

from __future__ import annotations

import json
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

from school_support.orchestration.local import LocalAirflow
from school_support.publication.edition import past_of_list
from school_support.settings import PROJECT, settings
from school_support.warehouse.connection import connect
from school_support.warehouse.secrets import PSEUDONYM_KEY, read_secrets

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


def backfill(airflow: LocalAirflow, dag_id: str, first: str, last: str, folder: Path | None = None) -> list[str]:
    """`airflow backfill create` as an engineer gives it, several runs at once, to its end; the states of its runs."""
    conf = ["--dag-run-conf", json.dumps({"folder": str(folder)})] if folder else []
    made = airflow.command(["backfill", "create", "--dag-id", dag_id, "--from-date", first, "--to-date", last, *conf])
    assert made.returncode == 0, made.stdout + made.stderr
    deadline = time.monotonic() + 400
    while any(one["completed_at"] is None for one in airflow.client.get("backfills", dag_id=dag_id)["backfills"]):
        assert time.monotonic() < deadline
        time.sleep(1)
    runs = airflow.client.get(f"dags/{dag_id}/dagRuns", run_type=["backfill"], limit=100)["dag_runs"]
    return [run["state"] for run in runs]


def test_airflow_backfills_past_junes_as_the_command_does(
    first_run: subprocess.CompletedProcess[str], small_sample: Path
) -> None:
    """With a real scheduler: a chain of assessments that counts for nothing, and twice is as good as once."""
    published = rows("select edition_id, content_hash, published_at from publication.edition")
    with LocalAirflow() as airflow:
        assert backfill(airflow, "assess_schools", "2024-06-01", "2026-06-01") == ["success", "success"]
        made = rows(
            "select assessment_id, list_year, as_at::text, purpose, previous_assessment_id from control.assessment "
            "where as_at < '2026-01-01' order by list_year"
        )
        first, second = (row[0] for row in made)
        assert made == [
            (first, 2025, "2024-06-30", "backfill", None),
            (second, 2026, "2025-06-30", "backfill", first),
        ]
        assert past_of_list("999", 2027) is None
        assert backfill(airflow, "assess_schools", "2024-06-01", "2026-06-01") == ["success", "success"]
        # Nights and a term of what is there already.
        counts = "select (select count(*) from landing.release), (select count(*) from raw.gias), (select count(*) from raw.dfe_ks2)"
        there = rows(counts)
        assert set(backfill(airflow, "ingest_school_register", "2026-01-05", "2026-01-08", small_sample)) == {"success"}
        assert set(backfill(airflow, "ingest_results", "2025-09-28", "2025-10-12", small_sample)) == {"success"}
        assert rows(counts) == there
        never = airflow.command(
            [
                "backfill",
                "create",
                "--dag-id",
                "publish_support_list",
                "--from-date",
                "2024-06-01",
                "--to-date",
                "2026-07-01",
            ]
        )
        assert never.returncode != 0
        assert "does not support backfills" in never.stdout + never.stderr

    assessments = rows("select count(*) from control.assessment")
    builds = set(settings().runs.iterdir())
    wanted = ("--from", "2025", "--to", "2026", "--la", "999", "--reason", "as Airflow made it")
    staged = support_list("backfill", *wanted)
    assert staged.returncode == 0, staged.stdout + staged.stderr
    assert rows("select count(*) from control.assessment") == assessments, "the command finds what Airflow made"
    assert set(settings().runs.iterdir()) == builds, "and builds none of it again"
    by_airflow = hashes_of_backfill(1)
    assert support_list("backfill", "cancel", "1").returncode == 0
    assert rows(
        "select count(*) from marts.school_tier inner join control.assessment using (assessment_id) where purpose = 'backfill'"
    ) == [(0,)]
    assert support_list("backfill", *wanted).returncode == 0
    assert hashes_of_backfill(2) == by_airflow
    assert len(by_airflow) == 2
    completed = support_list("backfill", "complete", "2")
    assert completed.returncode == 0, completed.stdout + completed.stderr
    assert past_of_list("999", 2027) == second
    assert rows("select edition_id, content_hash, published_at from publication.edition") == published


def hashes_of_backfill(number: int) -> list[tuple]:  # type: ignore[type-arg]
    return rows(
        f"select list_year, content_hash from control.backfill_year where backfill_id = {number} and content_hash is not null order by 1"
    )


def test_a_backup_is_restored_in_an_empty_installation(
    first_run: subprocess.CompletedProcess[str],
    another_warehouse: Callable[[], AbstractContextManager[Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = "select urn, tier_name, points, reasons from bi.support_list_v1 order by urn"
    assert support_list("reader", "add", "town_hall", "--authority", "999").returncode == 0
    made = support_list("backup", "create", str(tmp_path))
    assert made.returncode == 0, made.stderr
    [backup] = [path.parent for path in tmp_path.glob("*/backup.json")]
    before, key = rows(seen, "bi_reader"), read_secrets()[PSEUDONYM_KEY]
    again = support_list("backup", "create", str(tmp_path))
    assert "of which 0 bytes were new" in again.stdout
    with another_warehouse() as home:
        refused = support_list("backup", "restore", str(backup))
        assert (refused.returncode, "another SUPPORT_LIST_PSEUDONYM_KEY" in refused.stderr) == (1, True)
        monkeypatch.setenv(PSEUDONYM_KEY, key)
        kept = next(path for path in sorted((tmp_path / "files").rglob("*")) if path.is_file() and path.stat().st_size)
        content = kept.read_bytes()
        kept.write_bytes(content[:-1])
        refused = support_list("backup", "restore", str(backup))
        assert (refused.returncode, "is missing or damaged" in refused.stderr) == (1, True)
        assert not (home / "landing").exists()
        kept.write_bytes(content)
        restored = support_list("backup", "restore", str(backup))
        assert restored.returncode == 0, restored.stdout + restored.stderr
        assert "1 editions, each verified" in restored.stdout
        assert rows(seen, "bi_reader") == before
        assert rows(
            "select role_name, authority from control.reader_authority where role_name like 'bi_reader_town%'"
        ) == [("bi_reader_town_hall", "999")]
        assert rows("select pg_has_role('bi_reader_town_hall', 'bi_readers_limited', 'usage')") == [(True,)]
        refused = support_list("backup", "restore", str(backup))
        assert (refused.returncode, "Say --replace" in refused.stderr) == (1, True)
        monkeypatch.delenv(PSEUDONYM_KEY)


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
