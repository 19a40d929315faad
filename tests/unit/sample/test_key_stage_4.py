from __future__ import annotations

import re

import numpy as np
import pytest

from school_support.sample.key_stage_4 import draw_tables
from school_support.sample.schools import England

from .conftest import ReadTable, Table

YEARS = (2017, 2018, 2019, 2022, 2023, 2024, 2025)
SD = {2017: 1.229722, 2018: 1.262617, 2019: 1.282562, 2022: 1.282562, 2023: 1.282562, 2024: 1.282562}
NUMBER = re.compile(r"-?\d+(\.\d+)?%?")


def _final(year: int) -> str:
    return f"performance/{year - 1}-{year % 100}/england_ks4final.csv"


def _number(text: str) -> float:
    return float(text.rstrip("%"))


def _schools(rows: Table) -> Table:
    return [row for row in rows if row["RECTYPE"] in {"1", "2"} and row.get("TPUP")]


@pytest.mark.parametrize("year", YEARS)
def test_figures_are_suppressed_for_five_pupils_or_fewer_and_only_then(read: ReadTable, year: int) -> None:
    for row in _schools(read(_final(year))):
        assert (row["ATT8SCR"] == "SUPP") == (int(row["TPUP"]) <= 5)


@pytest.mark.parametrize("year", YEARS)
def test_national_and_authority_rows_are_the_pupil_weighted_means_of_schools(
    read: ReadTable, england: England, year: int
) -> None:
    tables = draw_tables(england, year, 20260630)
    code = np.array([school.authority.code for school in tables.schools])
    state = np.array([school.kind.state_funded for school in tables.schools])
    areas = [row for row in read(_final(year)) if row["RECTYPE"] in {"4", "5", "7"}]
    assert [row["RECTYPE"] for row in areas[-2:]] == ["5", "7"]
    for area in areas:
        chosen = state | ~state if area["RECTYPE"] == "5" else state & (code == area["LEA"]) if area["LEA"] else state
        mine = tables.results.pick(chosen)
        assert int(area["TPUP"]) == mine.pupils.sum()
        assert _number(area["ATT8SCR"]) == pytest.approx(mine.attainment_sum.sum() / mine.pupils.sum(), abs=0.051)
        if area["RECTYPE"] != "5" and year != 2025:
            assert _number(area["P8MEA"]) == pytest.approx(mine.progress_sum.sum() / mine.matched.sum(), abs=0.0051)


@pytest.mark.parametrize("year", SD)
def test_progress_8_has_the_publishers_confidence_interval(read: ReadTable, year: int) -> None:
    rows = [row for row in _schools(read(_final(year))) if NUMBER.fullmatch(row["P8MEA"])]
    for row in rows:
        half = 1.96 * SD[year] / np.sqrt(int(row["P8PUP"]))
        assert _number(row["P8CIUPP"]) - _number(row["P8CILOW"]) == pytest.approx(2 * half, abs=0.011)


def test_there_is_no_progress_8_in_2025(read: ReadTable) -> None:
    state = [row for row in _schools(read(_final(2025))) if row["NFTYPE"] != "IND"]
    assert {row["P8MEA"] for row in state} == {row["P8PUP"] for row in state} == {"NA"}


def test_independent_schools_have_attainment_and_no_progress(read: ReadTable) -> None:
    rows = [row for row in _schools(read(_final(2019))) if row["NFTYPE"] == "IND"]
    assert rows
    assert all(row["P8MEA"] == "NP" and NUMBER.fullmatch(row["ATT8SCR"]) for row in rows)


def test_some_special_schools_enter_nobody(read: ReadTable) -> None:
    codes = {row["ATT8SCR"] for row in _schools(read(_final(2019))) if row["RECTYPE"] == "2"}
    assert "NE" in codes


def test_a_grammar_school_had_low_coverage_in_2018(read: ReadTable) -> None:
    (row,) = [row for row in read(_final(2018)) if row["SCHNAME"] == "King Athelstan's Grammar School"]
    assert row["P8MEA"] == "LOWCOV"
    assert NUMBER.fullmatch(row["ATT8SCR"])


def test_results_follow_the_hidden_quality(read: ReadTable, hidden_quality: dict[tuple[str, int], float]) -> None:
    rows = [row for row in _schools(read(_final(2024))) if row["RECTYPE"] == "1" and NUMBER.fullmatch(row["P8MEA"])]
    quality = [hidden_quality[row["URN"], 2024] for row in rows]
    assert np.corrcoef(quality, [_number(row["P8MEA"]) for row in rows])[0, 1] > 0.8


@pytest.mark.parametrize("year", [2017, 2018, 2019, 2025])
def test_the_provisional_issue_differs_as_the_real_one_does(read: ReadTable, year: int) -> None:
    final = {row["URN"]: row for row in _schools(read(_final(year)))}
    name = _final(year).replace("ks4final", "ks4provisional")
    provisional = {row["URN"]: row for row in _schools(read(name))}
    both = [
        (provisional[urn]["ATT8SCR"], final[urn]["ATT8SCR"])
        for urn in final.keys() & provisional.keys()
        if NUMBER.fullmatch(provisional[urn]["ATT8SCR"]) and NUMBER.fullmatch(final[urn]["ATT8SCR"])
    ]
    assert sum(float(first) != float(last) for first, last in both) > len(both) / 2
    assert all(abs(float(first) - float(last)) < 1.5 for first, last in both)


def test_rows_of_the_provisional_file_are_short_where_the_real_ones_are(read: ReadTable) -> None:
    rows = read("performance/2017-18/england_ks4provisional.csv")
    assert {len(row) for row in rows} == {7, 24, 25}
    assert all(row["ATT8SCR"] == "NE" for row in rows if len(row) == 24)
    early = read("performance/2016-17/england_ks4provisional.csv")
    assert {len(row) for row in early} == {18}
    assert " " in {row["TPUP"] for row in early}
