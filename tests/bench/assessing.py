"""Assessments of the real files: one against plain SQL without a rule, ten past days in one build against one."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from measure import Case, Figure, in_turn
from warehouse import assess, psql, real_files, take_in, warehouse

# Ten past years as an authority would fill them in, each as at its June; the last has the fullest files.
JUNES = [date(year, 6, 30) for year in range(2010, 2020)]
TABLES = (
    "select table_schema || '.' || table_name from information_schema.tables where table_schema in ({}) "
    "and table_type = 'BASE TABLE' order by 1"
)


def one_assessment(folder: Path, rounds: int) -> list[Figure]:
    """All England as at June 2019 against SQL that reads the same staged rows and writes as many, with no rule in between."""
    with warehouse(folder / "home"):
        _stage_everything()
        # The first makes the tables. Every other is of a day of its own, as assessments are; the peer writes the newest again,
        # of which alone the intermediate rows still stand.
        newest = assess("000", JUNES[-1:], "backtest")
        days = (JUNES[-1] + timedelta(days=number) for number in range(1, rounds + 1))
        watch = in_turn(
            rounds,
            ours=lambda: newest.extend(assess("000", [next(days)], "backtest")),
            peer=lambda: _write_plainly(newest[-1]),
        )
    return [
        Figure(
            "one assessment of all England",
            "SQL that reads the same staged rows and writes the same rows",
            watch["ours"],
            watch["peer"],
            most=4,
        )
    ]


def ten_of_an_authority(folder: Path, rounds: int) -> list[Figure]:
    """Ten past Junes of authority 874 in one build."""
    return _ten(folder, rounds, "874", "backfill", 2.5)


def ten_of_england(folder: Path, rounds: int) -> list[Figure]:
    """Ten past Junes of all England in one build."""
    return _ten(folder, rounds, "000", "backtest", 8)


def _ten(folder: Path, rounds: int, authority: str, purpose: str, most: float) -> list[Figure]:
    with warehouse(folder / "home"):
        _stage_everything()
        watch = in_turn(
            rounds,
            one=lambda: assess(authority, JUNES[-1:], purpose),
            ten=lambda: assess(authority, JUNES, purpose),
        )
    whose = "all England" if authority == "000" else f"authority {authority}"
    return [Figure(f"ten past assessments, {whose}", "one of the same", watch["ten"], watch["one"], most=most)]


def _stage_everything() -> None:
    from school_support.sources.contract import load_sources
    from school_support.warehouse.dbt import build

    take_in(real_files(), sorted(load_sources()))
    build(["resource_type:seed", "staging"])


def _write_plainly(assessment: int) -> None:
    """Read every staged table whole, and write every row of the assessment anew, with the statistics that a build takes."""
    statements = [f"select count(t) from {table} as t" for table in psql("-c", TABLES.format("'staging'")).split()]
    for table in psql("-c", TABLES.format("'intermediate', 'marts'"), user="support_admin").split():
        copy = f"bench.{table.replace('.', '_')}"
        columns = psql("-c", f"select 1 from information_schema.columns where table_schema || '.' || table_name = '{table}' "
                             "and column_name = 'assessment_id'", user="support_admin")  # fmt: skip
        only = f"where assessment_id = {assessment}" if columns.strip() else ""
        statements.append(f"create table {copy} as select * from {table} {only}; analyze {copy}")
    psql(
        "-c", f"drop schema if exists bench cascade; create schema bench; {'; '.join(statements)}", user="support_admin"
    )


CASES = [
    Case("assessment", "One assessment of a nation", one_assessment),
    Case("ten_authority", "Ten past assessments of an authority in one build", ten_of_an_authority),
    Case("ten_england", "Ten past assessments of a nation in one build", ten_of_england, rounds=3),
]
