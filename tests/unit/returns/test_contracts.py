"""The contracts and rules of what schools and officers send agree with what stands elsewhere."""

from __future__ import annotations

import csv
import datetime as dt

import pytest

from school_support.returns.cross_checks import NEEDS, NOT_ABOVE, TERM_BEGINS, term_begins
from school_support.returns.form_layout import FIELDS, GRIDS, layout
from school_support.settings import settings
from school_support.sources.contract import load_sources


def test_the_tiers_of_a_decision_are_those_of_the_rules() -> None:
    with (settings().dbt_project / "seeds" / "rule_tier.csv").open(newline="") as file:
        tiers = {row["tier"] for row in csv.DictReader(file)}
    assert set(load_sources()["panel_decisions"].layouts[0].columns["tier"].values) == tiers


def test_the_form_asks_for_every_column_of_the_long_layout() -> None:
    asked = {name for grid in GRIDS for name in grid.columns} | {field.column for field in FIELDS if field.column}
    assert asked | {"section"} == set(layout().columns)


def test_every_row_that_the_form_prints_is_on_the_contract_s_lists() -> None:
    for grid in GRIDS:
        for keys in grid.filled:
            for name, key in zip(grid.keys, keys, strict=True):
                assert key in layout().columns[name].values


def test_cross_checks_speak_of_columns_of_their_section() -> None:
    figures = {grid.section: set(grid.figures) for grid in GRIDS}
    for check in NOT_ABOVE:
        assert {*check.parts, check.whole} <= figures[check.section]
    for needs in NEEDS:
        assert {*needs.figures, needs.needed} <= figures[needs.section]


@pytest.mark.parametrize(
    ("term", "begins"),
    [("Autumn", dt.date(2025, 9, 1)), ("Spring", dt.date(2026, 1, 1)), ("Summer", dt.date(2026, 4, 1))],
)
def test_terms_of_2025_26(term: str, begins: dt.date) -> None:
    assert set(TERM_BEGINS) == set(layout().columns["term"].values)
    assert term_begins(2026, term) == begins
