from __future__ import annotations

import re

import numpy as np
import pytest

from school_support.sample.key_stage_2 import draw_tables
from school_support.sample.schools import England

from .conftest import ReadTable, Table

FINAL = {
    year: f"performance/{year - 1}-{year % 100}/england_ks2final.csv" for year in (2017, 2018, 2019, 2023, 2024, 2025)
}
NATIONAL = {2017: 61, 2018: 64, 2019: 65, 2023: 60, 2024: 61, 2025: 62}
NUMBER = re.compile(r"-?\d+(\.\d+)?%?")


def _number(text: str) -> float:
    return float(text.rstrip("%"))


def _schools(rows: Table) -> Table:
    return [row for row in rows if row["RECTYPE"] in {"1", "2"}]


def _with_results(rows: Table) -> Table:
    return [row for row in _schools(rows) if NUMBER.fullmatch(row.get("PTRWM_EXP", ""))]


@pytest.mark.parametrize("year", FINAL)
def test_figures_are_suppressed_for_five_pupils_or_fewer_and_only_then(read: ReadTable, year: int) -> None:
    rows = [row for row in _schools(read(FINAL[year])) if row.get("TELIG")]
    assert any(int(row["TELIG"]) <= 5 for row in rows)
    for row in rows:
        small = int(row["TELIG"]) <= 5
        for column in ("PTRWM_EXP", "PTRWM_HIGH", "TFSM6CLA1A", "PTRWM_EXP"):
            assert (row[column] == "SUPP") == small
        assert not small or row["READPROG"] in {"SUPP", "NA"}


@pytest.mark.parametrize("year", FINAL)
def test_gaps_are_suppressed_when_either_group_is_small(read: ReadTable, year: int) -> None:
    for row in _with_results(read(FINAL[year])):
        disadvantaged = int(row["TFSM6CLA1A"])
        others = int(row["TELIG"]) - disadvantaged
        if 0 < disadvantaged <= 5 or 0 < others <= 5:
            assert row["DIFFN_RWM_EXP"] == "SUPP"
        elif disadvantaged:
            assert NUMBER.fullmatch(row["DIFFN_RWM_EXP"])
        else:
            assert row["DIFFN_RWM_EXP"] == ""


@pytest.mark.parametrize("year", FINAL)
def test_national_and_authority_rows_are_the_pupil_weighted_means_of_schools(
    read: ReadTable, england: England, year: int
) -> None:
    rows = read(FINAL[year])
    tables = draw_tables(england, year, 20260630)
    code = np.array([school.authority.code for school in tables.schools])
    for area in [row for row in rows if row["RECTYPE"] in {"3", "4", "5"}]:
        mine = tables.results if area["LEA"] == " " else tables.results.pick(code == area["LEA"])
        assert int(area["TELIG"]) == mine.eligible.sum()
        share = 100 * mine.expected.sum() / mine.eligible.sum()
        assert _number(area["PTRWM_EXP"]) == pytest.approx(share, abs=0.51)
        # And near what a reader can add up, from rounded figures without the suppressed schools.
        published = [row for row in _with_results(rows) if area["LEA"] in {" ", row["LEA"]}]
        pupils = [int(row["TELIG"]) for row in published]
        mean = np.average([_number(row["PTRWM_EXP"]) for row in published], weights=pupils)
        assert _number(area["PTRWM_EXP"]) == pytest.approx(mean, abs=1.0)


@pytest.mark.parametrize("year", FINAL)
def test_the_level_is_near_the_real_one(read: ReadTable, year: int) -> None:
    (nation,) = [row for row in read(FINAL[year]) if row["RECTYPE"] == "5"]
    assert _number(nation["PTRWM_EXP"]) == pytest.approx(NATIONAL[year], abs=3)  # few schools, so some noise


