"""Every role of the warehouse: what must work and what must be refused, tried as that role; readers of single authorities."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from typer.testing import CliRunner

from school_support.cli import app
from school_support.errors import SupportListError
from school_support.warehouse.bi_contract import load_contract
from school_support.warehouse.connection import connect, parameters
from school_support.warehouse.readers import add_reader, drop_reader, list_readers

REFUSED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)
# Written by the tests below, and shown to nobody but those who may read everything.
AUTHORITIES = ("874", "999")
VIEWS = sorted(load_contract())
OF_ONE_AUTHORITY = [name for name in VIEWS if "authority" in load_contract()[name].columns and name[:7] != "public_"]
READS_ALL = [f"select * from bi.{name}" for name in VIEWS if not name.startswith("public_")]

INNER_ROOMS = [
    "select * from publication.support_list",
    "select * from publication.shown_edition",
    "select * from publication.school_comment",
    "select * from publication.panel_decision",
    "select * from marts.school_tier",
    "select * from intermediate.built",
    "select * from staging.built",
    "select * from seeds.built",
    "select * from raw.delivered",
    "select * from landing.release",
    "select * from control.assessment",
    "select * from control.backfill",
    "select * from control.reader_authority",
    "select * from quality.gate_run",
]
# What nobody but the server's own account may do.
NOT_IN_A_TRANSACTION = ["create database another", "alter system set work_mem = '1GB'", "drop database airflow"]
OUT_OF_THE_DATABASE = [
    "select pg_read_file('PG_VERSION')",
    "select pg_ls_dir('.')",
    "select lo_import('/etc/passwd')",
    "select lo_create(0)",
    "copy (select 1) to program 'cat'",
    "copy (select 1) to '/tmp/out_of_the_database'",
    "create role another",
    "alter role bi_reader superuser",
    "alter role support_admin password 'another'",
    "grant support_owner to bi_reader",
    "grant bi_reader to bi_public",
    "set session authorization support_admin",
    "set role support_admin",
    "set role airflow",
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'support_admin'",
    "select passwd from pg_shadow",
]
NOTHING_OF_THEIR_OWN = [
    "create table bi.mine (a integer)",
    "create view bi.mine as select 1 as a",
    "create table public.mine (a integer)",
    "create temporary table mine (a integer)",
    "create schema mine",
    "create function bi.mine() returns integer language sql as 'select 1'",
    # One that a condition could tell by, or an operator that the planner would try on the statistics of hidden rows.
    "create function pg_temp.mine(text) returns boolean language sql as 'select true'",
    "do $$ begin create table bi.mine (a integer); end $$",
    "select pg_advisory_lock(720004)",
    "select pg_try_advisory_xact_lock_shared(720002)",
]
CHANGES_OF_VIEWS = [
    "drop view bi.support_list_v1",
    "alter view bi.support_list_v1 set (security_invoker)",
    "alter view bi.support_list_v1 rename to mine",
    "create or replace view bi.contract_v1 as select 1 as a",
    "comment on view bi.support_list_v1 is 'mine'",
    "lock table bi.support_list_v1 in access exclusive mode",
    "insert into control.reader_authority (role_name, authority) values (current_user, 'all')",
    "insert into publication.current_edition values ('999', 2027, 1)",
]
HISTORY = [
    statement
    for table in ("edition", "support_list", "approval", "candidate")
    for statement in (f"delete from publication.{table}", f"truncate publication.{table} cascade")
] + ["update publication.edition set content_hash = content_hash", "update publication.support_list set tier = 'high'"]
READERS_REFUSED = [*INNER_ROOMS, *NOTHING_OF_THEIR_OWN, *CHANGES_OF_VIEWS, *HISTORY, *OUT_OF_THE_DATABASE]
BECOME_ANOTHER = [
    "set role support_publisher",
    "set role support_transformer",
    "set role support_loader",
    "set role bi_reader",
]

OFFICERS_READ = ("select * from publication.", "select * from control.assessment", "select * from quality.gate_run")
WORKS: dict[str, list[str]] = {
    "bi_reader": [*READS_ALL, "select count(*) from bi.support_list_v1 inner join bi.school_v1 using (authority, urn)"],
    "support_officer": [*READS_ALL, "select * from publication.edition", *OFFICERS_READ[1:]],
    "bi_public": ["select 1"],
    "support_loader": [
        "insert into landing.release (source, collection, known_from, file_name, sha256, bytes, status) "
        "values ('gias', 'fictional', '2026-01-01', 'f', repeat('a', 64), 1, 'landed')",
        "update landing.release set status = 'loaded'",
        "create table raw.another (a text)",
        "insert into raw.delivered values ('row')",
        "insert into quality.gate_run (gate, subject_id, passed, critical_failures, warnings) values ('raw', 1, true, 0, 0)",
        "select * from control.assessment",
        "select pg_advisory_xact_lock(1)",
    ],
    "support_transformer": [
        "select * from raw.delivered",
        "select * from landing.release",
        "create table marts.another as select 1 as a",
        "drop table marts.school_tier",
        "create temporary table mine (a integer)",
        "insert into control.assessment (authority, list_year, as_at, decisions_as_at, ruleset, purpose, input_hash) "
        "values ('999', 2027, '2026-06-30', '2026-06-30', 'r', 'what_if', 'h')",
        "update control.assessment set built_at = now()",
        "select pg_advisory_xact_lock(1)",
    ],
    "support_publisher": [
        *READS_ALL,
        "select * from control.assessment",
        "insert into publication.school_check (candidate_id, authority, list_year, opened_on, closes_on, working_days, opened_by) "
        "select candidate_id, authority, list_year, '2026-07-01', '2026-07-15', 10, 'lead' from publication.candidate "
        "where authority = '999' and candidate_id not in (select candidate_id from publication.school_check)",
        "update publication.current_edition set edition_id = edition_id",
        "select pg_advisory_xact_lock(1)",
    ],
    "support_owner": [*READS_ALL, "select * from control.reader_authority", "create table control.another (a integer)"],
}
REFUSALS: dict[str, list[str]] = {
    "bi_reader": [*READERS_REFUSED, *BECOME_ANOTHER[:-1], "set role support_owner"],
    "support_officer": [
        statement
        for statement in [*READERS_REFUSED, *BECOME_ANOTHER, "set role support_owner"]
        # Officers read behind the views what their pages show.
        if not statement.startswith(OFFICERS_READ)
    ],
    "bi_public": [*READERS_REFUSED, *READS_ALL, *BECOME_ANOTHER, "set role support_owner"],
    "support_loader": [
        *OUT_OF_THE_DATABASE,
        *CHANGES_OF_VIEWS,
        *HISTORY,
        *READS_ALL,
        "delete from landing.release",
        "truncate landing.release",
        "insert into control.assessment (authority) values ('999')",
        "create table marts.another as select 1 as a",
        "drop table marts.school_tier",
        "select * from publication.support_list",
        "set role support_owner",
        "set role support_publisher",
    ],
    "support_transformer": [
        *OUT_OF_THE_DATABASE,
        *CHANGES_OF_VIEWS,
        *HISTORY,
        *READS_ALL,
        "insert into raw.delivered values ('row')",
        "delete from raw.delivered",
        "update landing.release set status = 'accepted'",
        "update control.assessment set as_at = as_at",
        "delete from control.assessment",
        "insert into control.backfill (authority) values ('999')",
        "update control.backfill set reason = 'another'",
        "insert into control.standing_assessment values ('999', 2026, 1, 1, repeat('0', 64))",
        "select * from publication.support_list",
        "insert into publication.support_list (candidate_id, urn) values (1, '1')",
        "set role support_owner",
        "set role support_publisher",
    ],
    "support_publisher": [
        *OUT_OF_THE_DATABASE,
        *[change for change in CHANGES_OF_VIEWS if "current_edition" not in change],
        *HISTORY,
        "delete from publication.current_edition",
        "truncate publication.current_edition",
        "delete from control.backfill",
        "delete from control.standing_assessment",
        "drop table publication.edition",
        "alter table publication.edition disable trigger insert_only",
        "insert into marts.school_tier values (1)",
        "update landing.release set status = 'accepted'",
        "insert into control.assessment (authority) values ('999')",
        "create table publication.another (a integer)",
        "create temporary table mine (a integer)",
        "set role support_owner",
        "set role support_transformer",
    ],
    # The owner made the tables, and even so what was published stays: a trigger refuses.
    "support_owner": [*HISTORY, *OUT_OF_THE_DATABASE],
}


@pytest.fixture(scope="module", autouse=True)
def rooms(another_warehouse: Callable[[], AbstractContextManager[Path]]) -> Iterator[None]:
    """A warehouse with something in every room: an edition, a check and a panel decision of two authorities each."""
    with another_warehouse():
        with connect("support_transformer") as connection:
            connection.execute("create table marts.school_tier (assessment_id bigint)")
            connection.execute("grant select on marts.school_tier to support_publisher")
            for room in ("intermediate", "staging", "seeds"):
                connection.execute(f"create table {room}.built (a integer)")  # type: ignore[arg-type]
        with connect("support_loader") as connection:
            connection.execute(
                "create table raw.delivered (a text); grant select on raw.delivered to support_transformer"
            )
        with connect("support_owner") as connection:
            for authority in AUTHORITIES:
                publish(connection, authority)
        yield


def publish(connection: psycopg.Connection, authority: str) -> None:
    """One edition of two schools, whose URNs begin with the authority's code, with a row in every table behind a view."""
    first, second = f"{authority}001", f"{authority}002"
    [(candidate_id,)] = connection.execute(
        """
        with assessment as (
            insert into control.assessment (authority, list_year, as_at, decisions_as_at, ruleset, purpose, input_hash)
            values (%(a)s, 2027, '2026-06-30', '2026-06-30', 'r', 'annual', 'h') returning assessment_id
        )
        insert into publication.candidate (assessment_id, authority, authority_name, list_year, as_at, decisions_as_at, ruleset,
            content_hash, built_by_os_user, form)
        select assessment_id, %(a)s, 'Name of ' || %(a)s, 2027, '2026-06-30', '2026-06-30', 'r', repeat('0', 64), 'b', 2
        from assessment returning candidate_id
        """,
        {"a": authority},
    ).fetchall()
    for table, columns, values in (
        ("support_list", "urn, tier, support_cost", "'high', 22000"),
        ("school_risk", "urn, domain, points", "'attainment', 1"),
        ("school_indicator", "urn, indicator, value", "'progress8', 0.1"),
        ("school", "urn, school_name", "'Name'"),
        ("inspection", "urn, inspection_urn, inspection_date", "'1', '2026-01-01'"),
        ("result", "urn, academic_year, measure", "2026, 'progress8'"),
        ("support_fairness", "group_kind, group_name", "'sector'"),
        (
            "panel_decision",
            "urn, decision, decided_by_1, decided_by_2, decided_on",
            "'confirm', 'A B', 'C D', '2026-07-01'",
        ),
    ):
        for urn in (first, second):
            connection.execute(
                f"insert into publication.{table} (candidate_id, {columns}) values (%s, %s, {values})",  # type: ignore[arg-type]
                (candidate_id, urn),
            )
    connection.execute(
        """
        with opened as (
            insert into publication.school_check (candidate_id, authority, list_year, opened_on, closes_on, working_days, opened_by)
            values (%(c)s, %(a)s, 2027, '2026-07-01', '2026-07-15', 10, 'lead') returning school_check_id
        ), said as (
            insert into publication.school_comment (school_check_id, urn, kind, comment, received_on, recorded_by)
            select school_check_id, urn, 'new_evidence', 'What the school wrote.', day, 'officer' from opened,
                (values (%(first)s, date '2026-07-02'), (%(first)s, '2026-07-03'), (%(second)s, '2026-07-04')) as given (urn, day)
            returning comment_id, urn, received_on
        )
        insert into publication.comment_outcome (comment_id, outcome, reason, decided_on, decided_by)
        select comment_id, case received_on when '2026-07-02' then 'not_upheld' else 'partly_upheld' end, 'r', '2026-07-10', 'p'
        from said where urn = %(first)s
        """,
        {"c": candidate_id, "a": authority, "first": first, "second": second},
    )
    connection.execute(
        """
        with approved as (
            insert into publication.approval (candidate_id, content_hash, decision, os_user, person, demonstration)
            values (%(c)s, repeat('0', 64), 'approved', 'os', 'lead', false) returning approval_id
        ), published as (
            insert into publication.edition (authority, list_year, edition, candidate_id, content_hash, approval_id,
                demonstration, manifest)
            select %(a)s, 2027, 1, %(c)s, repeat('0', 64), approval_id, false, '{}' from approved returning edition_id
        )
        insert into publication.current_edition select %(a)s, 2027, edition_id from published
        """,
        {"c": candidate_id, "a": authority},
    )
    connection.execute(
        """
        with run as (
            insert into publication.watch_run (edition_id, as_at, assessment_id)
            select edition_id, '2026-08-01', assessment_id
            from publication.edition inner join publication.candidate using (candidate_id)
            where candidate_id = %(c)s returning *
        ), event as (
            insert into publication.watch_event (authority, list_year, edition_id, urn, school_name, kind, item, detail, event_date,
                assessment_id, first_seen_on)
            select %(a)s, 2027, edition_id, urn, 'Name', 'gate_met', 'stuck', 'Stuck.', as_at, assessment_id, as_at
            from run, unnest(%(urns)s::text[]) as given (urn) returning watch_event_id
        )
        insert into publication.watch_sighting select watch_run_id, watch_event_id from run, event
        """,
        {"c": candidate_id, "a": authority, "urns": [first, second]},
    )


