"""What the command line shows of the state of things: releases, gates, editions."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from psycopg import Connection
from rich.markup import escape
from rich.table import Table

from school_support.assessment.rulesets import REMEDY, hashes_in_seeds
from school_support.authorities import authority_of
from school_support.clock import today
from school_support.errors import SupportListError
from school_support.landing.freshness import read_freshness
from school_support.settings import settings
from school_support.sources.contract import load_sources
from school_support.warehouse.connection import WAREHOUSE, connect

LAST_RUNS = 5
MANY_RUNS = 30
BUILDS = 20
SLOWEST = 15
MEGABYTE = 1_000_000

STATUS_QUERIES = (
    (
        "Releases",
        "select source, collection, status, count(*), sum(rows), max(known_from) from landing.release "
        "group by source, collection, status order by source, collection, status",
        ("source", "collection", "status", "files", "rows", "newest known from"),
    ),
    (
        "Quarantined (why: support-list quarantine show FILE)",
        "select release_id, source, file_name from landing.release where status = 'quarantined' order by release_id",
        ("id", "source", "file"),
    ),
    (
        "Candidates",
        "select candidate_id, authority, list_year, as_at, left(content_hash, 12), coalesce(built_by, built_by_os_user), gate.passed, "
        "gate.critical_failures, gate.warnings from publication.candidate left join lateral (select * from quality.gate_run "
        "where gate = 'candidate' and subject_id = candidate_id order by gate_run_id desc limit 1) as gate on true "
        "order by candidate_id",
        ("candidate", "authority", "list year", "as at", "hash", "built by", "passed", "critical", "warnings"),
    ),
    (
        "Editions",
        "select authority, list_year, edition, as_at, left(content_hash, 12), schools, support_cost, demonstration, "
        "is_current, approved_by from bi.edition_v1 order by authority, list_year, edition",
        ("authority", "list year", "edition", "as at", "hash", "schools", "cost", "demonstration", "current", "approved by"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class EditionSummary:
    """An edition in a few figures. `table` has a row a tier: schools, days, cost in GBP; `quarantined` names files."""

    edition: int
    list_year: int
    content_hash: str
    demonstration: bool
    table: Table
    warnings: list[str]
    quarantined: list[str]


def read_status() -> list[Table]:
    """Tables of freshness, releases, quarantine, candidates, editions, rulesets in use, last runs and disk."""
    tables = []
    with connect("support_publisher") as connection:
        tables.append(_freshness(connection))
        for title, query, columns in STATUS_QUERIES:
            tables.append(_table(title, columns, connection.execute(query)))
        tables.append(_rulesets(connection))
        tables.append(
            _runs(connection, LAST_RUNS, "Last runs (more, and the slowest models: support-list status --runs)")
        )
        tables.append(_disk())
    return tables


def read_runs() -> list[Table]:
    """Tables of the newest runs, and of the models that took longest in the newest builds."""
    with connect("support_publisher") as connection:
        models = _table(
            f"Slowest models of the last {BUILDS} builds",
            ("model", "builds", "mean seconds", "longest", "rows"),
            connection.execute(
                "select model, count(*), round(avg(seconds), 1), round(max(seconds), 1), max(rows) from quality.run_model "
                "where run_id in (select run_id from quality.run where kind = 'build' order by started_at desc limit %s) "
                "group by model order by avg(seconds) desc limit %s",
                (BUILDS, SLOWEST),
            ),
        )
        return [_runs(connection, MANY_RUNS, f"Last {MANY_RUNS} runs"), models]


def _runs(connection: Connection, number: int, title: str) -> Table:
    return _table(
        title,
        ("started (UTC)", "kind", "what", "seconds", "outcome", "DAG"),
        connection.execute(
            "select to_char(started_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), kind, subject, round(seconds, 1), "
            "outcome || coalesce(': ' || split_part(message, chr(10), 1), ''), airflow_dag_id "
            "from quality.run order by started_at desc limit %s",
            (number,),
        ),
    )


def _disk() -> Table:
    """What takes how much room; the state folder holds the landing store, and an embedded database too."""
    home = settings().home
    sizes = [("state folder", _size(home)), ("landing store", _size(settings().landing))]
    for role, database in (("support_publisher", WAREHOUSE), ("airflow", "airflow")):
        with connect(role, database) as connection:
            [(size,)] = connection.execute("select pg_database_size(current_database())").fetchall()
        sizes.append((f"database {database}", int(size)))
    sizes.append(("free on the disk", shutil.disk_usage(home).free))
    return _table("Disk", ("what", "size"), [(name, f"{size / MEGABYTE:,.0f} MB") for name, size in sizes])


def _size(folder: Path) -> int:
    """Bytes of the files below a folder that may be looked into; one that goes meanwhile counts as nothing."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += (Path(parent) / name).lstat().st_size
    return total