@pytest.mark.parametrize("year", [2017, 2018, 2019, 2023])
def test_progress_has_the_publishers_confidence_interval(read: ReadTable, year: int) -> None:
    sd = {2017: 5.97, 2018: 6.18, 2019: 6.1622, 2023: 6.1622}[year]
    for row in _with_results(read(FINAL[year])):
        if NUMBER.fullmatch(row["READPROG"]):
            low, score, high = (_number(row[f"READPROG{end}"]) for end in ("_LOWER", "", "_UPPER"))
            matched = _number(row["READCOV"]) / 100 * int(row["TELIG"])
            half = 1.96 * sd / np.sqrt(matched)
            assert low <= score <= high
            assert (high - low) / 2 == pytest.approx(half, rel=0.06, abs=0.11)


@pytest.mark.parametrize("year", [2024, 2025])
def test_there_is_no_progress_without_key_stage_1(read: ReadTable, year: int) -> None:
    rows = [row for row in _schools(read(FINAL[year])) if row.get("TELIG")]
    assert {row[f"{subject}PROG"] for row in rows for subject in ("READ", "WRIT", "MAT")} == {"NA"}


def test_low_coverage_hides_progress_and_not_attainment(read: ReadTable) -> None:
    low = [
        row for year in (2017, 2018, 2019) for row in _with_results(read(FINAL[year])) if row["READPROG"] == "LOWCOV"
    ]
    assert {row["SCHNAME"] for row in low} >= {"Wharfside Primary School"}


def test_results_follow_the_hidden_quality(read: ReadTable, hidden_quality: dict[tuple[str, int], float]) -> None:
    rows = [row for row in _with_results(read(FINAL[2019])) if row["RECTYPE"] == "1"]
    quality = [hidden_quality[row["URN"], 2019] for row in rows]
    assert np.corrcoef(quality, [_number(row["PTRWM_EXP"]) for row in rows])[0, 1] > 0.6
    measured = [
        (hidden_quality[row["URN"], 2019], _number(row["READPROG"]))
        for row in rows
        if NUMBER.fullmatch(row["READPROG"])
    ]
    assert np.corrcoef(np.array(measured).T)[0, 1] > 0.7


def test_rows_without_results_are_short(read: ReadTable) -> None:
    rows = {row["SCHNAME"]: row for row in read(FINAL[2025]) if "SCHNAME" in row}
    growing = rows["Kingsmere Free School"]
    assert growing["TPUPYEAR"] == "0"
    assert "TELIG" not in growing
    sponsored = {row["SCHNAME"]: row for row in read(FINAL[2019])}["Teasel Drove Academy"]
    assert sponsored["TOTPUPS"] == "NEW"  # opened in September 2019
    assert "TPUPYEAR" not in sponsored


def test_an_academy_opened_since_is_named_beside_the_old_urn(read: ReadTable) -> None:
    rows = {row["SCHNAME"]: row for row in read(FINAL[2019]) if row["LEA"] == "999"}
    assert rows["Drayman's Lane Primary School"]["OPEN_AC"] == "20190401"
    assert rows["Drayman's Lane Primary School"]["ICLOSE"] == "0"
    assert rows["Teasel Drove Primary School"]["ICLOSE"] == "1"
    assert rows["Alder Lane Primary School"]["URN_AC"] == "0"


def test_the_revised_issue_differs_a_little(read: ReadTable) -> None:
    final = {row["URN"]: row for row in _with_results(read(FINAL[2019]))}
    revised = {row["URN"]: row for row in _with_results(read(FINAL[2019].replace("final", "revised")))}
    changed = [urn for urn in final if final[urn]["TELIG"] != revised[urn]["TELIG"]]
    assert 0.02 < len(changed) / len(final) < 0.2
    assert all(int(revised[urn]["TELIG"]) == int(final[urn]["TELIG"]) + 1 for urn in changed)


def test_the_village_school_is_always_suppressed(read: ReadTable) -> None:
    for name in FINAL.values():
        (row,) = [row for row in read(name) if row["SCHNAME"] == "Sallow Drove CofE Village School"]
        assert row.get("PTRWM_EXP", "SUPP") == "SUPP"