@contextmanager
def as_role(role: str, password: str | None = None) -> Iterator[psycopg.Connection]:
    """A connection of its own, whose work is undone."""
    address = parameters("bi_reader") | {"user": role, "password": password or ""} if password else parameters(role)
    with psycopg.connect(make_conninfo(**address)) as connection:
        yield connection
        connection.rollback()


def tried(connection: psycopg.Connection, statement: str) -> None:
    cursor = connection.execute(statement)  # type: ignore[arg-type]
    if cursor.description:
        cursor.fetchall()


@pytest.mark.parametrize(("role", "statement"), [(role, s) for role, statements in WORKS.items() for s in statements])
def test_what_must_work(role: str, statement: str) -> None:
    with as_role(role) as connection:
        tried(connection, statement)


@pytest.mark.parametrize(
    ("role", "statement"), [(role, s) for role, statements in REFUSALS.items() for s in statements]
)
def test_what_must_be_refused(role: str, statement: str) -> None:
    with as_role(role) as connection, pytest.raises(REFUSED):
        tried(connection, statement)


@pytest.mark.parametrize("role", WORKS)
@pytest.mark.parametrize("statement", NOT_IN_A_TRANSACTION)
def test_what_must_be_refused_outside_a_transaction(role: str, statement: str) -> None:
    with connect(role, autocommit=True) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        tried(connection, statement)