def _table(title: str, columns: Iterable[str], rows: Iterable[Sequence[object]]) -> Table:
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*("" if value is None else escape(str(value)) for value in row))
    return table


def _rulesets(connection: Connection) -> Table:
    """The ruleset versions that editions have used, and whether their rows are still the same."""
    table = Table(
        "ruleset", "first edition", "hash", "rows in the seeds", title="Rulesets in use", title_justify="left"
    )
    found = hashes_in_seeds()
    for ruleset, ruleset_hash, authority, list_year, edition in connection.execute(
        "select ruleset, ruleset_hash, authority, list_year, edition from control.settled_ruleset order by ruleset"
    ):
        same = found.get(ruleset) == ruleset_hash
        table.add_row(
            ruleset,
            f"{authority}, list year {list_year}, edition {edition}",
            ruleset_hash[:12],
            "unchanged" if same else f"[bold red]changed[/]: nothing can be assessed under it. {REMEDY}",
        )
    return table


def _freshness(connection: Connection) -> Table:
    """What is expected today of every source with a calendar, for the authority served."""
    day = today()
    authority = settings().authority
    table = Table(
        "source",
        "newest known from",
        "expected",
        "due",
        "days overdue",
        title=f"Sources on {day:%-d %B %Y}",
        title_justify="left",
    )
    collection = authority_of(authority).collection
    stands = {stand.source: stand for stand in read_freshness(connection, collection, authority, day)}
    for name, source in load_sources().items():
        if source.calendar is None:
            continue
        if name not in stands:
            table.add_row(name, "never received", "", "", "")
            continue
        stand = stands[name]
        late = f"[bold red]{stand.days_overdue}[/]" if stand.days_overdue else ""
        table.add_row(name, str(stand.newest or ""), stand.expected, str(stand.due or ""), late)
    return table


def count_editions() -> int:
    """Editions that were ever published."""
    with connect("support_publisher") as connection:
        found = connection.execute("select count(*) from publication.edition").fetchone()
    assert found is not None  # noqa: S101  # a count has a row
    return int(found[0])


def read_edition_summary(edition_id: int) -> EditionSummary:
    """Counts, days and money by tier of an edition, and the warnings of its gate.

    Raises:
        SupportListError: there is no such edition.
    """
    with connect("support_publisher") as connection:
        found = connection.execute(
            "select edition, list_year, content_hash, edition.demonstration, candidate_id, authority, authority_name, as_at "
            "from publication.edition inner join publication.candidate using (candidate_id, authority, list_year, content_hash) "
            "where edition_id = %s",
            (edition_id,),
        ).fetchone()
        if found is None:
            raise SupportListError(f"There is no edition with the id {edition_id}.")
        edition, list_year, content_hash, demonstration, candidate_id, authority, name, as_at = found
        tiers = connection.execute(
            "select tier_name, count(*), sum(support_days), sum(support_cost) from publication.support_list "
            "where candidate_id = %s group by tier_name, tier_rank order by tier_rank desc nulls last",
            (candidate_id,),
        ).fetchall()
        warnings = connection.execute(
            "select sentence, unexpected_urns, detail from quality.rule_result where not success and severity = 'warning' "
            "and gate_run_id = (select max(gate_run_id) from quality.gate_run where gate = 'candidate' and subject_id = %s)",
            (candidate_id,),
        ).fetchall()
        quarantined = connection.execute(
            "select file_name from landing.release where status = 'quarantined' and collection = "
            "(select collection from seeds.authority_setting where authority = %s) order by file_name",
            (authority,),
        ).fetchall()
    stamp = " DEMONSTRATION" if demonstration else ""
    table = Table(
        title=f"{name} ({authority}), list year {list_year}, as at {as_at:%-d %B %Y}{stamp}",
        title_justify="left",
    )
    table.add_column("Tier")
    for column in ("Schools", "Days", "Cost"):
        table.add_column(column, justify="right")
    for tier_name, schools, days, cost in tiers:
        table.add_row(tier_name, str(schools), f"{days:,.1f}", f"£{cost:,.0f}")
    table.add_section()
    totals = [sum(row[column] for row in tiers) for column in (1, 2, 3)]
    table.add_row("All", str(totals[0]), f"{totals[1]:,.1f}", f"£{totals[2]:,.0f}")
    return EditionSummary(
        edition,
        list_year,
        content_hash,
        demonstration,
        table,
        [
            "Not met: " + sentence + (f" URNs {', '.join(urns)}." if urns else f" ({detail})" if detail else "")
            for sentence, urns, detail in warnings
        ],
        [name for (name,) in quarantined],
    )
