"""The year after a list: what becomes known is found on the day it is known, once, and changes nothing that was published."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from school_support.assessment.prepare import build_missing, prepare_assessment
from school_support.errors import SupportListError
from school_support.publication import outbox
from school_support.publication.content import content_hash
from school_support.publication.freeze import freeze_candidate
from school_support.publication.watch import Watched, prepare_watch, record_watch
from school_support.publication.watch_queries import MISSING_RETURNS, NEWS
from school_support.returns.reminder import remind
from school_support.settings import PROJECT
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build
from school_support.warehouse.housekeeping import forget_old_watches

pytestmark = pytest.mark.end_to_end
LISTED = date(2026, 6, 30)
# The planted file says that 990002, a school without a gate, went into special measures, and that 990110 came out of them.
INTO, OUT_OF, RETURNED = "990002", "990110", "990012"
KNOWN = date(2026, 7, 25)
BEFORE, AFTER = date(2026, 7, 24), date(2026, 7, 31)
CARD = (
    "card_inspection_date = '06/07/2026', card_publication_date = '24/07/2026', card_relates_to_current_urn = 'Yes', "
    "card_urn_at_inspection = urn, card_safeguarding = 'Met', "
)
GRADES = "card_inclusion = {0}, card_curriculum_and_teaching = {0}, card_achievement = {0}, card_attendance_and_behaviour = {0}, " \
    "card_personal_development_and_wellbeing = {0}, card_early_years = 'Not applicable', card_post16 = 'Not applicable', " \
    "card_leadership_and_governance = {1}"  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def listed(small_sample: Path, another_warehouse: Callable[[], AbstractContextManager[Path]]) -> Iterator[None]:
    with another_warehouse():
        subprocess.run(
            [
                sys.executable,
                str(PROJECT / "tests" / "end_to_end" / "whole_job.py"),
                str(small_sample),
                LISTED.isoformat(),
            ],
            env=os.environ | {"PYTHONPATH": str(PROJECT / "plugins")},
            check=True,
        )
        yield


def watch(as_at: date) -> Watched:
    assessment_id = prepare_watch("999", as_at)
    assert assessment_id is not None
    build_missing(assessment_id)
    return record_watch(assessment_id, as_at)


def rows(query: str, role: str = "support_admin") -> list[tuple[Any, ...]]:
    with connect(role) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def plant(
    connection: psycopg.Connection, source: str, known_from: date, only: str, changes: list[tuple[str, str]]
) -> None:
    """Copy rows of the newest release of a source that has such into one known later, changed school by school."""
    table = sql.Identifier("raw", source)
    holding = sql.SQL("select max(_release_id) from {} where {}").format(table, sql.SQL(only))  # type: ignore[arg-type]
    [(newest,)] = connection.execute(holding).fetchall()
    [(planted,)] = connection.execute(
        """
        insert into landing.release (source, collection, academic_year, snapshot_date, stage, known_from, coverage, file_name, sha256,
            bytes, rows, layout, columns, status)
        select source, collection, academic_year, snapshot_date, stage, %s, coverage, 'planted ' || file_name,
            encode(sha256(convert_to(sha256 || %s, 'UTF8')), 'hex'), bytes, rows, layout, columns, 'accepted'
        from landing.release where release_id = %s returning release_id
        """,
        (known_from, known_from.isoformat(), newest),
    ).fetchall()
    connection.execute(
        sql.SQL("create temporary table planted on commit drop as select * from {} where _release_id = {}").format(
            table, newest
        )
    )
    connection.execute(f"delete from planted where not ({only})")  # type: ignore[arg-type]
    for urn, change in changes:
        changed = connection.execute(f"update planted set {change} where urn = '{urn}'")  # type: ignore[arg-type]
        assert changed.rowcount, urn
    connection.execute(sql.SQL("update planted set _release_id = {}").format(planted))
    connection.execute(sql.SQL("insert into {} select * from planted; drop table planted").format(table))


@pytest.fixture(scope="module")
def without(listed: None) -> Watched:
    """The day after, had the planted file not come."""
    return watch(AFTER)


@pytest.fixture(scope="module")
def planted(without: Watched) -> None:
    with connect("support_admin") as connection:
        plant(connection, "ofsted_mi", KNOWN, "true", [
            (INTO, CARD + "card_category_of_concern = 'SM', most_recent_category_of_concern = 'SM', "
             + GRADES.format("'Urgent improvement'", "'Needs attention'")),
            (OUT_OF, CARD + "card_category_of_concern = '', most_recent_category_of_concern = '', "
             + GRADES.format("'Strong standard'", "'Strong standard'")),
        ])  # fmt: skip
        plant(
            connection, "school_returns", date(2026, 7, 28), f"urn = '{RETURNED}' and section = 'school'",
            [(RETURNED, "academic_year = '2026', term = 'Summer'")],
        )  # fmt: skip
    build(["staging.inspections", "staging.local"])


@pytest.fixture(scope="module")
def before(planted: None) -> Watched:
    return watch(BEFORE)


@pytest.fixture(scope="module")
def after(before: Watched) -> Watched:
    return watch(AFTER)


def test_nothing_is_seen_before_it_is_known(before: Watched) -> None:
    assert {news.urn for news in before.new}.isdisjoint({INTO, OUT_OF})
    assert rows(f"select count(*) from publication.watch_event where urn in ('{INTO}', '{OUT_OF}')") == [(0,)]


def test_what_the_file_says_is_found_and_nothing_else(after: Watched) -> None:
    told = {(news.urn, news.kind, news.item) for news in after.new}
    tiers = {news for news in told if news[:2] == (OUT_OF, "tier_would_change")}
    assert told - tiers == {
        (INTO, "gate_met", "category_of_concern"),
        (INTO, "gate_met", "urgent_improvement"),
        (INTO, "gate_met", "leadership_needs_attention"),
        (INTO, "tier_would_change", "high"),
        (INTO, "report_published", "2026-07-06"),
        (OUT_OF, "gate_left", "category_of_concern"),
        (OUT_OF, "gate_left", "urgent_improvement"),
        (OUT_OF, "gate_left", "leadership_needs_attention"),
        (OUT_OF, "report_published", "2026-07-06"),
    }
    assert (OUT_OF, "tier_would_change", "high") not in tiers
    said = {(news.urn, news.item): news for news in after.new}
    gate, report = said[INTO, "category_of_concern"], said[INTO, "2026-07-06"]
    assert (
        gate.detail
        == "Ofsted has placed the school in a category of concern (SM, 6 July 2026). This means at least High level intervention."
    )
    assert gate.event_date == AFTER
    assert report.detail == "Ofsted has reported on its inspection of 6 July 2026, category of concern SM."
    assert report.event_date == date(2026, 7, 24)


def test_one_message_says_who_and_what_to_do(after: Watched) -> None:
    assert after.message is not None
    assert after.message.subject == "Support list of Fenmere: news about 2 schools"
    body = after.message.body
    assert body.startswith(
        "Known by 31 July 2026 and not yet when edition 1 of list year 2027 was assessed, as at 30 June 2026. No tier has changed."
    )
    assert "Now meets a gate. Read the evidence" in body
    for urn in (INTO, OUT_OF):
        assert f"({urn}): Ofsted has reported on its inspection of 6 July 2026" in body
    assert "Return missing" not in body


def test_the_same_day_again_is_no_news(after: Watched) -> None:
    again = watch(AFTER)
    assert (again.new, again.message, again.holding) == ((), None, after.holding)


def test_the_view_says_what_holds_and_since_when(after: Watched) -> None:
    found = rows(
        f"select kind, item, first_seen_on, last_seen_on, is_current from bi.watch_v1 where urn = '{INTO}' and kind <> 'gate_met'",
        "bi_reader",
    )
    assert sorted(found) == [
        ("report_published", "2026-07-06", AFTER, AFTER, True),
        ("tier_would_change", "high", AFTER, AFTER, True),
    ]


def test_the_edition_stays_as_it_was(after: Watched) -> None:
    with connect("support_publisher") as connection:
        [(candidate_id, published)] = connection.execute(
            "select candidate_id, content_hash from bi.edition_v1"
        ).fetchall()
        assert content_hash(connection, candidate_id) == published
    assert rows(f"select tier from bi.support_list_v1 where urn = '{INTO}'") != [("high",)]
    [(assessment_id,)] = rows("select max(assessment_id) from control.assessment where purpose = 'monitoring'")
    with pytest.raises(SupportListError, match="is for monitoring and can never be published"):
        freeze_candidate(assessment_id)


def test_a_return_is_missing_two_weeks_after_the_term(after: Watched) -> None:
    """The summer term of 2025/26 ends on 21 July in the calendar: due on 4 August, missing from the day after."""
    assert not any(news.kind == "return_missing" for news in watch(date(2026, 8, 4)).new)
    missing = [news for news in watch(date(2026, 8, 5)).new if news.kind == "return_missing"]
    [(schools,)] = rows("select schools from bi.edition_v1")
    assert len({news.urn for news in missing}) == len(missing) == schools - 1
    assert RETURNED not in {news.urn for news in missing}
    assert {(news.item, news.event_date) for news in missing} == {("summer 2026", date(2026, 8, 4))}


def test_on_the_day_returns_are_due_schools_are_listed_to_be_reminded(after: Watched) -> None:
    """On 4 August, the last day: a school that the watch calls missing a day later is on the list, and no other."""
    reminder = remind("999", date(2026, 8, 4))
    assert reminder is not None
    [(schools,)] = rows("select schools from bi.edition_v1")
    assert (reminder.academic_year, reminder.term, reminder.missing) == (2026, "summer", schools - 1)
    listed = list(csv.DictReader(reminder.list.open(encoding="utf-8")))
    assert len({row["urn"] for row in listed}) == schools - 1
    assert RETURNED not in {row["urn"] for row in listed}
    assert listed[0]["due_on"] == "2026-08-04"
    assert reminder.message.subject == f"Returns: {schools - 1} schools have not sent the summer term of 2025/26"
    # The spring term was due on 10 April; another authority's schools return nothing here.
    earlier = remind("999", date(2026, 4, 10))
    assert earlier is None or earlier.term == "spring"
    assert remind("874", date(2026, 8, 4)) is None


def parameters(connection: psycopg.Connection, as_at: date) -> dict[str, Any]:
    [(assessment_id, candidate_id)] = connection.execute(
        "select max(watch_run.assessment_id), max(candidate_id) from publication.watch_run inner join publication.edition using (edition_id)"
    ).fetchall()
    return {
        "assessment_id": assessment_id, "candidate_id": candidate_id, "authority": "999", "as_at": as_at, "edition_as_at": LISTED,
        "decision_notice_days": 30,
        "due_years": [2026], "due_terms": ["summer"], "last_days": [date(2026, 7, 21)], "due_days": [date(2026, 8, 4)],
    }  # fmt: skip


def test_an_authority_that_asks_for_no_returns_misses_none(after: Watched) -> None:
    with connect("support_admin") as connection:
        of = parameters(connection, date(2026, 8, 5))
        assert connection.execute(MISSING_RETURNS, of).fetchall()
        connection.execute(
            "delete from control.assessment_release using landing.release where assessment_release.release_id = release.release_id "
            "and assessment_id = %(assessment_id)s and source = 'school_returns'",
            of,
        )
        assert connection.execute(MISSING_RETURNS, of).fetchall() == []
        connection.rollback()


def test_a_decision_is_told_of_thirty_days_before_it_ends_unless_a_later_one_is_known(after: Watched) -> None:
    query = NEWS["decision_expires"]
    with connect("support_admin") as connection:
        # The tables of an edition take no row; here a decision is lent to it and taken back.
        connection.execute("set session_replication_role = replica")
        of = parameters(connection, date(2026, 8, 1))
        connection.execute(
            "insert into publication.panel_decision (candidate_id, urn, decision, tier, decided_on, expires_on) "
            "values (%(candidate_id)s, '990005', 'override', 'targeted', '2026-07-01', '2026-08-31')",
            of,
        )
        assert connection.execute(query, of | {"as_at": date(2026, 7, 31)}).fetchall() == []
        [found] = connection.execute(query, of).fetchall()
        assert found[0] == "990005"
        assert found[2:] == (
            "decision_expires", "2026-07-01", "The panel's decision of 1 July 2026 counts until 31 August 2026.", date(2026, 8, 31)
        )  # fmt: skip
        connection.execute(
            "insert into marts.panel_decision (assessment_id, authority, urn, decision, reason, evidence, decided_by_1, decided_by_2, "
            "decided_on, expires_on, release) values (%(assessment_id)s, '999', '990005', 'confirm', 'r', 'e', 'a', 'b', '2026-07-20', "
            "'2027-07-20', 'f')",
            of,
        )
        assert connection.execute(query, of).fetchall() == []
        connection.rollback()


def test_a_quiet_night_is_served_by_one_of_the_week_before(after: Watched) -> None:
    assessed = prepare_watch("999", AFTER)
    assert prepare_watch("999", AFTER + timedelta(days=6)) == assessed
    assert prepare_watch("999", AFTER + timedelta(days=7)) != assessed
    # Never by one of a later day, which may know more.
    assert prepare_watch("999", AFTER - timedelta(days=1)) != assessed


def test_what_cannot_be_watched(after: Watched) -> None:
    assert prepare_watch("999", LISTED) is None
    assert prepare_watch("874", AFTER) is None
    with pytest.raises(SupportListError, match="no monitoring assessment"):
        record_watch(prepare_assessment("999", 2027, LISTED), AFTER)


def test_old_nights_are_forgotten_and_their_news_are_not(after: Watched) -> None:
    [(news,)] = rows("select count(*) from bi.watch_v1")
    [(monitoring,)] = rows(
        "select count(*) from control.assessment where purpose = 'monitoring' and built_at is not null"
    )
    [(kept,)] = rows(
        "select count(*) from marts.school_tier inner join control.assessment using (assessment_id) where purpose = 'annual'"
    )
    assert forget_old_watches() == []
    assert len(forget_old_watches(datetime.now(UTC) + timedelta(days=90))) == monitoring > 0
    assert rows("select count(*) from marts.school_tier") == [(kept,)]
    assert rows("select count(*) from bi.watch_v1") == [(news,)]


class Inbox(BaseHTTPRequestHandler):
    """A webhook that keeps what it is told."""

    received: list[dict[str, str]] = []  # noqa: RUF012  # one list for the server of this test

    def do_POST(self) -> None:
        self.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_the_dag_sends_one_alert_and_none_without_news(after: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through Airflow, a day later on which a note's day is past: what is new goes to the webhook, once."""
    from school_support.orchestration.local import LocalAirflow
    from school_support.orchestration.runs import run_dag

    with connect("support_admin") as connection:
        plant(connection, "ofsted_mi", date(2026, 8, 10), f"urn = '{RETURNED}'", [
            (RETURNED, CARD.replace("07/2026", "08/2026").replace("24/", "09/")
             + "card_category_of_concern = 'SM', " + GRADES.format("'Urgent improvement'", "'Urgent improvement'")),
        ])  # fmt: skip
    build(["staging.inspections"])
    server = HTTPServer(("127.0.0.1", 0), Inbox)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AIRFLOW_CONN_SUPPORT_LIST_ALERTS", f"http://127.0.0.1:{server.server_port}")
    wanted = {"authority": "999", "as_at": "2026-08-12"}
    # What the comparisons above found waits as well: as if it had gone out night by night.
    assert outbox.send_waiting(lambda *_: "log")
    try:
        with LocalAirflow() as airflow:
            assert run_dag(airflow.client, "watch_schools", wanted).values["alert"] == "http"
            assert run_dag(airflow.client, "watch_schools", wanted).values.get("alert") is None
    finally:
        server.shutdown()
        server.server_close()
    [told] = Inbox.received
    assert told.keys() == {"subject", "text"}
    assert (
        f"({RETURNED}): Ofsted has reported on its inspection of 6 August 2026, category of concern SM." in told["text"]
    )
