from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from .conftest import ReadTable, Table

LATEST_KNOWN = "exclusions/susp_exc_school_202324.csv"


def _whole_year(rows: Table, period: str = "202324") -> Table:
    return [
        row
        for row in rows
        if (row["geographic_level"], row["time_identifier"], row["time_period"]) == ("School", "Academic year", period)
    ]


def _measured(rows: Table, phase: str) -> Table:
    return [row for row in rows if row["education_phase"] == phase and row["susp_rate"] != "x"]


def test_a_file_holds_all_years_before_its_own(read: ReadTable) -> None:
    assert list(Counter(row["time_period"] for row in read(LATEST_KNOWN))) == [
        "201920", "202021", "202122", "202223", "202324",
    ]  # fmt: skip


def test_what_was_published_stays_as_it_was(read: ReadTable) -> None:
    later = read("exclusions/susp_exc_school_202425.csv")
    assert _whole_year(later) == _whole_year(read(LATEST_KNOWN))


def test_levels_and_terms_are_told_apart(read: ReadTable) -> None:
    rows = read(LATEST_KNOWN)
    assert Counter(row["geographic_level"] for row in rows if row["time_period"] == "202223") == Counter(
        {"School": len(_whole_year(rows, "202223")), "Local authority": 4, "National": 4}
    )
    of_terms = [row for row in rows if row["time_identifier"] != "Academic year"]
    assert {row["time_identifier"] for row in of_terms} == {"Autumn term", "Spring term", "Summer term"}
    assert {(row["time_period"], row["la_name"]) for row in of_terms} == {("202324", "Fenmere")}


def test_terms_add_up_to_the_year(read: ReadTable) -> None:
    rows = read(LATEST_KNOWN)
    years = {row["school_urn"]: row for row in _whole_year(rows)}
    terms: dict[str, Counter[str]] = {}
    for row in rows:
        if row["time_identifier"] != "Academic year":
            counts = terms.setdefault(row["school_urn"], Counter())
            counts.update({column: int(row[column]) for column in ("suspension", "perm_excl")})
    assert len(terms) > 70
    for urn, counts in terms.items():
        for column in ("suspension", "perm_excl"):
            assert counts[column] == int(years[urn][column])


def test_national_rows_are_the_sums_of_their_schools(read: ReadTable) -> None:
    rows = read(LATEST_KNOWN)
    schools = _whole_year(rows)
    national = {
        row["education_phase"]: row
        for row in rows
        if (row["geographic_level"], row["time_period"]) == ("National", "202324")
    }
    for phase, row in national.items():
        assert (row["school_urn"], row["old_la_code"]) == ("z", "z")
        mine = [school for school in schools if phase in {"Total", school["education_phase"]}]
        for column in ("headcount", "suspension", "perm_excl"):
            assert int(row[column]) == sum(int(school[column]) for school in mine)


def test_rates_are_per_hundred_pupils_and_x_without_pupils_on_roll(read: ReadTable) -> None:
    schools = _whole_year(read(LATEST_KNOWN))
    assert any(row["susp_rate"] == "x" for row in schools)
    for row in schools:
        headcount = int(row["headcount"])
        assert int(row["one_plus_susp"]) <= min(int(row["suspension"]), headcount)
        if headcount == 0:
            assert (row["susp_rate"], row["perm_excl_rate"], row["suspension"]) == ("x", "x", "0")
        else:
            assert float(row["susp_rate"]) == pytest.approx(100 * int(row["suspension"]) / headcount, abs=0.0051)


def test_secondary_schools_suspend_more_and_exclude_rarely(read: ReadTable) -> None:
    schools = _whole_year(read(LATEST_KNOWN))
    rate = {
        phase: np.mean([float(row["susp_rate"]) for row in _measured(schools, f"State-funded {phase}")])
        for phase in ("primary", "secondary")
    }
    assert 1 < rate["primary"] < 4
    assert 15 < rate["secondary"] < 32
    permanent = [float(row["perm_excl_rate"]) for row in schools if row["perm_excl_rate"] != "x"]
    assert np.mean(permanent) < 0.3
    assert np.mean(np.array(permanent) == 0) > 0.6


def test_a_schools_suspensions_spread_wider_than_by_chance(read: ReadTable) -> None:
    counts = [int(row["suspension"]) for row in _measured(_whole_year(read(LATEST_KNOWN)), "State-funded primary")]
    assert np.var(counts) > 3 * np.mean(counts)


@pytest.mark.parametrize("phase", ["State-funded primary", "State-funded secondary"])
@pytest.mark.parametrize("period", ["202122", "202223", "202324"])
def test_worse_schools_suspend_more(
    read: ReadTable, hidden_quality: dict[tuple[str, int], float], phase: str, period: str
) -> None:
    year = int(period[:4]) + 1
    rows = [
        row
        for row in _measured(_whole_year(read(LATEST_KNOWN), period), phase)
        if (row["school_urn"], year) in hidden_quality
    ]
    quality = [hidden_quality[row["school_urn"], year] for row in rows]
    assert np.corrcoef(quality, [float(row["susp_rate"]) for row in rows])[0, 1] < -0.1


def test_every_row_is_there_once(read: ReadTable) -> None:
    keys = ("time_period", "time_identifier", "geographic_level", "old_la_code", "school_urn", "education_phase")
    rows = [tuple(row[key] for key in keys) for row in read(LATEST_KNOWN)]
    assert len(set(rows)) == len(rows)
