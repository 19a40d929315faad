from __future__ import annotations

import numpy as np
import pytest

from school_support.sample.census import draw_tables, table_rows
from school_support.sample.england import build_england
from school_support.sample.fenmere import FENMERE
from school_support.sample.schools import England

from .conftest import SEED, ReadTable, Table

YEARS = range(2018, 2026)


def _schools(read: ReadTable, year: int) -> Table:
    return [row for row in read(f"performance/{year - 1}-{year % 100}/england_census.csv") if row["URN"] != "NAT"]


def _percent(text: str) -> float:
    return float(text.removesuffix("%"))


@pytest.mark.parametrize("year", YEARS)
def test_the_roll_is_the_one_of_every_other_file(read: ReadTable, england: England, year: int) -> None:
    rolls = {str(school.urn): str(school.site.roll(year)) for school in england.establishments}
    assert all(row["NOR"] == rolls[row["URN"]] for row in _schools(read, year))


def test_the_roll_is_that_of_the_returns(read: ReadTable, england: England) -> None:
    """The latest census is of 2025; a return counts the pupils of reception to year 11 by year group."""
    census = {row["URN"]: int(row["NOR"]) for row in _schools(read, 2025)}
    returned: dict[str, int] = {}
    for row in read("returns/2025_summer.csv"):
        if row["Section"] == "attendance":
            returned[row["URN"]] = returned.get(row["URN"], 0) + int(row["Pupils"])
    assert len(returned) == 12
    groups = {str(school.urn): school.site.year_groups for school in england.establishments}
    for urn, pupils in returned.items():
        assert pupils == pytest.approx(census[urn], abs=groups[urn] / 2)


def test_rows_for_england_are_the_sums_of_their_schools(read: ReadTable) -> None:
    phases = {"PRI": "State-funded primary", "SEC": "State-funded secondary"}
    rows = read("performance/2024-25/england_census.csv")
    # The special schools of a country of 300 schools are no more than one large secondary school.
    assert [(row["URN"], row["LA"], row["Estab"]) for row in rows[-2:]] == [("NAT", "", name) for name in phases]
    for row in rows[-2:]:
        schools = [school for school in _schools(read, 2025) if school["SCHOOLTYPE"] == phases[row["Estab"]]]
        for column in ("NOR", "NORG", "TSENELSE", "TSENELK", "NUMEAL", "NUMFSMEVER", "NORFSMEVER"):
            assert int(row[column]) == sum(int(school[column]) for school in schools), column


def test_a_larger_country_has_a_row_for_special_schools_too() -> None:
    rows = list(table_rows(draw_tables(build_england(SEED, 700), 2025, SEED)))
    assert [row[2] for row in rows[-3:]] == ["PRI", "SEC", "SPE"]


@pytest.mark.parametrize("year", YEARS)
def test_percentages_are_those_of_their_counts(read: ReadTable, year: int) -> None:
    for row in _schools(read, year):
        roll = int(row["NOR"])
        assert int(row["NORG"]) + int(row["NORB"]) == roll
        assert _percent(row["PSENELK"]) == pytest.approx(100 * int(row["TSENELK"]) / roll, abs=0.0051)
        assert _percent(row["PSENELSE"]) == pytest.approx(100 * int(row["TSENELSE"]) / roll, abs=0.0051)
        if row["NUMEAL"]:
            assert int(row["NUMEAL"]) + int(row["NUMENGFL"]) + int(row["NUMUNCFL"]) == roll
            assert _percent(row["PNUMEAL"]) == pytest.approx(100 * int(row["NUMEAL"]) / roll, abs=0.051)


def test_cells_are_spelt_as_in_the_publishers_file(read: ReadTable) -> None:
    rows = {row["SCHOOLTYPE"]: row for row in _schools(read, 2025)}
    independent, nursery = rows["Independent school"], rows["State-funded nursery"]
    assert (independent["NUMEAL"], independent["NUMFSM"], independent["NUMFSMEVER"]) == ("", "", "NA")
    assert (nursery["NUMFSM"] != "", nursery["NUMFSMEVER"], nursery["PNUMFSMEVER"]) == (True, "NA", "0.00%")
    assert rows["State-funded primary"]["PNORG"][-1] == "%"
    assert all("%" not in row["PNUMUNCLF"] for row in rows.values())


def test_special_schools_have_plans_and_others_support(read: ReadTable) -> None:
    rows = _schools(read, 2025)
    special = [row for row in rows if row["SCHOOLTYPE"] == "State-funded special school"]
    primary = [row for row in rows if row["SCHOOLTYPE"] == "State-funded primary"]
    assert np.mean([_percent(row["PSENELSE"]) for row in special]) > 90
    assert 9 < np.mean([_percent(row["PSENELK"]) for row in primary]) < 18
    assert 2 < np.mean([_percent(row["PSENELSE"]) for row in primary]) < 6


def test_free_school_meals_agree_with_the_disadvantaged_pupils_of_key_stage_2(read: ReadTable) -> None:
    ever = {row["URN"]: _percent(row["PNUMFSMEVER"]) for row in _schools(read, 2025)}
    pairs = [
        (_percent(row["PTFSM6CLA1A"]), ever[row["URN"]])
        for row in read("performance/2024-25/england_ks2final.csv")
        if row.get("PTFSM6CLA1A", "").endswith("%") and row["URN"] in ever
    ]
    assert len(pairs) > 150
    assert np.corrcoef(*zip(*pairs, strict=True))[0, 1] > 0.7
    assert abs(np.mean([one - other for one, other in pairs])) < 2


def test_a_measure_lasts_from_year_to_year(read: ReadTable) -> None:
    before, after = ({row["URN"]: row for row in _schools(read, year)} for year in (2024, 2025))
    primary = [urn for urn, row in after.items() if row["SCHOOLTYPE"] == "State-funded primary" and urn in before]
    for column in ("PNUMEAL", "PNUMFSMEVER", "PSENELK"):
        values = [[_percent(year[urn][column]) for urn in primary] for year in (before, after)]
        assert np.corrcoef(values)[0, 1] > 0.5, column


def test_fenmere_does_not_depend_on_the_country_around_it(england: England) -> None:
    large, small = (draw_tables(country, 2025, SEED) for country in (england, build_england(SEED, 160)))
    mine = [sum(school.authority is FENMERE for school in tables.schools) for tables in (large, small)]
    assert mine[0] == mine[1]
    assert (large.pupils.eal[: mine[0]] == small.pupils.eal[: mine[0]]).all()
