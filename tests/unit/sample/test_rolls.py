from __future__ import annotations

import numpy as np
import pytest

from school_support.sample.england import TODAY, build_england
from school_support.sample.schools import England, Fall

from .conftest import ReadTable


def test_a_fall_takes_three_years_and_then_stays() -> None:
    fall = Fall(after=2022, lost=0.24)
    assert [fall.left(year) for year in (2020, 2022, 2023, 2025, 2030)] == pytest.approx([1, 1, 0.92, 0.76, 0.76])


def test_some_rolls_fall_markedly_and_most_stay_within_some_per_cent() -> None:
    schools = [
        school.site for school in build_england(20260630, 1500).state_funded_on(TODAY) if school.site.filled(2022) == 1
    ]
    change = np.array([school.roll(2025) / school.roll(2022) - 1 for school in schools])
    assert 0.01 < np.mean(change < -0.10) < 0.08
    assert np.mean(np.abs(change) < 0.08) > 0.85
    assert change.min() > -0.40


def test_rolls_of_fenmere_fall_where_its_table_says_so(england: England, read: ReadTable) -> None:
    then, now = (
        {row["URN"]: int(row["NOR"]) for row in read(f"performance/{name}/england_census.csv")}
        for name in ("2021-22", "2024-25")
    )
    fell = {
        school.plan.key
        for school in england.of(england.authorities[0])
        if (urn := str(school.urn)) in then and urn in now and now[urn] < 0.89 * then[urn]
    }
    assert fell >= {"coldharbour", "crowholt", "marshland_school"}
    assert len(fell) <= 8


def test_a_falling_roll_leaves_the_pupils_who_leave_as_they_were(england: England) -> None:
    site = next(school.site for school in england.of(england.authorities[0]) if school.plan.key == "coldharbour")
    assert site.roll(2025) < 0.9 * site.roll(2022)
    assert site.cohort_size(2025, 11) / site.cohort_size(2022, 11) == pytest.approx((1 + site.growth) ** 3)