@pytest.mark.parametrize("role", WORKS)
@pytest.mark.parametrize(
    "change",
    ["insert into bi.support_list_v1 (urn) values ('1')", "update bi.support_list_v1 set tier = 'high'", "delete from bi.support_list_v1"],
)  # fmt: skip
def test_a_view_of_an_edition_takes_no_change(role: str, change: str) -> None:
    refused = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState)
    with as_role(role) as connection, pytest.raises(refused):
        tried(connection, change)


@pytest.mark.parametrize("role", ["bi_reader", "support_officer", "support_publisher"])
def test_who_reads_a_view_cannot_hand_it_on(role: str) -> None:
    """PostgreSQL warns and grants nothing."""
    with connect(role) as connection:
        connection.execute("grant select on bi.support_list_v1 to public")
    with as_role("bi_public") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select * from bi.support_list_v1")


@pytest.mark.parametrize("role", [*WORKS, "airflow"])
def test_only_airflow_enters_its_database_and_it_enters_no_other(role: str) -> None:
    other = "warehouse" if role == "airflow" else "airflow"
    with pytest.raises(SupportListError, match="permission denied for database"):
        connect(role, other)


def test_those_who_may_read_everything_do() -> None:
    for role in ("bi_reader", "support_officer", "support_publisher", "support_owner", "support_admin"):
        with as_role(role) as connection:
            for name in OF_ONE_AUTHORITY:
                found = connection.execute(f"select distinct authority from bi.{name} order by 1").fetchall()  # type: ignore[arg-type]
                assert found == [(authority,) for authority in AUTHORITIES], (role, name)


