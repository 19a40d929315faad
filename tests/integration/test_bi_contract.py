"""The bi views are as their contract says: described, of these types and grain, for the role that reads them; deprecation."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest
import yaml
from pydantic import ValidationError

from school_support.publication.tables import TABLES
from school_support.publication.watch_queries import MISSING_RETURNS, NEWS
from school_support.settings import PROJECT
from school_support.warehouse import bi_contract
from school_support.warehouse.bi_contract import View, columns_of_views, differences, load_contract
from school_support.warehouse.connection import connect
from school_support.warehouse.dictionary import PLACE, data_dictionary
from school_support.warehouse.migrate import migrate

CONTRACT = load_contract()
# Counts for everybody, with a role of their own.
PUBLIC = {name for name in CONTRACT if name.startswith("public_")}
# Marts that a view shows by another way than a frozen table.
OTHER_MARTS = {
    "watch_v1": set(re.findall(r"marts\.(\w+)", " ".join([*NEWS.values(), MISSING_RETURNS]))),
    # Counted in Python from the frozen copies of these.
    "public_count_v1": {"dim_school", "school_tier", "support_fairness", "panel_decision"},
}


def view(**changes: object) -> View:
    said = {
        "description": "Schools.",
        "grain": ["urn"],
        "since": "2026-01-01",
        "columns": {"urn": {"type": "text", "description": "Number of the school."}},
    }
    return View.model_validate(said | changes)


def test_differences_are_named_one_by_one() -> None:
    there = {"school_v1": {"urn": "integer", "name": "text"}, "extra": {"a": "text"}}
    described = {
        "school_v1": view(
            columns={"urn": {"type": "text", "description": "n"}, "phase": {"type": "text", "description": "p"}}
        ),
        "gone_v1": view(),
    }
    assert differences(described, there) == [
        "bi.extra is not described.",
        "bi.gone_v1 is described and does not exist.",
        "bi.school_v1.name is not described.",
        "bi.school_v1.phase is described and does not exist.",
        "bi.school_v1.urn is integer and not text.",
    ]
    assert differences({"school_v1": view(grain=["year"])}, {"school_v1": {"urn": "text"}}) == [
        "bi.school_v1 has no year, named in its grain."
    ]


def test_a_column_without_a_description_is_no_contract() -> None:
    with pytest.raises(ValidationError, match="description"):
        view(columns={"urn": {"type": "text"}})


def test_every_description_is_a_sentence() -> None:
    for name, said in CONTRACT.items():
        for what, text in {None: said.description, **{c: d.description for c, d in said.columns.items()}}.items():
            assert re.fullmatch(r"[a-zA-Z0-9].{15,}\.", text), (name, what, text)


def test_a_deprecated_view_says_so_and_what_to_read(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deprecated = {"on": date(2027, 1, 1), "leaves": date(2028, 1, 1), "replaced_by": "school_v2"}
    said = CONTRACT["school_v1"].model_dump() | {"deprecated": deprecated}
    monkeypatch.setattr(bi_contract, "load_contract", lambda: CONTRACT | {"school_v1": View.model_validate(said)})
    with connect("support_owner") as connection:
        bi_contract.apply_contract(connection)
        [(comment,)] = connection.execute("select obj_description('bi.school_v1'::regclass)").fetchall()
        rows = connection.execute(
            "select distinct deprecated_on, leaves_on, replaced_by from bi.contract_v1 where view_name = 'school_v1'"
        ).fetchall()
        connection.rollback()
    assert comment.startswith(
        "Deprecated since 2027-01-01: read bi.school_v2; this view may be dropped from 2028-01-01."
    )
    assert rows == [(date(2027, 1, 1), date(2028, 1, 1), "school_v2")]


def test_a_view_cannot_leave_within_12_months(warehouse: Path) -> None:
    with connect("support_owner") as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(
            "update control.bi_view set deprecated_on = '2027-01-01', leaves_on = '2027-12-31', replaced_by = 'school_v2' "
            "where view_name = 'school_v1'"
        )


def test_a_view_that_is_not_as_described_stops_the_migration(warehouse: Path) -> None:
    from school_support.errors import SupportListError

    with connect("support_owner") as connection:
        connection.execute("create view bi.by_hand as select 1 as one")
        with pytest.raises(SupportListError, match=r"bi\.by_hand is not described"):
            bi_contract.apply_contract(connection)
        connection.rollback()


def test_comments_stand_in_postgresql_as_the_reader_sees_them(warehouse: Path) -> None:
    migrate()
    with connect("bi_reader") as connection:
        rows = connection.execute(
            "select relname, attname, col_description(attrelid, attnum), obj_description(attrelid) from pg_class "
            "inner join pg_attribute on attrelid = pg_class.oid and attnum > 0 where relnamespace = 'bi'::regnamespace"
        ).fetchall()
    assert {(name, column): said for name, column, said, _ in rows} == {
        (name, column): described.description
        for name, said in CONTRACT.items()
        for column, described in said.columns.items()
    }
    assert {name: said for name, _, _, said in rows} == {name: said.comment for name, said in CONTRACT.items()}


@pytest.mark.parametrize("name", sorted(CONTRACT.keys() - PUBLIC))
def test_types_as_the_reader_gets_them(warehouse: Path, name: str) -> None:
    with connect("bi_reader") as connection:
        read = connection.execute(f"select * from bi.{name} limit 0")  # type: ignore[arg-type]
        assert read.description is not None
        found = {
            column.name: connection.execute(
                "select format_type(%s, %s)",
                (
                    column.type_code,
                    -1 if column.precision is None else (column.precision << 16 | (column.scale or 0)) + 4,
                ),
            ).fetchone()[0]  # type: ignore[index]
            for column in read.description
        }
    assert found == {column: said.type for column, said in CONTRACT[name].columns.items()}


def test_the_contract_as_rows(warehouse: Path) -> None:
    with connect("bi_reader") as connection:
        rows = connection.execute("select view_name, column_name, data_type, is_grain from bi.contract_v1").fetchall()
    assert {row[:3] for row in rows} == {
        (name, column, described.type) for name, said in CONTRACT.items() for column, described in said.columns.items()
    }
    assert {row[:2] for row in rows if row[3]} == {(name, key) for name, said in CONTRACT.items() for key in said.grain}


# The first version of each view: what a reader may rely on for ever.
FIRST = {
    "edition_v1": "authority authority_name list_year edition as_at ruleset content_hash demonstration published_at approved_by "
    "approved_session_user approved_at is_current replaces schools support_cost",
    "support_list_v1": "authority list_year edition demonstration candidate_id urn school_name phase sector tier tier_name "
    "tier_rank decided_by points points_available points_share coverage support_days support_cost gates reasons",
    "school_risk_v1": "authority list_year edition demonstration candidate_id urn domain domain_cap points points_available "
    "weight_known",
    "school_v1": "authority list_year edition demonstration candidate_id urn laestab school_name phase school_type sector "
    "open_date close_date predecessor_urns predecessor_method register_release",
}


@pytest.mark.parametrize("name", FIRST)
def test_columns_are_only_added_at_the_end(warehouse: Path, name: str) -> None:
    with connect("support_owner") as connection:
        there = list(columns_of_views(connection)[name])
    first = FIRST[name].split()
    assert there[: len(first)] == first


def test_the_dictionary_in_the_checkout_is_the_one_that_is_made(warehouse: Path) -> None:
    assert (PROJECT / PLACE).read_text(encoding="utf-8") == data_dictionary(), "run `make docs`"


def marts_behind(connection: psycopg.Connection, name: str) -> set[str]:
    """The marts whose frozen copies a view reads, over any number of views between."""
    tables = connection.execute(
        """
        with recursive behind as (
            select ('bi.' || %s)::regclass::oid as place
            union
            select pg_depend.refobjid from behind
            inner join pg_rewrite on pg_rewrite.ev_class = behind.place
            inner join pg_depend on pg_depend.classid = 'pg_rewrite'::regclass and pg_depend.objid = pg_rewrite.oid
                and pg_depend.refclassid = 'pg_class'::regclass
        )
        select relname from behind inner join pg_class on pg_class.oid = place
        where relkind = 'r' and relnamespace = 'publication'::regnamespace
        """,
        (name,),
    ).fetchall()
    sources = {table.name: re.findall(r"marts\.(\w+)", table.source.as_string(connection)) for table in TABLES}
    return {mart for (table,) in tables for mart in sources.get(table, [])} | OTHER_MARTS.get(name, set())


def test_there_is_an_exposure_for_every_view_with_the_marts_behind_it(warehouse: Path) -> None:
    exposures = yaml.safe_load((PROJECT / "dbt_project/models/exposures.yml").read_text(encoding="utf-8"))["exposures"]
    said = {
        exposure["name"]: {re.fullmatch(r"ref\('(\w+)'\)", mart)[1] for mart in exposure.get("depends_on", [])}  # type: ignore[index]
        for exposure in exposures
    }
    with connect("support_owner") as connection:
        assert said == {name: marts_behind(connection, name) for name in CONTRACT}


def test_dbt_docs_are_one_page_that_shows_models_and_exposures(warehouse: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from school_support.cli import app; app()", "docs"],
        env=os.environ | {"PYTHONPATH": str(PROJECT / "plugins")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    page = warehouse / "dbt_docs" / "static_index.html"
    assert str(page) in done.stdout
    said = page.read_text(encoding="utf-8")
    assert "exposure.school_support.support_list_v1" in said
    assert "model.school_support.school_tier" in said
    manifest = json.loads((page.parent / "manifest.json").read_text())
    undescribed = [
        (node["name"], column["name"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["fqn"][1] == "marts"
        for column in node["columns"].values()
        if not column["description"]
    ]
    assert undescribed == []


def test_the_contract_travels_with_the_package() -> None:
    assert (files("school_support.warehouse") / "bi_contract.yaml").is_file()
