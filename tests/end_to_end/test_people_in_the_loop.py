"""A list from its draft to an edition with people in the loop, as it is done in July: schools answer, the panel decides, another
person approves in Airflow; then the edition is verified, tampered with, and made again from the landing store."""

from __future__ import annotations

import csv
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from school_support.assessment.prepare import build_assessments, prepare_assessment
from school_support.cli import app
from school_support.errors import SupportListError
from school_support.landing.ingest import land_folder, load_landed
from school_support.orchestration.local import LocalAirflow
from school_support.orchestration.supervisor import log_file
from school_support.publication.approve import decision_on, record_decision
from school_support.publication.edition import publish_candidate
from school_support.publication.freeze import freeze_candidate
from school_support.publication.school_check import answer_comment, open_check, record_comment, statuses
from school_support.publication.verify import verify_edition
from school_support.quality.gate import GateFailed, accept_loaded, check_candidate
from school_support.reports.outputs import write_outputs
from school_support.settings import settings
from school_support.sources.contract import load_sources
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build

pytestmark = pytest.mark.end_to_end

AS_AT, OPENED, PANEL = date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 16)
HEADER = "URN,List year,Decision,Tier,Reason,Evidence,Decided by (1),Decided by (2),Decided on,Expires on,Replaces decision of"
PEOPLE_RULES = {
    "candidate_people.panel_decided_on_the_top_tier",
    "candidate_people.schools_were_asked",
}


@dataclass(frozen=True)
class July:
    """What stands at the end of July: the draft, the candidates for approval, the school that the panel moved."""

    draft: int
    approved: int
    built_by_admin: int
    rejected: int
    moved_urn: str


def query(text: str, *parameters: object) -> list[tuple[Any, ...]]:
    with connect("support_admin") as connection:
        return connection.execute(text, parameters).fetchall()  # type: ignore[arg-type]


def take_in(folder: Path) -> None:
    sources = sorted(load_sources())
    land_folder(folder, sources)
    load_landed(sources)
    accept_loaded(sources)
    build(["resource_type:seed", "staging"])