def test_no_view_shows_a_decider_or_what_a_school_wrote() -> None:
    with as_role("bi_reader") as connection:
        said = "\n".join(
            str(row)
            for name in OF_ONE_AUTHORITY
            for row in connection.execute(f"select * from bi.{name}").fetchall()  # type: ignore[arg-type]
        )
    assert "999001" in said
    for hidden in ("A B", "C D", "What the school wrote"):
        assert hidden not in said


def test_the_school_check_by_school() -> None:
    with as_role("bi_reader") as connection:
        found = connection.execute(
            "select urn, status, comments, outcomes, last_received_on::text, outcome from bi.school_check_v1 "
            "where authority = '999' order by urn"
        ).fetchall()
    assert found == [
        ("999001", "answered", 2, 2, "2026-07-03", "partly_upheld"),
        ("999002", "comment_received", 1, 0, "2026-07-04", None),
    ]


# Readers of single authorities.


@pytest.fixture(scope="module")
def limited(rooms: None) -> str:
    """The password of the reader of 874."""
    reader, password = add_reader("of_874", ["874"])
    assert (reader.role, reader.authorities) == ("bi_reader_of_874", ("874",))
    assert password is not None
    return password


ROLE = "bi_reader_of_874"


@pytest.mark.parametrize("name", OF_ONE_AUTHORITY)
def test_a_reader_of_one_authority_sees_its_rows_and_no_other(limited: str, name: str) -> None:
    with as_role(ROLE, limited) as connection:
        found = connection.execute(f"select authority, count(*) from bi.{name} group by 1").fetchall()  # type: ignore[arg-type]
    assert [authority for authority, _ in found] == ["874"]
    assert found[0][1] == (1 if "edition" in name else 2)


