"""Public counts in the warehouse: chosen once, read by everybody as they were chosen, and nothing else for bi_public."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path

import psycopg
import pytest

from school_support.reports import public_counts
from school_support.reports.edition_data import read_edition
from school_support.reports.outputs import Outputs, write_outputs
from school_support.reports.public_counts import read_report
from school_support.warehouse.connection import connect

TIERS = {"high": (4, 22), "targeted": (3, 10), "light": (1, 1.5)}
NUMBER = count(1)
List = Sequence[tuple[str, int]]
FIRST: List = (("high", 12), ("targeted", 15), ("light", 30))
SHOWN = (
    "select tier, shown from bi.public_count_v1 where (table_kind, row_group, measure) = ('tier', 'all', 'schools') "
    "and list_year = %s and edition = %s and tier in ('high', 'targeted', 'light') order by place"
)


@pytest.fixture(scope="module", autouse=True)
def own_warehouse(another_warehouse: Callable[[], AbstractContextManager[Path]]) -> Iterator[None]:
    from school_support.warehouse.dbt import build

    with another_warehouse():
        build(["resource_type:seed"])
        yield


def published(list_year: int, edition: int, tiers: List) -> int:
    """An edition of fictional schools, all alike but for their tier; its id."""
    with connect("support_transformer") as connection:
        [assessment] = _row(
            connection,
            "insert into control.assessment (authority, list_year, as_at, decisions_as_at, ruleset, purpose, input_hash) "
            "values ('901', %s, '2020-06-30', '2020-06-30', 'r', 'annual', %s) returning assessment_id",
            (list_year, str(next(NUMBER))),
        )
    with connect("support_publisher") as connection:
        [candidate] = _row(
            connection,
            "insert into publication.candidate (assessment_id, authority, authority_name, list_year, as_at, ruleset, "
            "content_hash, built_by_os_user, form) values (%s, '901', 'Nowhere', %s, '2020-06-30', 'r', %s, 'builder', 2) "
            "returning candidate_id",
            (assessment, list_year, f"{next(NUMBER):064x}"),
        )
        placed = [tier for tier, n in tiers for _ in range(n)]
        for number, tier in enumerate(placed):
            rank, days = TIERS[tier]
            connection.execute(
                "insert into publication.support_list (candidate_id, urn, school_name, phase, sector, tier, tier_name, "
                "tier_rank, decided_by, coverage, support_days, support_cost) "
                "values (%s, %s, %s, 'primary', 'maintained', %s, initcap(%s), %s, 'points', 1, %s, %s)",
                (candidate, str(110000 + number), f"School {number}", tier, tier, rank, days, days * 1000),
            )
        [approval] = _row(
            connection,
            "insert into publication.approval (candidate_id, content_hash, decision, os_user, demonstration, person) "
            "values (%s, %s, 'approved', 'a', false, 'a') returning approval_id",
            (candidate, "0" * 64),
        )
        [made] = _row(
            connection,
            "insert into publication.edition (authority, list_year, edition, candidate_id, content_hash, approval_id, "
            "demonstration, circulation, manifest) values ('901', %s, %s, %s, %s, %s, false, 'own', '{\"budget\": 550000}') "
            "returning edition_id",
            (list_year, edition, candidate, "0" * 64, approval),
        )
        connection.execute(
            "insert into publication.current_edition (authority, list_year, edition_id) values ('901', %s, %s) "
            "on conflict (authority, list_year) do update set edition_id = excluded.edition_id",
            (list_year, made),
        )
        return int(made)


def _row(connection: psycopg.Connection, query: str, values: tuple[object, ...]) -> tuple[int]:
    found = connection.execute(query, values).fetchone()  # type: ignore[arg-type]  # queries of this module
    assert found is not None
    return (int(found[0]),)


def rows(query: str, values: tuple[object, ...] = (), role: str = "bi_public") -> list[tuple[object, ...]]:
    with connect(role) as connection:
        return connection.execute(query, values).fetchall()  # type: ignore[arg-type]  # queries of this module


@pytest.fixture(scope="module")
def editions(own_warehouse: None) -> list[int]:
    """A list year; the next one; and a correction of it that moves one school from high to targeted."""
    return [
        published(2020, 1, FIRST),
        published(2021, 1, FIRST),
        published(2021, 2, (("high", 11), ("targeted", 16), ("light", 30))),
    ]


@pytest.fixture(scope="module")
def written(editions: list[int]) -> list[Outputs]:
    """The outputs of all editions, the correction's first: what it must not give away is chosen before it."""
    return [write_outputs(edition) for edition in (editions[0], editions[2], editions[1])]


