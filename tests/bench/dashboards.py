"""The five Superset dashboards over fifteen years of all England: the bi views against tables made for them.

Every chart of a dashboard is asked for as Superset asks: its dataset as a subquery, filtered by the name of the authority,
the list year and the school that the dashboard opens with. The peer is the same statement, to the letter, over a
table of each view's rows with an index on its grain. A second peer asks the same tables by the code of the authority, which
that index begins with: so nobody need think that we are fast beside a table that is asked clumsily. All are read as
bi_reader, and must give the same rows.

England is the sample's candidate, copied by SQL: 150 authorities of 160 schools. Of its results only the percentages
that the charts show are copied, and no sentences: nothing reads them here, and they would double the gigabytes.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import yaml
from measure import PROJECT, Case, Figure, in_turn
from psycopg import Connection, sql
from warehouse import assess, take_in, warehouse

ASSETS = PROJECT / "plugins" / "superset" / "assets"
AUTHORITIES = 150
YEARS = range(2013, 2028)
# Fenmere's 80 schools, twice in each authority.
COPIES = 2
TABLE = "the same statements over a table of each view's rows, indexed by its grain, vacuumed and analysed"
TABLE_BY_CODE = "the same tables, asked by the authority's code, with which the index begins"
SHOWN = ("rwm_expected_pct", "english_maths_4_pct", "overall_absence_pct", "persistent_absence_10_pct")


def run(folder: Path, rounds: int) -> list[Figure]:
    """A figure a dashboard: all its charts, one after the other."""
    from school_support.warehouse.connection import connect

    with warehouse(folder / "home"):
        candidate = _candidate(folder / "data")
        with connect("support_admin", autocommit=True) as connection:
            rows = _copy_to_england(connection, candidate)
            _make_tables(connection)
        with connect("bi_reader", autocommit=True) as reader:
            # Superset gives a chart up after that.
            reader.execute("set statement_timeout = '30s'")
            return [figure for dashboard in _dashboards() for figure in _figures(reader, dashboard, rows, rounds)]


def _figures(reader: Connection, dashboard: Dashboard, rows: int, rounds: int) -> list[Figure]:
    opened = _opened_with(reader)
    charts = [(chart, dashboard.filters_of(chart, opened)) for chart in dashboard.charts]
    ours = [chart.statement(filters).as_string(reader) for chart, filters in charts]
    peers = {
        TABLE: [re.sub(r"\bbi\.", "made.", statement) for statement in ours],
        TABLE_BY_CODE: [
            re.sub(r"\bbi\.", "made.", chart.statement(_by_code(filters, opened["authority"])).as_string(reader))
            for chart, filters in charts
        ],
    }
    for number, chart in enumerate(dashboard.charts):
        expected = Counter(reader.execute(ours[number].encode()))
        for statements in peers.values():
            assert Counter(reader.execute(statements[number].encode())) == expected, chart.name

    def ask(statements: list[str]) -> None:
        for statement in statements:
            reader.execute(statement.encode()).fetchall()

    watch = in_turn(
        rounds,
        ours=lambda: ask(ours),
        **{name: partial(ask, statements) for name, statements in peers.items()},
    )
    return [
        Figure(
            name=f"dashboard: {dashboard.title}",
            peer_name=name,
            ours=watch["ours"],
            peer=watch[name],
            # Asked by the code it is another statement: shown for what it is, and held to nothing.
            most=1.5 if name == TABLE else None,
            amount=f"{len(dashboard.charts)} charts, {len(YEARS)} years of {AUTHORITIES} authorities, {rows:,} rows",
        )
        for name in peers
    ]


def _by_code(filters: dict[str, object], code: object) -> dict[str, object]:
    """The same filters, with the authority by its code."""
    others = {name: value for name, value in filters.items() if name != "authority_name"}
    return others if others == filters else {"authority": code, **others}


# The statements of the charts -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chart:
    """A chart and the dataset that it reads."""

    number: int
    name: str
    params: dict[str, Any]
    dataset: dict[str, Any]

    @cached_property
    def _columns(self) -> set[str]:
        return {column["column_name"] for column in self.dataset["columns"]}

    def statement(self, filters: dict[str, object]) -> sql.Composed:
        """What Superset sends: the columns and metrics of the dataset's rows, filtered by the columns that it has."""
        by = [self.params[key] for key in ("x_axis",) if key in self.params]
        by += [
            *self.params.get("groupby", ()),
            *self.params.get("groupbyRows", ()),
            *self.params.get("groupbyColumns", ()),
        ]
        raw = self.params.get("query_mode") == "raw"
        keys = [
            one if isinstance(one, str) else one["sqlExpression"] for one in (self.params["all_columns"] if raw else by)
        ]
        metrics = [] if raw else self.params.get("metrics") or [self.params["metric"]]
        where = [f"({one['sqlExpression']})" for one in self.params["adhoc_filters"]]
        order = [json.loads(column) for column in self.params.get("order_by_cols", ())] if raw else []
        text = sql.SQL("select {} from ({}) as virtual_table where {}").format(
            sql.SQL(", ").join(sql.SQL(one) for one in [*keys, *(metric["sqlExpression"] for metric in metrics)]),  # type: ignore[arg-type]
            sql.SQL(self.dataset["sql"]),
            sql.SQL(" and ").join(
                [
                    sql.SQL("{} in ({})").format(sql.Identifier(name), value)
                    for name, value in filters.items()
                    if name in self._columns
                ]
                + [sql.SQL(one) for one in where]  # type: ignore[arg-type]
            ),
        )
        if keys and not raw:
            text += sql.SQL(" group by " + ", ".join(map(str, range(1, len(keys) + 1))))
            order = [[metrics[0]["sqlExpression"], False]]
        if order:
            text += sql.SQL(" order by " + ", ".join(f"{name} {'asc' if rising else 'desc'}" for name, rising in order))  # type: ignore[arg-type]
        return text + sql.SQL(" limit {}").format(self.params.get("row_limit", 50_000))