@pytest.mark.parametrize(
    "statement", [*READERS_REFUSED, *BECOME_ANOTHER, "set role support_owner", "set role bi_readers_limited"]
)
def test_a_reader_of_one_authority_is_refused_the_rest(limited: str, statement: str) -> None:
    with as_role(ROLE, limited) as connection, pytest.raises(REFUSED):
        tried(connection, statement)


# Each fails, or says something, for a row of the other authority if the condition is tried before the view's own.
LEAKS = [
    "1 / (case when authority = '999' then 0 else 1 end) = 1",
    "cast(case when authority = '999' then 'leak' else '1' end as integer) = 1",
    "authority::integer / (authority::integer - 999) is not null",
    "substring(authority from 1 for case when authority = '999' then -1 else 1 end) is not null",
    # A security barrier alone lets these through: no function takes a column.
    "(case when authority = '999' then set_config('support.leak', 'yes', false) end) is null",
    "(case when authority = '999' then 1 / (random() * 0)::integer end) is null",
]


@pytest.mark.parametrize("condition", LEAKS)
@pytest.mark.parametrize("name", OF_ONE_AUTHORITY)
def test_no_condition_of_the_reader_meets_a_hidden_row(limited: str, name: str, condition: str) -> None:
    with as_role(ROLE, limited) as connection:
        assert connection.execute(f"select count(*) from bi.{name} where {condition}").fetchall()[0][0] > 0  # type: ignore[arg-type]
        assert connection.execute("select current_setting('support.leak', true)").fetchall() in ([(None,)], [("",)])


@pytest.mark.parametrize("name", ["support_list_v1", "school_indicator_v1", "school_check_v1"])
def test_no_condition_on_the_school_meets_a_hidden_row(limited: str, name: str) -> None:
    """The URN comes from another table than the authority."""
    for leak in (
        "1 / (case when left(urn, 3) = '999' then 0 else 1 end) = 1",
        "(case when urn = '999001' then 1 / (random() * 0)::integer end) is null",
    ):
        with as_role("bi_reader") as connection, pytest.raises(psycopg.errors.DivisionByZero):
            connection.execute(f"select count(*) from bi.{name} where {leak}")  # type: ignore[arg-type]
        with as_role(ROLE, limited) as connection:
            found = connection.execute(f"select count(*) from bi.{name} where {leak}").fetchall()  # type: ignore[arg-type]
            assert found == [(2,)], leak


