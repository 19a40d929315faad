"""A BI client that reads without pause while fifty editions are published and dbt builds the marts anew meets only whole editions."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from school_support.assessment.prepare import build_assessments
from school_support.publication.approve import record_decision
from school_support.publication.content import content_hash
from school_support.publication.edition import publish_candidate
from school_support.publication.tables import FORM, TABLES
from school_support.settings import PROJECT
from school_support.warehouse.bi_contract import load_contract
from school_support.warehouse.connection import connect

pytestmark = pytest.mark.end_to_end
PUBLICATIONS = 50
CONTRACT = load_contract()
FROZEN = {f"{table.name}_v1": table.name for table in TABLES}
READ = [name for name in CONTRACT if not name.startswith("public_")]


@pytest.fixture(scope="module", autouse=True)
def published(small_sample: Path, another_warehouse: Callable[[], AbstractContextManager[Path]]) -> Iterator[None]:
    """The sample's first edition, by the whole job."""
    with another_warehouse():
        subprocess.run(
            [sys.executable, str(PROJECT / "tests" / "end_to_end" / "whole_job.py"), str(small_sample), "2026-06-30"],
            env=os.environ | {"PYTHONPATH": str(PROJECT / "plugins")},
            check=True,
        )
        yield


def variant(connection: psycopg.Connection, source: int, number: int) -> int:
    """An approved candidate of its own content: as the source, but for the words; every other one lacks half of the schools."""

    def copy(said: str) -> int:
        [(candidate_id,)] = connection.execute(
            "insert into publication.candidate (assessment_id, authority, authority_name, list_year, as_at, decisions_as_at, ruleset, "
            "content_hash, built_by_os_user, demonstration, form) select assessment_id, authority, authority_name, list_year, as_at, "
            "decisions_as_at, ruleset, %s, 'builder', true, form from publication.candidate where candidate_id = %s "
            "returning candidate_id",
            (said, source),
        ).fetchall()
        for table in TABLES:
            columns = [name for name in table.columns_in(FORM) if (table.name, name) != ("support_list", "reasons")]
            half = sql.SQL("and right(urn, 1)::integer % 2 = 0") if number % 2 and "urn" in columns else sql.SQL("")
            words = (
                (sql.SQL(", reasons"), sql.SQL(", {}").format(f"Variant {number}."))
                if table.name == "support_list"
                else ("", "")
            )
            connection.execute(
                sql.SQL("insert into {table} (candidate_id, {columns}{extra}) select {candidate}, {columns}{words} from {table} "
                        "where candidate_id = {source} {half}").format(
                    table=sql.Identifier("publication", table.name),
                    columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
                    extra=words[0] or sql.SQL(""), words=words[1] or sql.SQL(""),
                    candidate=candidate_id, source=source, half=half,
                )
            )  # fmt: skip
        return int(candidate_id)

    with connection.transaction(force_rollback=True):
        said = content_hash(connection, copy("0" * 64))
    candidate_id = copy(said)
    connection.execute(
        "insert into quality.gate_run (gate, subject_id, passed, critical_failures, warnings) values ('candidate', %s, true, 0, 0)",
        (candidate_id,),
    )
    return candidate_id


@dataclass
class Whole:
    """What a whole edition has: rows by view, and the cost of its list."""

    rows: dict[str, int]
    cost: Decimal


def whole_candidates(connection: psycopg.Connection) -> dict[int, Whole]:
    found: dict[int, Whole] = {}
    for (candidate_id,) in connection.execute("select candidate_id from publication.candidate").fetchall():
        rows = {
            view: connection.execute(
                sql.SQL("select count(*) from {} where candidate_id = %s").format(sql.Identifier("publication", table)),
                (candidate_id,),
            ).fetchall()[0][0]
            for view, table in FROZEN.items()
        }
        [(cost,)] = connection.execute(
            "select sum(support_cost) from publication.support_list where candidate_id = %s", (candidate_id,)
        ).fetchall()
        found[candidate_id] = Whole(rows, cost)
    return found


@dataclass
class Client:
    """What a client met: the editions in the order read, how often it read, and all that was wrong."""

    whole: dict[int, Whole]
    stop: threading.Event
    editions: list[int] = field(default_factory=list)
    loops: int = 0
    wrong: list[str] = field(default_factory=list)

    def check(self, view: str, rows: list[tuple[object, ...]]) -> None:
        """Rows are (edition, candidate, rows, distinct keys) of one statement."""
        if view not in FROZEN:
            return
        if len(rows) > 1:
            self.wrong.append(f"{view} shows {len(rows)} editions at once")
        for edition, candidate, count, distinct in rows:
            if count != self.whole[candidate].rows[view] or distinct != count:  # type: ignore[index]
                self.wrong.append(
                    f"{view}, edition {edition}: {count} rows, {distinct} keys, of {self.whole[candidate].rows[view]}"
                )  # type: ignore[index]
        if not rows and max(whole.rows[view] for whole in self.whole.values()):
            self.wrong.append(f"{view} is empty")

    def keep(self, edition: int) -> None:
        if self.editions and edition < self.editions[-1]:
            self.wrong.append(f"edition {edition} after {self.editions[-1]}")
        self.editions.append(edition)

    def run(self, read: Callable[[Client, psycopg.Connection], None]) -> None:
        try:
            with connect("bi_reader", autocommit=True) as connection:
                while not self.stop.is_set():
                    read(self, connection)
                    self.loops += 1
        except Exception as error:
            self.wrong.append(repr(error))


