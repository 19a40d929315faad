from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np
import pytest

from school_support.errors import SupportListError
from school_support.sample.england import TODAY, build_england
from school_support.sample.fenmere import FENMERE
from school_support.sample.quality import YEARS, follow_script, quality_paths
from school_support.sample.randomness import stream
from school_support.sample.schools import England, Establishment


def _fenmere(england: England) -> dict[str, Establishment]:
    return {school.plan.key: school for school in england.of(england.authorities[0])}


def test_as_many_schools_are_open_as_were_asked_for(england: England) -> None:
    assert len(england.state_funded_on(TODAY)) == 300


def test_fenmere_has_eighty_open_schools_of_every_sort(england: England) -> None:
    schools = [school for school in england.state_funded_on(TODAY) if school.authority is FENMERE]
    stages = Counter(
        "special"
        if school.kind.special
        else school.kind.key
        if not school.kind.mainstream
        else "secondary"
        if school.plan.high >= 16
        else "primary"
        for school in schools
    )
    assert stages == {"primary": 60, "secondary": 12, "special": 5, "nursery": 1, "pru": 2}


def test_too_few_schools_are_refused_with_what_to_do() -> None:
    with pytest.raises(SupportListError, match=r"at least 150 schools.*40 were asked for; ask for more"):
        build_england(1, 40)


def test_urns_are_six_digits_and_none_twice(england: England) -> None:
    urns = [school.urn for school in england.establishments]
    assert len(set(urns)) == len(urns)
    assert all(900_000 < urn <= 999_999 for urn in urns)


def test_laestabs_are_unique_among_schools_open_together(england: England) -> None:
    laestabs = [school.laestab for school in england.state_funded_on(TODAY)]
    assert len(set(laestabs)) == len(laestabs)


def test_fenmere_does_not_depend_on_the_country_around_it(england: England) -> None:
    small = _fenmere(build_england(20260630, 160))
    large = _fenmere(england)
    assert [(school.urn, school.name) for school in small.values()] == [
        (school.urn, school.name) for school in large.values()
    ]
    assert all((small[key].site.quality == large[key].site.quality).all() for key in small)


def test_a_conversion_closes_the_old_urn_the_day_before(england: England) -> None:
    old, new = (_fenmere(england)[f"drayman_{number}"] for number in (1, 2))
    assert (old.closed, new.opened) == (dt.date(2019, 3, 31), dt.date(2019, 4, 1))
    assert new.predecessors == [old]
    assert new.site is old.site


def test_results_stand_under_the_urn_of_the_september_before(england: England) -> None:
    old, new = (_fenmere(england)[f"drayman_{number}"] for number in (1, 2))
    assert old.counts_in(2019)
    assert not new.counts_in(2019)
    assert new.counts_in(2020)


def test_an_amalgamated_school_is_a_new_one_with_two_predecessors(england: England) -> None:
    schools = _fenmere(england)
    joined = schools["osier_park"]
    assert joined.predecessors == [schools["osier_infant"], schools["osier_junior"]]
    assert joined.site is not schools["osier_junior"].site


def test_a_new_school_fills_up_from_its_youngest_year(england: England) -> None:
    new = _fenmere(england)["kingsmere"].site  # opened in September 2020 with reception
    assert (new.roll(2021), new.roll(2024), new.roll(2030)) == (60, 240, 420)
    assert new.cohort_size(2026, 11) == 0
    assert new.cohort_size(2027, 11) == 60


def test_quality_is_standard_normal_every_year_and_lasts() -> None:
    paths = quality_paths(4000, stream(1, "test"))
    assert np.abs(paths.mean(axis=0)).max() < 0.1
    assert np.abs(paths.std(axis=0) - 1).max() < 0.1
    assert np.corrcoef(paths[:, 0], paths[:, 1])[0, 1] == pytest.approx(0.92, abs=0.02)


def test_a_script_is_followed_from_2016_to_2026() -> None:
    path = follow_script(np.zeros(len(YEARS)), 0.5, -1.7)
    assert path[list(YEARS).index(2016)] == pytest.approx(0.5)
    assert path[list(YEARS).index(2021)] == pytest.approx(-0.6)
    assert path[list(YEARS).index(2026)] == pytest.approx(-1.7)