@pytest.mark.parametrize("name", OF_ONE_AUTHORITY)
def test_no_condition_of_the_reader_reaches_a_table(limited: str, name: str) -> None:
    """Whatever column a condition is on, it is asked of rows that the fence let through, never where a table is read."""
    with as_role(ROLE, limited) as connection:
        description = connection.execute(f"select * from bi.{name} limit 0").description or ()  # type: ignore[arg-type]
        for column in description:
            query = f"explain (format json) select * from bi.{name} where {column.name}::text is distinct from 'asked by the reader'"
            [([plan],)] = connection.execute(query).fetchall()  # type: ignore[arg-type]
            asking = [node for node in nodes(plan["Plan"]) if "asked by the reader" in str(conditions(node))]
            assert [node["Node Type"] for node in asking] == ["Subquery Scan"], (column.name, asking)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A node of a plan and all below it."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def conditions(node: dict[str, Any]) -> dict[str, Any]:
    """What a node itself says, without the nodes below it."""
    return {name: said for name, said in node.items() if name not in ("Plans", "Output")}


def test_a_reader_who_may_become_a_limited_one_sees_what_that_one_sees(limited: str) -> None:
    with as_role("support_admin") as connection:
        connection.execute(f"set role {ROLE}")  # type: ignore[arg-type]
        assert connection.execute("select distinct authority from bi.support_list_v1").fetchall() == [("874",)]


def test_a_reader_without_a_row_sees_none(limited: str) -> None:
    with as_role("support_admin") as connection:
        connection.execute("set role bi_readers_limited")
        for name in OF_ONE_AUTHORITY:
            assert connection.execute(f"select count(*) from bi.{name}").fetchall() == [(0,)], name  # type: ignore[arg-type]


def test_the_commands(limited: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run = CliRunner()
    added = run.invoke(app, ["reader", "add", "both", "--authority", "999", "--authority", "874"])
    assert added.exit_code == 0, added.output
    assert "bi_reader_both reads 874, 999." in added.output
    password = re.search(r"shown only now: (\S+)", added.output)
    assert password is not None
    with as_role("bi_reader_both", password[1]) as connection:
        assert connection.execute("select count(*) from bi.support_list_v1").fetchall() == [(4,)]
    assert ("bi_reader_both", ("874", "999")) in [(reader.role, reader.authorities) for reader in list_readers()]
    listed = run.invoke(app, ["reader", "list"]).output
    assert "bi_reader_both" in listed
    assert password[1] not in listed

    with psycopg.connect(
        make_conninfo(**parameters("bi_reader") | {"user": "bi_reader_both", "password": password[1]})
    ) as open_one:
        open_one.execute("select 1")
        assert run.invoke(app, ["reader", "drop", "both"]).exit_code == 0
        with pytest.raises(psycopg.OperationalError):
            open_one.execute("select * from bi.support_list_v1")
    assert "bi_reader_both" not in {reader.role for reader in list_readers()}
    with as_role("support_owner") as connection:
        assert (
            connection.execute("select from control.reader_authority where role_name = 'bi_reader_both'").fetchall()
            == []
        )

    monkeypatch.setenv("SUPPORT_LIST_PG_PASSWORD_BI_READER_GIVEN", "from the environment")
    added = run.invoke(app, ["reader", "add", "given", "--authority", "999"])
    assert "from the environment" not in added.output
    with as_role("bi_reader_given", "from the environment") as connection:
        assert connection.execute("select distinct authority from bi.school_v1").fetchall() == [("999",)]
    drop_reader("given")


def test_what_is_no_reader(limited: str) -> None:
    for name in ("", "A", "1st", "a-b", 'x"; drop role bi_reader; --', "a" * 41):
        with pytest.raises(SupportListError, match="is no name of a reader"):
            add_reader(name, ["999"])
    with pytest.raises(SupportListError, match="No row for authority 123"):
        add_reader("of_123", ["123"])
    with pytest.raises(SupportListError, match="already"):
        add_reader("of_874", ["999"])
    with pytest.raises(SupportListError, match="There is no reader bi_reader_nobody"):
        drop_reader("nobody")
    assert [reader.role for reader in list_readers()] == [ROLE]