@dataclass(frozen=True)
class Dashboard:
    """A dashboard: its charts, and its filters as column and the numbers of the charts that it does not reach."""

    title: str
    charts: list[Chart]
    filters: dict[str, list[int]] = field(default_factory=dict)

    def filters_of(self, chart: Chart, opened: dict[str, object]) -> dict[str, object]:
        """The values that a chart is filtered by when the dashboard opens."""
        return {
            column: opened[column]
            for column, excluded in self.filters.items()
            if column in opened and chart.number not in excluded
        }


def _dashboards() -> Iterator[Dashboard]:
    datasets = {one["uuid"]: one for one in _assets("datasets")}
    charts = {one["uuid"]: one for one in _assets("charts")}
    for one in _assets("dashboards"):
        placed = [
            part["meta"] for part in one["position"].values() if isinstance(part, dict) and part["type"] == "CHART"
        ]
        yield Dashboard(
            title=one["dashboard_title"],
            charts=[
                Chart(meta["chartId"], meta["sliceName"], chart["params"], datasets[chart["dataset_uuid"]])
                for meta in placed
                for chart in [charts[meta["uuid"]]]
            ],
            filters={
                told["targets"][0]["column"]["name"]: told["scope"]["excluded"]
                for told in one["metadata"]["native_filter_configuration"]
            },
        )


def _assets(kind: str) -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((ASSETS / kind).glob("*.yaml"))]


def _opened_with(reader: Connection) -> dict[str, object]:
    """The code and name of the first authority by name, its newest list year, and the first school of that list by name."""
    row = reader.execute(
        "select authority, authority_name, list_year, school_name || ' (' || urn || ')' from made.edition_v1 "
        "inner join made.support_list_v1 using (authority, list_year, edition) "
        "where is_current order by authority_name, list_year desc, school_name, urn limit 1"
    ).fetchone()
    assert row is not None
    return dict(zip(("authority", "authority_name", "list_year", "school"), row, strict=True))


# England ----------------------------------------------------------------------------------------------------------------

# One row an edition, numbered from 1,001 on, and one a school of it with the sample's school that it copies.
PLACES = """
create temporary table england as
select
    1000 + row_number() over () as candidate_id,
    authority::text as authority,
    list_year
from generate_series(101, 100 + {authorities}) as authority, generate_series({first}, {last}) as list_year;

create temporary table england_school as
select
    candidate_id,
    list_year,
    fenmere.urn as copied,
    (100000 + (authority::integer * {copies} + copy) * fenmere.schools + fenmere.place)::text as urn,
    fenmere.place
from england, generate_series(1, {copies}) as copy, (
    select urn, row_number() over (order by urn) as place, count(*) over () as schools
    from publication.support_list where candidate_id = {candidate}
) as fenmere
order by candidate_id, urn;
analyze england;
analyze england_school;
"""

EDITIONS = """
insert into publication.candidate (candidate_id, assessment_id, authority, authority_name, list_year, as_at, ruleset,
    content_hash, built_by_os_user, form, decisions_as_at)
overriding system value
select england.candidate_id, assessment_id, england.authority, 'Authority ' || england.authority, england.list_year, as_at,
    ruleset, encode(sha256(england.candidate_id::text::bytea), 'hex'), built_by_os_user, form, decisions_as_at
from england, publication.candidate as one where one.candidate_id = {candidate};

insert into publication.approval (approval_id, candidate_id, content_hash, decision, os_user, demonstration)
overriding system value
select candidate_id, candidate_id, content_hash, 'approved', 'bench', false from publication.candidate where candidate_id > 1000;

insert into publication.edition (edition_id, authority, list_year, edition, candidate_id, content_hash, approval_id,
    demonstration, manifest)
overriding system value
select candidate_id, authority, list_year, 1, candidate_id, content_hash, candidate_id, false, '{{}}'
from publication.candidate where candidate_id > 1000;

insert into publication.current_edition select authority, list_year, edition_id from publication.edition where candidate_id > 1000;
"""

