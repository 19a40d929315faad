"""Contracts: those in the package are well written, and a badly written one says where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from school_support.sources.contract import ContractError, Layout, load_sources, read_contract

SOURCE = """\
---
source: tests_of_reading
publisher: An office
describes: Reading tests.
columns:
  urn: Unique reference number
  score: Points
---
layout: reading_2020
describes: Two columns.
encodings: [utf-8-sig]
rows: {min: 1, max: 100}
keys: [[urn]]
columns:
  urn: {header: URN, type: integer, range: [100000, 999999]}
  score: {header: SCORE, type: decimal, codes: [SUPP]}
headers: URN, SCORE
"""


def layout_of(source: str, name: str) -> Layout:
    return next(layout for layout in load_sources()[source].layouts if layout.layout == name)


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    path = tmp_path / "tests_of_reading.yaml"
    path.write_text(SOURCE)
    return path


def test_every_source_of_the_design_has_a_contract() -> None:
    assert list(load_sources()) == [
        "dfe_absence",
        "dfe_census",
        "dfe_destinations",
        "dfe_exclusions",
        "dfe_ks2",
        "dfe_ks4",
        "dfe_ks4_entries",
        "dfe_ks5",
        "dfe_trusts",
        "dfe_workforce",
        "gias",
        "gias_governance",
        "gias_group_links",
        "gias_groups",
        "gias_links",
        "local_intelligence",
        "ofsted_history",
        "ofsted_mi",
        "ofsted_outcomes",
        "panel_decisions",
        "school_information",
        "school_returns",
        "school_spine",
    ]


def test_canonical_columns_stand_in_the_order_of_the_raw_table() -> None:
    assert load_sources()["dfe_absence"].columns == (
        "la_code",
        "estab",
        "urn",
        "overall_absence_pct",
        "persistent_absence_10_pct",
        "persistent_absence_15_pct",
        "laestab",
        "enrolments",
        "unauthorised_absence_pct",
        "time_period",
        "time_identifier",
        "geographic_level",
    )


def test_every_canonical_column_is_kept_by_some_layout() -> None:
    for source in load_sources().values():
        kept = {name for layout in source.layouts for name in layout.columns}
        assert kept == set(source.columns), source.name


@pytest.mark.parametrize(
    ("source", "layout", "columns"),
    [
        ("gias", "gias_full", 105),
        ("gias", "gias_academies", 29),
        ("dfe_ks2", "ks2_tables_2017", 290),
        ("dfe_ks2", "ks2_tables_2018", 326),
        ("dfe_ks2", "ks2_tables_2019", 318),
        ("dfe_ks2", "ks2_tables_2025", 311),
        ("dfe_ks4", "ks4_tables_2017", 416),
        ("dfe_ks4", "ks4_tables_2018", 496),
        ("ofsted_mi", "ofsted_mi_2026_grade", 85),
    ],
)
def test_a_layout_lists_the_whole_header(source: str, layout: str, columns: int) -> None:
    assert len(layout_of(source, layout).headers) == columns


def test_a_header_with_two_spaces_and_one_in_quotes_survive_the_folding_of_yaml() -> None:
    assert "Latest OEIF  safeguarding is effective?" in layout_of("ofsted_mi", "ofsted_mi_2026_grade").headers
    assert layout_of("ofsted_mi", "ofsted_mi_2023_resaved").headers[:2] == ("", "Web Link")


def test_extends_takes_over_what_is_not_said_and_merges_columns() -> None:
    parent, child = layout_of("dfe_absence", "absence_2017"), layout_of("dfe_absence", "absence_2012")
    assert child.columns["urn"] == parent.columns["urn"]
    assert child.rows == parent.rows
    assert "persistent_absence_10_pct" not in child.columns
    assert child.columns["persistent_absence_15_pct"].header == "PPERSABS15"


def test_a_column_that_is_extended_keeps_what_the_child_does_not_say() -> None:
    first = layout_of("dfe_ks4", "ks4_provisional_2016_first").columns["ebacc_entry_pct"]
    assert first.header == "PTEBACC_E_PTQ_EE"
    assert first.codes == ("NA", "NE", "SUPP")
    assert first.scale == 100


def test_a_good_contract_is_read(contract: Path) -> None:
    source = read_contract(contract)
    assert source.name == "tests_of_reading"
    assert [layout.layout for layout in source.layouts] == ["reading_2020"]


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("describes: Two", "colour: red\ndescribes: Two", "reading_2020: colour: Extra inputs"),
        ("headers: URN, SCORE", "headers: URN, SCORE, URN", "header listed twice: URN"),
        ("headers: URN, SCORE", "headers: URN, POINTS", "not among `headers`: SCORE"),
        ("header: SCORE", "header: URN", "kept under two names: URN"),
        ("keys: [[urn]]", "keys: [[urn, year]]", "`keys` name columns that are not kept: year"),
        ("keys: [[urn]]", "extends: reading_2019", "reading_2020: it extends reading_2019, which does not"),
        ("type: decimal", "type: date", "a date column needs `date_formats`"),
        ("keys: [[urn]]", 'date_formats: ["%y-%m-%d"]', "a date format has %d, %m and %Y once each"),
        ("type: decimal", "type: code_list", "a code_list needs it"),
        ("type: decimal", "type: decimal, sign_optional: true", "`sign_optional` belongs to a percent"),
        ("type: decimal", "type: percent, scale: 100", "`scale` belongs to a decimal"),
        ("type: decimal", "type: text, range: [0, 1]", "`range` does not fit a column of type text"),
        ("type: decimal", "type: decimal, type: text", "key stands twice: type"),
        ("codes: [SUPP]", "codes: [No]", "columns.score.codes.0: Input should be a valid string"),
        ("  score: Points\n", "", "reading_2020 keeps columns the source does not have: score"),
        ("rows: {min: 1, max: 100}", "rows: {min: 1", "is not readable YAML"),
    ],
)
def test_a_bad_contract_says_what_is_wrong(contract: Path, good: str, bad: str, said: str) -> None:
    assert good in SOURCE
    contract.write_text(SOURCE.replace(good, bad, 1))
    with pytest.raises(ContractError) as caught:
        read_contract(contract)
    assert str(caught.value).startswith("tests_of_reading.yaml")
    assert said in str(caught.value)


def test_two_layouts_with_the_same_headers_need_a_where(contract: Path) -> None:
    contract.write_text(SOURCE + "---\nextends: reading_2020\nlayout: reading_2021\n")
    with pytest.raises(ContractError, match="same headers and no `where`: reading_2020, reading_2021"):
        read_contract(contract)


def test_a_contract_without_a_layout_is_refused(contract: Path) -> None:
    contract.write_text(SOURCE.partition("---\nlayout")[0])
    with pytest.raises(ContractError, match="needs a document for the source and one for each layout"):
        read_contract(contract)


def test_two_layouts_of_one_name_are_refused(contract: Path) -> None:
    contract.write_text(SOURCE + "---\nlayout: reading_2020\n")
    with pytest.raises(ContractError, match="two layouts called reading_2020"):
        read_contract(contract)
