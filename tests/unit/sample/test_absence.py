from __future__ import annotations

import re

import numpy as np
import pytest

from school_support.sample.absence import absence_phase, draw_tables
from school_support.sample.schools import England

from .conftest import ReadTable

YEARS = (2017, 2018, 2019, 2022, 2023, 2024, 2025)
NUMBER = re.compile(r"\d+(\.\d+)?")


def _file(year: int) -> str:
    return f"performance/{year - 1}-{year % 100}/england_abs.csv"


@pytest.mark.parametrize("year", YEARS)
def test_national_rows_are_the_pupil_weighted_means_of_schools(read: ReadTable, england: England, year: int) -> None:
    *_, primary, secondary, special = read(_file(year))
    tables = draw_tables(england, year, 20260630)
    phases = np.array([absence_phase(school) for school in tables.schools])
    for row in (primary, secondary, special):
        assert (row["LA"], row["URN"]) == ("NAT", "")
        mine = phases == row["ESTAB"]
        for column, values in (("PERCTOT", tables.overall), ("PPERSABS10", tables.persistent)):
            mean = (values[mine] * tables.pupils[mine]).sum() / tables.pupils[mine].sum()
            assert float(row[column]) == pytest.approx(mean, abs=0.051)


@pytest.mark.parametrize("year", YEARS)
def test_suppression_follows_pupil_counts(read: ReadTable, england: England, year: int) -> None:
    rolls = {str(school.urn): school.site.roll(year) for school in england.establishments}
    for row in read(_file(year))[:-3]:
        roll = rolls[row["URN"]]
        assert (row["PERCTOT"] == "SUPP") == (roll <= 5)
        if NUMBER.fullmatch(row["PPERSABS10"]):
            assert roll * float(row["PPERSABS10"]) / 100 > 5.3  # six pupils, but for rounding
        else:
            assert row["PPERSABS10"] == "SUPP"


def test_a_tiny_school_is_suppressed_whole(read: ReadTable) -> None:
    suppressed = [row for row in read(_file(2019)) if row["PERCTOT"] == "SUPP"]
    assert suppressed
    assert all(row["PPERSABS10"] == "SUPP" for row in suppressed)


def test_absence_jumped_with_the_pandemic(read: ReadTable) -> None:
    before, after = read(_file(2019))[-3], read(_file(2022))[-3]
    assert float(before["PPERSABS10"]) == pytest.approx(8.2, abs=1.2)
    assert float(after["PPERSABS10"]) == pytest.approx(17.7, abs=2.5)


def test_worse_schools_have_more_absence(read: ReadTable, hidden_quality: dict[tuple[str, int], float]) -> None:
    rows = [row for row in read(_file(2023))[:-3] if row["ESTAB"][0] in "23" and row["PERCTOT"] != "SUPP"]
    quality = [hidden_quality[row["URN"], 2023] for row in rows]
    assert np.corrcoef(quality, [float(row["PERCTOT"]) for row in rows])[0, 1] < -0.3


def test_nurseries_and_pupil_referral_units_are_not_in_it(read: ReadTable) -> None:
    assert not any(row["ESTAB"].startswith("1") for row in read(_file(2019)))
