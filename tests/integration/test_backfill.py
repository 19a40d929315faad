"""Backfills of the sample authority: staged where nothing counts them, killed and resumed, queued, completed, cancelled.

The tests tell one story in order: each begins with what the one before it left.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import psycopg
import pytest

from school_support.assessment.prepare import build_assessments, prepare_assessment
from school_support.backfill.decide import cancel, complete
from school_support.backfill.plan import Request, plan
from school_support.backfill.record import BackfilledYear, read_backfill
from school_support.backfill.stage import moves_of, stage
from school_support.errors import SupportListError
from school_support.landing.ingest import land_folder, load_landed
from school_support.publication.edition import past_of_list
from school_support.publication.freeze import freeze_candidate
from school_support.quality.gate import accept_loaded
from school_support.settings import PROJECT, settings
from school_support.sources.contract import load_sources
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build
from school_support.warehouse.dbt_alone import BUILD_LOCK
from school_support.warehouse.housekeeping import forget_marts

FENMERE = Request("999", 2026, 2027)
WHY = "history for the dashboard"
COMMAND = [
    sys.executable, "-c", "from school_support.cli import app; app()", "backfill",
    "--from", "2026", "--to", "2027", "--la", "999", "--reason", WHY,
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def fenmere(small_sample: Path, another_warehouse: Callable[[], AbstractContextManager[Path]]) -> Iterator[None]:
    with another_warehouse():
        sources = sorted(load_sources())
        land_folder(small_sample, sources)
        # As backfilled nights do: several at once.
        with ThreadPoolExecutor(3) as nights:
            list(nights.map(load_landed, [sources] * 3))
        accept_loaded(sources)
        build(["resource_type:seed", "staging"])
        yield


@pytest.fixture(scope="module")
def undisturbed() -> list[str]:
    """The hashes of both years, as a run that nothing interrupts gives them."""
    staged = stage(FENMERE, WHY, "school improvement lead")
    assert staged.backfill_id == 1
    return hashes(1)


def rows(query: str, *parameters: object) -> list[tuple]:  # type: ignore[type-arg]
    with connect("support_admin") as connection:
        return connection.execute(query, parameters).fetchall()  # type: ignore[arg-type]


def one(query: str, *parameters: object) -> object:
    return rows(query, *parameters)[0][0]


def years(backfill_id: int) -> tuple[BackfilledYear, ...]:
    with connect("support_publisher") as connection:
        return read_backfill(connection, backfill_id).years


def status(backfill_id: int) -> str:
    with connect("support_publisher") as connection:
        return read_backfill(connection, backfill_id).status


def hashes(backfill_id: int) -> list[str]:
    return [str(year.content_hash) for year in years(backfill_id)]


def assessed_rows() -> object:
    return one("select count(*) from marts.school_tier")


def start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        env=os.environ | {"PYTHONPATH": str(PROJECT / "plugins")},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_until(happened: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 180
    while not happened():
        assert process.poll() is None, "the process ended before it happened"
        assert time.monotonic() < deadline
        time.sleep(0.02)


def build_locks(granted: bool) -> int:
    return int(
        str(
            one(
                "select count(*) from pg_locks where locktype = 'advisory' and objid = %s and objsubid = 1 and granted = %s",
                BUILD_LOCK,
                granted,
            )
        )
    )


def test_nights_that_load_at_once_load_every_row_once() -> None:
    assert one("select count(*) from landing.release where status <> 'accepted'") == 0
    for table, loaded in rows("select source, sum(rows) from landing.release group by source"):
        assert rows(f"select count(*), count(distinct (_release_id, _line)) from raw.{table}") == [(loaded, loaded)], (
            table
        )


def test_a_plan_says_what_would_be_made_and_writes_nothing() -> None:
    planned = plan(FENMERE)
    assert [(year.inputs.list_year, year.inputs.as_at) for year in planned] == [
        (2026, date(2025, 6, 30)),
        (2027, date(2026, 6, 30)),
    ]
    for year in planned:
        files = rows(
            "select count(*) from landing.release where known_from <= %s and collection = 'fictional'",
            year.inputs.as_at,
        )
        assert [usage for _, usage, _ in year.inputs.releases].count("known") == files[0][0]
        assert (year.exists, year.standing) == (None, None)
    assert one("select (select count(*) from control.assessment) + (select count(*) from control.backfill)") == 0


def test_years_before_the_first_file_are_refused() -> None:
    first = one("select min(known_from) from landing.release")
    assert isinstance(first, date)
    with pytest.raises(SupportListError, match=f"No file was known by .*The first is of {first:%-d %B %Y}"):
        plan(Request("999", first.year, 2027))


def test_what_is_staged_is_recorded_and_counts_for_nothing(undisturbed: list[str]) -> None:
    assert rows(
        "select authority, first_list_year, last_list_year, as_at_day, ruleset, reason, requested_by, status from control.backfill"
    ) == [("999", 2026, 2027, "06-30", None, WHY, "school improvement lead", "staged")]
    former, latter = years(1)
    assert [year.outcome for year in (former, latter)] == ["new", "new"]
    assert [year.schools for year in (former, latter)] == [80, 80]
    # The chain: the list of 2027 knows what the one of 2026 said.
    assert rows("select assessment_id, previous_assessment_id from control.assessment order by 1") == [
        (former.assessment_id, None),
        (latter.assessment_id, former.assessment_id),
    ]
    assert one("select count(*) from marts.school_tier where previous_rank is not null") != 0
    assert past_of_list("999", 2027) is None
    assert past_of_list("999", 2028) is None
    with pytest.raises(SupportListError, match="a backfill that was not completed"):
        freeze_candidate(latter.assessment_id)
    assert one("select count(*) from publication.candidate") == 0, "what was hashed is not kept"
    assert one("select count(*) from publication.support_list") == 0


def test_the_same_command_again_builds_and_changes_nothing(undisturbed: list[str]) -> None:
    runs = set(settings().runs.iterdir())
    assert stage(FENMERE, WHY).backfill_id == 1
    assert set(settings().runs.iterdir()) == runs
    assert hashes(1) == undisturbed
    with pytest.raises(SupportListError, match=f'open, for the reason "{WHY}"'):
        stage(FENMERE, "another")


def test_two_builds_at_once_queue_and_give_the_same(undisturbed: list[str]) -> None:
    runs = set(settings().runs.iterdir())
    assessments = [year.assessment_id for year in years(1)]
    script = "import sys; from school_support.assessment.prepare import build_assessments as b; b([int(sys.argv[1])])"
    first = start([sys.executable, "-c", script, str(assessments[0])])
    wait_until(lambda: build_locks(granted=True) == 1, first)
    second = start([sys.executable, "-c", script, str(assessments[1])])
    wait_until(lambda: build_locks(granted=False) == 1, second)
    assert build_locks(granted=True) == 1
    assert [first.wait(timeout=300), second.wait(timeout=300)] == [0, 0]
    times = []
    for folder in set(settings().runs.iterdir()) - runs:
        results = json.loads((folder / "run_results.json").read_text())["results"]
        moments = [timing for result in results for timing in result["timing"]]
        times.append((min(m["started_at"] for m in moments), max(m["completed_at"] for m in moments)))
    (_, first_end), (second_start, _) = sorted(times)
    assert first_end < second_start
    # One after the other is what both at once were.
    assert stage(FENMERE, WHY).backfill_id == 1
    assert hashes(1) == undisturbed


def test_cancelled_its_rows_are_gone_and_its_record_stays(undisturbed: list[str]) -> None:
    assert cancel(1) == [year.assessment_id for year in years(1)]
    assert status(1) == "cancelled"
    assert hashes(1) == undisturbed
    marts = rows(
        "select table_name from information_schema.columns where table_schema = 'marts' and column_name = 'assessment_id'"
    )
    assert len(marts) >= 11
    for (mart,) in marts:
        assert one(f"select count(*) from marts.{mart}") == 0, mart
    assert cancel(1) == []
    with pytest.raises(SupportListError, match=r"is cancelled by .*: only a staged one can be completed"):
        complete(1)


def test_killed_three_times_it_ends_with_the_same(undisturbed: list[str]) -> None:
    # With dbt, in the middle of the intermediate models: the last build was of one year alone.
    job = start(COMMAND)
    wait_until(lambda: one("select count(distinct assessment_id) from intermediate.int_assessment__releases") == 2, job)
    os.killpg(job.pid, signal.SIGKILL)
    job.wait()
    # Alone, so that dbt goes on without it: what comes next waits for that.
    job = start(COMMAND)
    wait_until(lambda: build_locks(granted=True) == 0, job)
    wait_until(lambda: build_locks(granted=True) == 1, job)
    os.kill(job.pid, signal.SIGKILL)
    job.wait()
    assert status(2) == "building"
    with pytest.raises(SupportListError, match=r"not finished \(give its command again to go on\)"):
        complete(2)
    job = start(COMMAND)
    wait_until(lambda: build_locks(granted=False) == 1, job)
    # After the build, when it compares.
    with connect("support_admin") as blocker:
        blocker.execute("lock table control.backfill_year in share mode")
        wait_until(
            lambda: (
                one("select count(*) from pg_stat_activity where wait_event = 'relation' and query ~ 'backfill_year'")
                != 0
            ),
            job,
        )
        with pytest.raises(SupportListError, match="is being built just now"):
            cancel(2)
        os.killpg(job.pid, signal.SIGKILL)
        job.wait()
    assert start(COMMAND).wait(timeout=300) == 0
    assert (status(2), hashes(2)) == ("staged", undisturbed)
    assert one("select count(*) - count(distinct (assessment_id, urn)) from marts.school_tier") == 0


def test_completed_it_stands_and_still_nothing_is_published(undisturbed: list[str]) -> None:
    former, latter = years(2)
    with connect("support_admin") as blocker:
        # A kill in the middle of the transaction: the pointer of the first year alone would be half a completion.
        blocker.execute(
            "create function control.stop() returns trigger language plpgsql as "
            "$$ begin if new.list_year = 2027 then raise exception 'stopped'; end if; return new; end $$"
        )
        blocker.execute(
            "create trigger stop before insert on control.standing_assessment for each row execute function control.stop()"
        )
    with pytest.raises(psycopg.errors.RaiseException):
        complete(2)
    assert (status(2), past_of_list("999", 2027)) == ("staged", None)
    with connect("support_admin") as blocker:
        blocker.execute("drop function control.stop() cascade")
    assert complete(2).status == "completed"
    assert complete(2).status == "completed"
    assert past_of_list("999", 2027) == former.assessment_id
    assert past_of_list("999", 2028) == latter.assessment_id
    with pytest.raises(SupportListError, match=r"completed by .*lists may rest on it"):
        cancel(2)
    again = stage(FENMERE, WHY)
    assert (again.backfill_id, again.was_completed) == (2, True)
    assert one("select count(*) from publication.candidate") == 0
    # A person may propose it now, and what is frozen says what was compared.
    candidate_id = freeze_candidate(latter.assessment_id)
    assert one("select content_hash from publication.candidate where candidate_id = %s", candidate_id) == undisturbed[1]


def test_other_rules_are_held_against_what_stands_and_what_is_out_of_date_is_refused(undisturbed: list[str]) -> None:
    """Two open at once over 2027: whichever comes second was compared with what no longer stands."""
    of_2019 = Request("999", 2026, 2027, ruleset="2019.2")
    stage(of_2019, "how the rules of 2019 judge")
    assert [(year.outcome, year.beside) for year in years(3)] == [("changed", "backfill 2")] * 2
    before = {
        (list_year, urn): tier
        for list_year, urn, tier in rows(
            "select list_year, urn, tier_name from marts.school_tier inner join control.assessment using (assessment_id) "
            "where ruleset = '2026.3'"
        )
    }
    moved = {
        (list_year, urn): (before[list_year, urn], tier)
        for list_year, urn, tier in rows(
            "select list_year, urn, tier_name from marts.school_tier inner join control.assessment using (assessment_id) "
            "where ruleset = '2019.2'"
        )
        if before[list_year, urn] != tier
    }
    assert moved
    with connect("support_publisher") as connection:
        found = moves_of(connection, read_backfill(connection, 3))
    assert {(move.list_year, move.urn): (move.before, move.after) for move in found} == moved
    assert [year.moved for year in years(3)] == [sum(y == year for y, _ in moved) for year in (2026, 2027)]

    stage(Request("999", 2026, 2026, ruleset="2019.2"), "the first year alone")
    assert years(4)[0].assessment_id == years(3)[0].assessment_id
    complete(4)
    with pytest.raises(SupportListError, match="backfill 4 stands for list year 2026 where backfill 2 stood"):
        complete(3)
    stage(of_2019, "how the rules of 2019 judge")
    assert next((year.outcome, year.beside, year.moved) for year in years(3)) == ("same", "backfill 4", 0)
    # What stood before keeps its rows; so does what the completed backfill shares with the cancelled one.
    assert cancel(3) == [years(3)[1].assessment_id]
    assert assessed_rows() == 3 * 80


def test_a_past_of_a_later_day_is_refused(undisturbed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A correction of list year 2025 as at May 2025 cannot be the past of a list as at January 2025."""
    corrected = prepare_assessment("999", 2025, date(2025, 5, 31))
    monkeypatch.setattr("school_support.backfill.plan.past_of_list", lambda *_: corrected)
    assert [year.inputs.list_year for year in plan(FENMERE)] == [2026, 2027]
    with pytest.raises(
        SupportListError, match="2025 is as at 31 May 2025, and so cannot be the past of a list as at 31 January"
    ):
        plan(Request("999", 2026, 2026, "01-31"))


def test_a_past_that_lost_its_rows_is_built_again(undisturbed: list[str]) -> None:
    former, latter = years(2)
    said = "select urn, tier, computed_tier, points from marts.school_tier where assessment_id = %s order by urn"
    before = rows(said, latter.assessment_id)
    with connect("support_transformer") as connection:
        forget_marts(connection, [former.assessment_id])
    assert rows(said, former.assessment_id) == []
    build_assessments([latter.assessment_id])
    assert len(rows(said, former.assessment_id)) == 80
    assert rows(said, latter.assessment_id) == before