# What the sample's own candidate has none of.
PEOPLE = """
insert into publication.panel_decision (candidate_id, urn, decision, tier, reason, decided_on, expires_on)
select candidate_id, urn, 'confirm', 'high', 'The panel saw the same.', make_date(list_year - 1, 7, 8), make_date(list_year, 7, 8)
from england_school where place % 10 = 0;

insert into publication.school_check (school_check_id, candidate_id, authority, list_year, opened_on, closes_on, working_days,
    opened_by)
overriding system value
select candidate_id, candidate_id, authority, list_year, make_date(list_year - 1, 7, 1), make_date(list_year - 1, 7, 15), 10, 'bench'
from england;

insert into publication.school_comment (school_check_id, urn, kind, comment, received_on, recorded_by)
select candidate_id, urn, 'factual_error', 'The roll is another.', make_date(list_year - 1, 7, 8), 'bench'
from england_school where place % 20 = 0;

insert into publication.comment_outcome (comment_id, outcome, reason, decided_on, decided_by)
select comment_id, 'upheld', 'It is.', received_on, 'bench' from publication.school_comment where comment_id % 2 = 0;

insert into publication.watch_run (watch_run_id, edition_id, as_at, assessment_id)
overriding system value
select candidate_id, candidate_id, make_date(list_year - 1, 9, 1), 1 from england;

insert into publication.watch_event (authority, list_year, edition_id, urn, school_name, kind, item, detail, event_date,
    assessment_id, first_seen_on)
select authority, england.list_year, candidate_id, school.urn, listed.school_name, 'report_published', 'an inspection',
    'A report of Ofsted was published.', make_date(england.list_year - 1, 8, 30), 1, make_date(england.list_year - 1, 9, 1)
from england inner join england_school as school using (candidate_id)
inner join publication.support_list as listed using (candidate_id, urn)
where place % 8 = 0;

insert into publication.watch_sighting select edition_id, watch_event_id from publication.watch_event;
"""


def _candidate(data: Path) -> int:
    """Freeze a candidate of the sample."""
    from school_support.publication.freeze import freeze_candidate
    from school_support.sample import write_sample
    from school_support.sources.contract import load_sources
    from school_support.warehouse.dbt import build

    write_sample(data, schools=300)
    take_in(data, sorted(load_sources()))
    build(["resource_type:seed", "staging"])
    [assessment] = assess("999", [date(2026, 6, 30)], "annual")
    return freeze_candidate(assessment, demonstration=True)


def _copy_to_england(connection: Connection, candidate: int) -> int:
    """Copy a candidate to every authority and year, as published editions; the number of rows.

    As the administrator and without triggers: here nobody publishes, and no foreign key can miss.
    """
    from school_support.publication.tables import FORM, TABLES

    connection.execute("set session_replication_role = replica")
    told = {"authorities": AUTHORITIES, "first": YEARS[0], "last": YEARS[-1], "copies": COPIES, "candidate": candidate}
    connection.execute(sql.SQL(PLACES).format(**told))
    connection.execute(sql.SQL(EDITIONS).format(candidate=candidate))
    rows = 0
    for table in TABLES:
        copied = sql.SQL(", ").join(
            sql.Identifier(name) for name in table.columns_in(FORM) if name not in {"urn", "sentence"}
        )
        only = sql.SQL("where measure = any({})").format(list(SHOWN)) if table.name == "result" else sql.SQL("")
        by_school = "urn" in table.columns
        statement = (
            "insert into publication.{table} (candidate_id, urn, {copied}) select new.candidate_id, new.urn, {copied} "
            "from england_school as new inner join (select urn as copied, {copied} from publication.{table} "
            "where candidate_id = {candidate}) as old using (copied) {only}"
            if by_school
            else "insert into publication.{table} (candidate_id, {copied}) select new.candidate_id, {copied} "
            "from england as new, (select {copied} from publication.{table} where candidate_id = {candidate}) as old"
        )
        rows += connection.execute(
            sql.SQL(statement).format(table=sql.Identifier(table.name), copied=copied, only=only, candidate=candidate)
        ).rowcount
    connection.execute(PEOPLE.encode())
    connection.execute("vacuum (analyze)")
    return rows


def _make_tables(connection: Connection) -> None:
    """A table of each view that a dataset reads, made for it: its rows, and an index on its grain."""
    from school_support.warehouse.bi_contract import load_contract

    contract = load_contract()
    read = {view for dataset in _assets("datasets") for view in re.findall(r"\bbi\.(\w+)", dataset["sql"])}
    connection.execute("create schema made")
    for view in sorted(read):
        table, grain = sql.Identifier("made", view), sql.SQL(", ").join(map(sql.Identifier, contract[view].grain))
        connection.execute(sql.SQL("create table {} as select * from {}").format(table, sql.Identifier("bi", view)))
        connection.execute(sql.SQL("create index on {} ({})").format(table, grain))
        connection.execute(sql.SQL("vacuum (analyze) {}").format(table))
    connection.execute("grant usage on schema made to bi_reader")
    connection.execute("grant select on all tables in schema made to bi_reader")


CASES = [Case("dashboards", "The five dashboards over 15 years of England, against tables made for them.", run)]
