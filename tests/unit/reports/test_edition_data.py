from __future__ import annotations

import re
from datetime import date
from importlib.resources import files

import pytest

from school_support.reports.edition_data import (
    FairnessRow,
    IndicatorRow,
    InspectionRow,
    ResultRow,
    RiskRow,
    RuleResult,
    SchoolRow,
    SupportRow,
    columns_of,
    releases_of,
)
from school_support.reports.exports import DECIMALS

MIGRATIONS = "\n".join(
    script.read_text(encoding="utf-8")
    for script in files("school_support.warehouse.migrations").iterdir()
    if script.name.endswith(".sql")
)


def columns_in_warehouse(table: str) -> dict[str, str]:
    """Names and types of a table's columns, read from the migrations that make it."""
    body = re.search(rf"create table {re.escape(table)} \((.*?)\n\);", MIGRATIONS, re.DOTALL)
    assert body, table
    lines = [line.strip().rstrip(",") for line in body[1].splitlines()]
    for added in re.findall(rf"alter table {re.escape(table)}\s+(add column .*?);", MIGRATIONS, re.DOTALL):
        lines += [column.strip() for column in re.split(r",?\s*add column ", added) if column]
    return dict(
        line.split(" ", 1) for line in lines if line and not line.startswith(("primary key", "unique", "check"))
    )


@pytest.mark.parametrize(
    ("table", "row_type", "key"),
    [
        ("publication.support_list", SupportRow, "candidate_id"),
        ("publication.school_risk", RiskRow, "candidate_id"),
        ("publication.school_indicator", IndicatorRow, "candidate_id"),
        ("publication.school", SchoolRow, "candidate_id"),
        ("publication.inspection", InspectionRow, "candidate_id"),
        ("publication.result", ResultRow, "candidate_id"),
        ("publication.support_fairness", FairnessRow, "candidate_id"),
        ("quality.rule_result", RuleResult, "gate_run_id"),
    ],
)
def test_a_report_reads_every_column_that_was_frozen(table: str, row_type: type, key: str) -> None:
    assert set(columns_of(row_type)) == columns_in_warehouse(table).keys() - {key}


@pytest.mark.parametrize("table", ["publication.support_list", "publication.school_indicator", "publication.result"])
def test_exports_keep_the_precision_of_the_warehouse(table: str) -> None:
    numeric = {
        name: (int(size[1]), int(size[2]))
        for name, kind in columns_in_warehouse(table).items()
        if (size := re.match(r"numeric\((\d+), (\d+)\)", kind))
    }
    assert numeric
    assert {name: DECIMALS[name] for name in numeric} == numeric


def test_releases_come_from_the_manifest_in_a_fixed_order() -> None:
    later = {"source": "dfe_ks2", "academic_year": 2018, "stage": "final", "file_name": "b.csv", "sha256": "b" * 64}
    earlier = {
        "source": "dfe_ks2", "academic_year": 2017, "file_name": "a.csv", "sha256": "a" * 64,
        "snapshot_date": None, "known_from": "2018-04-15", "usage": "known",
    }  # fmt: skip
    used = releases_of({"releases": [later, earlier]})
    assert [release.academic_year for release in used] == [2017, 2018]
    assert used[0].known_from == date(2018, 4, 15)
    assert used[1].known_from is None
    assert releases_of({}) == []