def take_in_decisions(folder: Path, name: str, received: date, rows: list[str]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    with (folder / "releases.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "source", "academic_year", "snapshot_date", "stage", "known_from", "collection"])
        writer.writerow([name, "panel_decisions", "", "", "", received, "fictional"])
    take_in(folder)


def failed_rules(candidate_id: int) -> set[str]:
    return {
        rule
        for (rule,) in query(
            "select rule_id from quality.rule_result where not success and severity = 'critical' and gate_run_id = "
            "(select max(gate_run_id) from quality.gate_run where gate = 'candidate' and subject_id = %s)",
            candidate_id,
        )
    }


def tiers_of(candidate_id: int) -> dict[str, tuple[str, str, str | None]]:
    rows = query(
        "select urn, tier, computed_tier, decision from publication.support_list where candidate_id = %s", candidate_id
    )
    return {urn: tuple(tiers) for urn, *tiers in rows}


@pytest.fixture(scope="module")
def july(another_warehouse: Callable[[], AbstractContextManager[Path]], small_sample: Path) -> Iterator[July]:
    with another_warehouse() as home:
        take_in(small_sample)
        first = prepare_assessment("999", 2027, AS_AT)
        build_assessments([first])
        draft = freeze_candidate(first, "officer")
        with pytest.raises(GateFailed):
            check_candidate(draft)
        assert failed_rules(draft) == PEOPLE_RULES
        check = open_check(draft, OPENED)
        assert check.closes_on == date(2026, 7, 15)
        moved = next(urn for urn, tiers in sorted(tiers_of(draft).items()) if tiers[0] == "light_touch")
        comment = record_comment(draft, moved, "new_evidence", "Two senior leaders left in June.", date(2026, 7, 6))
        answer_comment(comment, "upheld", "The panel saw the letters of resignation.", PANEL)
        decisions = [
            f"{urn},2027,confirm,,The panel agrees with the rules.,Visit notes,A. First,B. Second,{PANEL},2027-08-31,"
            for urn, tiers in sorted(tiers_of(draft).items())
            if tiers[0] == "high"
        ]
        override = f"{moved},2027,override,targeted,Two leaders left.,Letters,A. First,B. Second,{PANEL},2027-08-31,"
        take_in_decisions(home / "panel", "panel.csv", PANEL, [*decisions, override])
        assessments = [
            prepare_assessment("999", 2027, AS_AT, decisions_as_at=day)
            for day in (date(2026, 7, 20), date(2026, 7, 21), date(2026, 7, 22))
        ]
        build_assessments(assessments)
        people = ("officer", "admin", "officer")
        candidates = [freeze_candidate(number, person) for number, person in zip(assessments, people, strict=True)]
        for candidate in candidates:
            check_candidate(candidate)
        yield July(draft, *candidates, moved)


def test_the_panel_moves_a_school_and_both_tiers_are_kept(july: July) -> None:
    before, after = tiers_of(july.draft), tiers_of(july.approved)
    assert before[july.moved_urn] == ("light_touch", "light_touch", None)
    assert after.pop(july.moved_urn) == ("targeted", "light_touch", "override")
    assert {urn: tiers[0] for urn, tiers in after.items()} == {
        urn: tiers[0] for urn, tiers in before.items() if urn != july.moved_urn
    }
    [(days, reasons, exit_criteria)] = query(
        "select support_days, reasons, exit_criteria from publication.support_list where candidate_id = %s and urn = %s",
        july.approved,
        july.moved_urn,
    )
    assert days == 10
    assert reasons.startswith("The panel decided on this level of support; the rules alone give Light touch.")
    assert exit_criteria == "The panel's decision counts until 31 August 2027."


def test_an_assessment_as_at_the_day_itself_knows_no_later_decision(july: July) -> None:
    early = prepare_assessment("999", 2027, AS_AT)
    [(decisions,)] = query(
        "select count(*) from control.assessment_release where assessment_id = %s and usage = 'panel_decisions'", early
    )
    assert decisions == 0


def test_an_override_falls_away_when_it_expires(july: July) -> None:
    later = prepare_assessment("999", 2027, AS_AT, decisions_as_at=date(2027, 9, 1))
    build_assessments([later])
    assert query("select count(*) from marts.panel_decision where assessment_id = %s", later) == [(0,)]
    assert query(
        "select tier, decision from marts.school_tier where assessment_id = %s and urn = %s", later, july.moved_urn
    ) == [("light_touch", None)]


def test_every_school_stands_somewhere(july: July) -> None:
    stands = {status.urn: status.stands for status in statuses(july.draft, date(2026, 7, 10))}
    assert stands.pop(july.moved_urn) == "answered"
    assert set(stands.values()) == {"letter not sent"}
    with pytest.raises(SupportListError, match="lies outside"):
        record_comment(july.draft, july.moved_urn, "factual_error", "Too late.", date(2026, 7, 16))
    with pytest.raises(SupportListError, match="answered already"):
        answer_comment(1, "not_upheld", "Again.", PANEL)


def ask(airflow: LocalAirflow, candidate_id: int, reason: str | None = None) -> str:
    """Start the DAG; the run's path once it waits for a person."""
    client = airflow.client
    run_id = f"asked_{candidate_id}_{time.time_ns()}"
    conf = {"candidate_id": candidate_id, "reason": reason}
    client.post("dags/publish_support_list/dagRuns", {"dag_run_id": run_id, "logical_date": None, "conf": conf})
    return f"dags/publish_support_list/dagRuns/{run_id}"


def waiting(airflow: LocalAirflow, run: str) -> dict[str, Any]:
    """What the person is shown.

    A person is slower than the scheduler: Airflow asks again where the answer comes before the scheduler has noted that the
    process which asked has ended (it then takes the end of that process for the end of the task).
    """
    for _ in range(600):
        task = airflow.client.find(f"{run}/taskInstances/approve_candidate")
        parked = any("TaskInstance Finished" in line and "state=awaiting_input" in line for line in scheduled(run))
        if task and task["state"] == "awaiting_input" and parked:
            return dict(airflow.client.get(f"{run}/taskInstances/approve_candidate/-1/hitlDetails"))
        time.sleep(0.2)
    raise AssertionError(f"{run} does not wait for anybody: {task}")


def ended(airflow: LocalAirflow, run: str) -> dict[str, str]:
    """States of the tasks when the run has ended."""
    for _ in range(600):
        if airflow.client.get(run)["state"] in ("success", "failed"):
            tasks = airflow.client.get(f"{run}/taskInstances")["task_instances"]
            return {task["task_id"]: task["state"] for task in tasks}
        time.sleep(0.2)
    raise AssertionError(f"{run} does not end; the scheduler says of it:\n" + "\n".join(scheduled(run)))


def scheduled(run: str) -> list[str]:
    """What the scheduler wrote about a run."""
    run_id = run.rsplit("/", maxsplit=1)[-1]
    return [line for line in log_file(settings().airflow_home, "scheduler").read_text().splitlines() if run_id in line]


def respond(airflow: LocalAirflow, run: str, chosen: str, note: str = "") -> None:
    answer = {"chosen_options": [chosen], "params_input": {"note": note}}
    airflow.client.patch(f"{run}/taskInstances/approve_candidate/-1/hitlDetails", answer)


def editions() -> int:
    return int(query("select count(*) from publication.edition")[0][0])


def test_nobody_answers_in_time(july: July, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five seconds to answer."""
    monkeypatch.setenv("SUPPORT_LIST_APPROVAL_DAYS", str(5 / 86400))
    with LocalAirflow() as airflow:
        states = ended(airflow, ask(airflow, july.rejected))
    assert states == {
        "approve_candidate": "failed",
        "publish_edition": "upstream_failed",
        "write_outputs": "upstream_failed",
    }
    assert decision_on(july.rejected) is None
    assert editions() == 0


def test_approve_reject_and_four_eyes_in_airflow(july: July) -> None:
    with LocalAirflow() as airflow:
        runs = {
            name: ask(airflow, candidate)
            for name, candidate in (
                ("own", july.built_by_admin),
                ("rejected", july.rejected),
                ("approved", july.approved),
            )
        }
        shown = {name: waiting(airflow, run) for name, run in runs.items()}
        respond(airflow, runs["own"], "Approve")
        respond(airflow, runs["rejected"], "Reject", "The panel meets again.")
        assert ended(airflow, runs["own"])["approve_candidate"] == "failed"
        assert ended(airflow, runs["rejected"]) == {
            "approve_candidate": "success",
            "publish_edition": "skipped",
            "write_outputs": "skipped",
        }
        assert editions() == 0
        respond(airflow, runs["approved"], "Approve", "Seen.")
        assert set(ended(airflow, runs["approved"]).values()) == {"success"}
        # Asked about a candidate that was rejected already, nobody is asked again.
        assert ended(airflow, ask(airflow, july.rejected)) == {
            "approve_candidate": "success",
            "publish_edition": "skipped",
            "write_outputs": "skipped",
        }
    assert "It passed the gate" in shown["approved"]["body"]
    assert "There is no edition yet to compare it with." in shown["approved"]["body"]
    assert decision_on(july.built_by_admin) is None
    decided = query(
        "select candidate_id, decision, person, channel, note, run_id from publication.approval order by approval_id"
    )
    assert decided == [
        (july.rejected, "rejected", "admin", "airflow", "The panel meets again.", runs["rejected"].split("/")[-1]),
        (july.approved, "approved", "admin", "airflow", "Seen.", runs["approved"].split("/")[-1]),
    ]
    [(candidate, demonstration, circulation, approver)] = query(
        "select candidate_id, demonstration, circulation, manifest -> 'approval' ->> 'person' from publication.edition"
    )
    assert (candidate, demonstration, circulation, approver) == (july.approved, False, "own", "admin")


def test_a_rejected_candidate_stays_rejected(july: July) -> None:
    with pytest.raises(SupportListError, match="was rejected by admin"):
        record_decision(july.rejected, "approved", person="lead")
    # It says what the edition says, so there is nothing to publish.
    assert not publish_candidate(july.rejected, "Once more.").is_new


def test_four_eyes_can_be_switched_off(july: July, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SupportListError, match="another person must"):
        record_decision(july.built_by_admin, "approved", person="admin")
    monkeypatch.setattr(settings(), "four_eyes", False)
    assert record_decision(july.built_by_admin, "approved", person="admin")


@pytest.fixture(scope="module")
def edition(july: July) -> int:
    [(edition_id,)] = query("select edition_id from publication.edition")
    write_outputs(edition_id)
    return int(edition_id)


def wrongs(edition_id: int) -> list[str]:
    return [wrong for check in verify_edition(edition_id) for wrong in check.wrong]


FLIPS = {
    "a row of the list": (
        "support_list",
        "update publication.support_list set support_days = support_days + 0.1 where urn = "
        "(select min(urn) from publication.support_list) and candidate_id = {candidate}",
    ),
    "a reason": (
        "support_list",
        "update publication.support_list set reasons = reasons || ' ' where urn = "
        "(select max(urn) from publication.support_list) and candidate_id = {candidate}",
    ),
    "an indicator": (
        "school_indicator",
        "update publication.school_indicator set value = value + 0.001 where candidate_id = {candidate} and value is not null",
    ),
    "a result from suppressed to nought": (
        "result",
        "update publication.result set value = 0, reason_code = null where candidate_id = {candidate} and reason_code is not null",
    ),
    "a lost inspection": (
        "inspection",
        "delete from publication.inspection where candidate_id = {candidate} and urn = (select min(urn) from "
        "publication.inspection where candidate_id = {candidate})",
    ),
    "the manifest": (
        "edition",
        "update publication.edition set manifest = jsonb_set(manifest, '{{budget}}', '\"550001.00\"')",
    ),
    "the hash of the manifest": (
        "edition",
        "update publication.edition set manifest_sha256 = translate(manifest_sha256, '0123456789', '1234567890')",
    ),
    "the reason of the edition": ("edition", "update publication.edition set reason = 'none'"),
    "the stamp": ("edition", "update publication.edition set demonstration = not demonstration"),
    "the day of publication": (
        "edition",
        "update publication.edition set published_at = published_at - interval '1 day'",
    ),
    "the approver": ("approval", "update publication.approval set person = 'lead' where candidate_id = {candidate}"),
    "the builder": (
        "candidate",
        "update publication.candidate set built_by = 'nobody' where candidate_id = {candidate}",
    ),
    "the as-at date": (
        "candidate",
        "update publication.candidate set as_at = as_at + 1 where candidate_id = {candidate}",
    ),
}


@pytest.mark.parametrize("flip", FLIPS)
def test_a_flipped_bit_in_a_row_is_found(july: July, edition: int, flip: str) -> None:
    """In a copy of the database, because the triggers that refuse the change are switched off in it."""
    table, statement = FLIPS[flip]
    assert wrongs(edition) == []
    with connect("support_admin", autocommit=True) as connection:
        connection.execute(f"alter table publication.{table} disable trigger insert_only")
        connection.execute(f"create table public.kept as select * from publication.{table}")
        try:
            changed = connection.execute(statement.format(candidate=july.approved)).rowcount
            assert changed > 0
            assert wrongs(edition)
        finally:
            columns = [
                name
                for (name,) in connection.execute(
                    "select column_name from information_schema.columns where table_schema = 'public' and table_name = 'kept'"
                )
            ]
            _restore(connection, table, columns)
            connection.execute("drop table public.kept")
            connection.execute(f"alter table publication.{table} enable trigger insert_only")
    assert wrongs(edition) == []


def _restore(connection: Any, table: str, columns: list[str]) -> None:
    """Put rows back without deleting what others refer to: only what changed is written."""
    listed = ", ".join(columns)
    if table in ("edition", "approval", "candidate"):
        key = f"{table}_id"
        sets = ", ".join(f"{name} = kept.{name}" for name in columns if name != key)
        connection.execute(
            f"update publication.{table} as now set {sets} from public.kept where now.{key} = kept.{key}"
        )
        return
    connection.execute(f"alter table publication.{table} disable trigger no_late_rows")
    connection.execute(f"delete from publication.{table}")
    connection.execute(f"insert into publication.{table} ({listed}) select {listed} from public.kept")
    connection.execute(f"alter table publication.{table} enable trigger no_late_rows")


def test_a_flipped_bit_in_a_file_is_found(edition: int) -> None:
    manifest = query("select manifest from publication.edition where edition_id = %s", edition)[0][0]
    release = manifest["releases"][len(manifest["releases"]) // 2]
    kept = settings().landing / release["source"] / release["sha256"]
    content = kept.read_bytes()
    kept.chmod(0o644)
    try:
        kept.write_bytes(bytes([content[0] ^ 1]) + content[1:])
        assert [wrong for wrong in wrongs(edition) if release["file_name"] in wrong]
    finally:
        kept.write_bytes(content)
    written = settings().editions / "999-2027-1" / "support-list.csv"
    content = written.read_bytes()
    try:
        written.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        assert [wrong for wrong in wrongs(edition) if "support-list.csv" in wrong]
        written.unlink()
        assert [wrong for wrong in wrongs(edition) if "is gone" in wrong]
    finally:
        written.write_bytes(content)
    assert wrongs(edition) == []


def test_made_again_from_the_landing_store_alone(edition: int) -> None:
    told = CliRunner().invoke(app, ["verify", str(edition), "--rebuild"])
    assert told.exit_code == 0, told.output
    assert "right made again from the landing store" in told.output


def test_a_store_that_lost_a_file_cannot_make_it_again(edition: int, tmp_path: Path) -> None:
    from school_support.publication.rebuild import rebuild

    manifest = json.loads(
        json.dumps(query("select manifest from publication.edition where edition_id = %s", edition)[0][0])
    )
    store = tmp_path / "landing"
    shutil.copytree(settings().landing, store)
    lost = next(release for release in manifest["releases"] if release["source"] == "dfe_ks2")
    (store / lost["source"] / lost["sha256"]).unlink()
    with pytest.raises(SupportListError, match="could not be made again"):
        rebuild(manifest, store)