def rows_of(connection: psycopg.Connection, view: str) -> list[tuple[object, ...]]:
    columns = CONTRACT[view].columns
    shown = sql.SQL("edition, candidate_id") if {"edition", "candidate_id"} <= columns.keys() else sql.SQL("null, null")
    return connection.execute(
        sql.SQL("select {shown}, count(*), count(distinct ({key})) from {view} group by 1, 2").format(
            shown=shown,
            key=sql.SQL(", ").join(map(sql.Identifier, CONTRACT[view].grain)),
            view=sql.Identifier("bi", view),
        )
    ).fetchall()


def read_one_by_one(client: Client, connection: psycopg.Connection) -> None:
    """Each statement by itself: whole, whatever the others say."""
    for view in READ:
        client.check(view, rows_of(connection, view))
    [(edition, cost, schools, said_cost, said_schools)] = connection.execute(
        """
        select listed.edition, sum(listed.support_cost), count(*), published.support_cost, published.schools
        from bi.support_list_v1 as listed inner join bi.edition_v1 as published using (authority, list_year)
        where published.is_current group by listed.edition, published.edition, published.support_cost, published.schools
            having listed.edition = published.edition
        """
    ).fetchall()
    if (cost, schools) != (said_cost, said_schools):
        client.wrong.append(f"edition {edition}: {cost} for {schools} schools, said {said_cost} for {said_schools}")
    client.keep(edition)


def read_in_one_snapshot(client: Client, connection: psycopg.Connection) -> None:
    """All views in one transaction: all of one edition."""
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read read only")
        [(edition, candidate, cost)] = connection.execute(
            "select edition, candidate_id, support_cost from bi.edition_v1 where is_current"
        ).fetchall()
        seen = set()
        for view in READ:
            rows = rows_of(connection, view)
            client.check(view, rows)
            if view in FROZEN:
                seen |= {row[:2] for row in rows}
    if seen != {(edition, candidate)}:
        client.wrong.append(f"edition {edition} of candidate {candidate} beside {seen}")
    if cost != client.whole[candidate].cost:
        client.wrong.append(f"edition {edition} costs {cost} and not {client.whole[candidate].cost}")
    client.keep(edition)


def test_fifty_publications_and_a_rebuild_under_two_clients() -> None:
    with connect("support_publisher") as connection:
        [(source, assessment_id)] = connection.execute(
            "select candidate_id, assessment_id from publication.candidate"
        ).fetchall()
        candidates = [variant(connection, source, number) for number in range(PUBLICATIONS)]
        connection.commit()
        whole = whole_candidates(connection)
    sizes = {whole[candidate].rows["support_list_v1"] for candidate in candidates}
    assert len(sizes) == 2
    assert min(sizes) > 10
    for candidate in candidates:
        record_decision(candidate, "approved")

    stop = threading.Event()
    clients = {read: Client(whole, stop) for read in (read_one_by_one, read_in_one_snapshot)}
    threads = [threading.Thread(target=client.run, args=(read,)) for read, client in clients.items()]
    for thread in threads:
        thread.start()
    rebuilt: list[BaseException] = []

    def rebuild() -> None:
        """Every mart dropped with all that hangs on it, as the first build of a new version would, and built again."""
        try:
            with connect("support_transformer") as connection:
                for (mart,) in connection.execute(
                    "select tablename from pg_tables where schemaname = 'marts'"
                ).fetchall():
                    connection.execute(sql.SQL("drop table {} cascade").format(sql.Identifier("marts", mart)))
            build_assessments([assessment_id])
        except BaseException as error:
            rebuilt.append(error)

    builder = threading.Thread(target=rebuild)
    builder.start()
    try:
        for number, candidate in enumerate(candidates):
            assert publish_candidate(candidate, f"Variant {number}.").is_new
            time.sleep(0.2)
    finally:
        builder.join()
        stop.set()
        for thread in threads:
            thread.join()

    assert rebuilt == []
    for read, client in clients.items():
        assert client.wrong == [], read.__name__
        assert client.editions[-1] <= PUBLICATIONS + 1
        assert len(set(client.editions)) > PUBLICATIONS / 2, (read.__name__, client.loops, client.editions)
        print(f"{read.__name__}: {client.loops} loops, {len(set(client.editions))} editions met")
    with connect("bi_reader") as connection:
        assert connection.execute("select max(edition) from bi.support_list_v1").fetchall() == [(PUBLICATIONS + 1,)]
        assert connection.execute("select count(*) from bi.edition_v1").fetchall() == [(PUBLICATIONS + 1,)]
