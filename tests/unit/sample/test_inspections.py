from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter

import pytest

from school_support.sample.inspections import Card, Graded, History, Ungraded, inspection_history
from school_support.sample.schools import England

from .conftest import ReadTable

LATEST = "ofsted/ofsted_mi_2026-05-31.csv"
BEFORE_CARDS = "ofsted/ofsted_mi_2025-11-30.csv"


@pytest.fixture(scope="module")
def history(england: England) -> History:
    return inspection_history(england, 20260630)


def _fenmere(read: ReadTable, name: str, authority_column: str) -> dict[str, dict[str, str]]:
    return {row["School name"]: row for row in read(name) if row[authority_column] == "Fenmere"}


def _cards(read: ReadTable) -> dict[str, dict[str, str]]:
    return _fenmere(read, LATEST, "Local authority")


def _graded_2015(read: ReadTable, year: int) -> dict[str, dict[str, str]]:
    return _fenmere(read, f"ofsted/ofsted_mi_{year}-05-31.csv", "Local Authority")


def test_each_regime_keeps_to_its_dates(history: History) -> None:
    for inspection in itertools.chain.from_iterable(history.values()):
        assert inspection.started < inspection.published
        assert inspection.started.weekday() < 5
        assert inspection.school.open_on(inspection.started)
        match inspection:
            case Graded(overall=None):
                assert dt.date(2024, 9, 2) <= inspection.started < dt.date(2025, 11, 10)
            case Graded():
                assert inspection.started < dt.date(2024, 9, 2)
            case Ungraded():
                assert dt.date(2015, 9, 1) <= inspection.started < dt.date(2025, 11, 10)
            case Card():
                assert inspection.started >= dt.date(2025, 11, 10)


def test_nobody_was_inspected_in_the_pandemic(history: History) -> None:
    pause = (dt.date(2020, 3, 17), dt.date(2021, 5, 4))
    started = [inspection.started for inspection in itertools.chain.from_iterable(history.values())]
    assert not any(pause[0] <= day < pause[1] for day in started)


def test_a_category_goes_with_a_grade_of_four(history: History) -> None:
    for inspection in itertools.chain.from_iterable(history.values()):
        if isinstance(inspection, Graded) and inspection.overall:
            assert bool(inspection.category) == (inspection.overall == 4)


def test_better_schools_get_better_grades(history: History, england: England) -> None:
    qualities: dict[int, list[float]] = {1: [], 2: [], 3: [], 4: []}
    for inspection in itertools.chain.from_iterable(history.values()):
        if isinstance(inspection, Graded) and inspection.overall:
            quality = inspection.school.site.quality_in(inspection.started.year)
            qualities[inspection.overall].append(quality)
    means = [sum(values) / len(values) for values in qualities.values()]
    assert means == sorted(means, reverse=True)


@pytest.mark.parametrize("year", range(2017, 2026))
def test_the_old_layout_holds_grades_published_by_its_day(read: ReadTable, year: int) -> None:
    rows = read(f"ofsted/ofsted_mi_{year}-05-31.csv")
    assert {row["Overall effectiveness: how good is the school"] for row in rows} <= set("1234")
    assert {row["Category"] for row in rows} <= {"", "SM ", "SWK"}
    assert all(row["Latest inspection date"] < f"{year}-05-31" for row in rows)
    assert all(row["Latest inspection date"] < "2024-09-02" for row in rows)
    assert all(row["Previous inspection date"] < row["Latest inspection date"] for row in rows)
    assert {row["How well do learners achieve?"] for row in rows} == {"9"}


def test_fenmere_has_a_category_only_where_its_stories_say_so(read: ReadTable) -> None:
    categories = {
        name: row["Most recent category of concern"]
        for name, row in _cards(read).items()
        if row["Most recent category of concern"] not in {"", "NULL"}
    }
    assert categories == {
        "Marlholme Community Primary School": "SM",
        "Harrowdyke Academy": "SWK",
        "Saltersgate Primary School": "SM",
        "Tower Field Academy": "RSI",
        "The Maltings Academy": "SM",
    }


def test_an_inspection_without_an_overall_grade_leaves_the_older_one_in_the_old_layout(
    read: ReadTable,
) -> None:
    name = "Gosling Way Primary School"
    assert _graded_2015(read, 2025)[name]["Latest inspection date"] == "2021-10-05"
    row = _fenmere(read, BEFORE_CARDS, "Local authority")[name]
    assert row["Inspection start date of latest OEIF graded inspection"] == "12/11/2024"
    assert row["Latest OEIF overall effectiveness"] == "Not judged"
    assert row["Latest OEIF quality of education"] == "3"


def test_a_stuck_school_has_both_grades_in_the_old_layout(read: ReadTable) -> None:
    row = _graded_2015(read, 2024)["Stoneferry School"]
    assert row["Overall effectiveness: how good is the school"] == "3"
    assert row["previous overall effectiveness"] == "3"


def test_special_measures_are_written_with_a_trailing_space(read: ReadTable) -> None:
    assert _graded_2015(read, 2018)["Teasel Drove Primary School"]["Category"] == "SM "


def test_a_converter_keeps_its_grades_and_a_sponsored_academy_does_not(read: ReadTable) -> None:
    schools = _graded_2015(read, 2024)
    converted = schools["King Edmund's CofE Primary Academy"]
    assert converted["Latest inspection date"] == "2020-01-21"  # before it opened in 2021
    assert "The Maltings Academy" not in schools


def test_the_new_layout_flags_grades_of_an_earlier_urn(read: ReadTable) -> None:
    row = _cards(read)["The Maltings Academy"]
    assert row["Does the latest OEIF graded inspection relate to the URN of the current school?"] == "No"
    assert row["URN at time of latest OEIF graded inspection"] != row["URN"]
    assert row["School name at time of latest OEIF graded inspection"] == "The Maltings Primary School"


def test_category_is_empty_where_graded_and_null_where_not(read: ReadTable) -> None:
    for row in read(LATEST):
        graded = row["Inspection start date of latest OEIF graded inspection"] != "NULL"
        carded = row["Inspection start date"] != "NULL"
        assert (row["Latest OEIF category of concern"] == "NULL") == (not graded)
        assert (row["Category of concern"] == "NULL") == (not carded)
        assert (row["Most recent category of concern"] == "NULL") == (not graded and not carded)


def test_the_new_layout_lists_every_open_school_once(read: ReadTable) -> None:
    urns = Counter(row["URN"] for row in read(LATEST))
    assert len(urns) == 300
    assert set(urns.values()) == {1}


def test_no_report_card_was_out_in_november_2025(read: ReadTable) -> None:
    assert {row["Inspection start date"] for row in read(BEFORE_CARDS)} == {"NULL"}


def test_the_urgent_report_card(read: ReadTable) -> None:
    row = _cards(read)["Saltersgate Primary School"]
    assert row["Leadership and governance"] == "Urgent improvement"
    assert row["Safeguarding standards"] == "Not met"
    assert row["Publication date"] == "14/04/2026"
    assert row["Leadership and governance - date of judgement"] == "24/02/2026"