def test_the_public_reads_what_is_shown_and_the_correction_hides_its_move(written: list[Outputs]) -> None:
    before = [("high", "12"), ("targeted", "15"), ("light", "30")]
    assert rows(SHOWN, (2020, 1)) == before
    assert rows(SHOWN, (2021, 1)) == before
    assert rows(SHOWN, (2021, 2)) == [("high", "withheld"), ("targeted", "withheld"), ("light", "30")]


def test_the_public_sees_which_editions_there_are(written: list[Outputs]) -> None:
    said = rows("select authority_name, list_year, edition, is_current from bi.public_edition_v1 order by 2, 3")
    assert said == [("Nowhere", 2020, 1, True), ("Nowhere", 2021, 1, False), ("Nowhere", 2021, 2, True)]


def test_a_reader_sees_the_edition_in_force_of_each_list_year_and_the_year_before_it(editions: list[int]) -> None:
    said = rows(
        "select authority_name, list_year, edition, demonstration, is_newest_list, previous_list_year "
        "from bi.current_edition_v1 order by 2",
        role="bi_reader",
    )
    assert said == [("Nowhere", 2020, 1, False, False, None), ("Nowhere", 2021, 2, False, True, 2020)]


def test_what_the_pointer_repeats_is_its_edition_s_whatever_is_written(editions: list[int]) -> None:
    with connect("support_admin") as connection:
        # As where rows are copied: other triggers do not fire then.
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "update publication.current_edition set edition_id = %s, edition = 7, candidate_id = 0, demonstration = true, "
            "authority_name = 'Elsewhere' where list_year = 2021",
            (editions[1],),
        )
        [repeated] = connection.execute(
            "select edition, demonstration, authority_name, candidate_id = (select candidate_id from publication.edition "
            "where edition_id = %s) from publication.current_edition where list_year = 2021",
            (editions[1],),
        ).fetchall()
        connection.rollback()
    assert repeated == (1, False, "Nowhere", True)


def test_the_edition_of_another_list_year_is_not_pointed_at(editions: list[int]) -> None:
    with (
        connect("support_publisher") as connection,
        pytest.raises(psycopg.errors.ForeignKeyViolation, match="is not one of list year 2020 of authority 901"),
    ):
        connection.execute(
            "update publication.current_edition set edition_id = %s where list_year = 2020", (editions[1],)
        )


def test_the_views_carry_no_hash_and_every_column_is_explained(written: list[Outputs]) -> None:
    columns = rows(
        "select relname, attname, col_description(pg_class.oid, attnum) from pg_class inner join pg_attribute "
        "on attrelid = pg_class.oid where relname in ('public_count_v1', 'public_edition_v1') and attnum > 0"
    )
    assert len(columns) == 23
    assert all(said for _, _, said in columns)
    assert not [name for _, name, _ in columns if "hash" in str(name) or "id" in str(name).split("_")]


def test_the_report_is_made_from_the_kept_rows(
    editions: list[int], written: list[Outputs], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(public_counts, "choose", refuse)
    again = write_outputs(editions[2])
    assert again.public_report.read_bytes() == written[1].public_report.read_bytes()
    kept = rows("select count(*) from publication.public_count", role="support_publisher")
    assert kept == rows("select count(*) from bi.public_count_v1")


def test_the_trend_has_the_last_edition_of_the_year_before(editions: list[int], written: list[Outputs]) -> None:
    assert [(p.list_year, p.edition) for p in read_report(editions[2], read_edition(editions[2])).past] == [(2020, 1)]
    assert [p.list_year for p in read_report(editions[0], read_edition(editions[0])).past] == []
    assert "2019/20" in written[1].public_report.read_text(encoding="utf-8")


def test_the_public_role_reads_two_views_and_nothing_else(written: list[Outputs]) -> None:
    found = rows(
        "select schemaname, name from (select schemaname, tablename as name from pg_tables union all "
        "select schemaname, viewname from pg_views) as relations "
        "where schemaname not in ('pg_catalog', 'information_schema')",
        role="support_owner",
    )
    readable = []
    for schema, name in found:
        with connect("bi_public") as connection:
            try:
                connection.execute(f'select * from "{schema}"."{name}" limit 1')  # type: ignore[arg-type]
            except psycopg.errors.InsufficientPrivilege:
                continue
            readable.append(f"{schema}.{name}")
    assert len(found) > 40
    assert sorted(readable) == ["bi.public_count_v1", "bi.public_edition_v1"]


@pytest.mark.parametrize(
    "change", ["insert into publication.public_count default values", "create table bi.x ()", "create schema x"]
)
def test_the_public_role_changes_nothing(written: list[Outputs], change: str) -> None:
    with connect("bi_public") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(change)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "change", ["update publication.public_count set shown = '1'", "delete from publication.public_count"]
)
@pytest.mark.parametrize("role", ["support_publisher", "support_owner", "support_admin"])
def test_what_was_shown_never_changes(written: list[Outputs], change: str, role: str) -> None:
    with connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(change)  # type: ignore[call-overload]
