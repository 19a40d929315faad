from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import numpy as np
import pytest

from school_support.landing.people import without_people
from school_support.sample import names
from school_support.sample.england import build_england
from school_support.sample.heads import Heads, draw_heads, head_on
from school_support.sample.schools import England
from school_support.sources.contract import load_sources

from .conftest import SEED, ReadTable

BEFORE, AFTER = dt.date(2025, 6, 30), dt.date(2026, 6, 30)
REGISTER = "gias/edubasealldata_2026-06-30.csv"


@pytest.fixture(scope="module")
def heads(england: England) -> Heads:
    return draw_heads(england, SEED)


def test_a_school_changes_its_head_about_every_six_years(england: England, heads: Heads) -> None:
    changes = sum(len(known) - 1 for known in heads.values())
    assert changes / len(heads) / 15 == pytest.approx(1 / 6, abs=0.02)


def test_heads_follow_each_other_and_none_a_namesake(heads: Heads) -> None:
    for known in heads.values():
        for one, following in itertools.pairwise(known):
            assert one.since < following.since
            assert one.last_name != following.last_name


def test_a_few_schools_of_fenmere_have_a_new_head(england: England, heads: Heads) -> None:
    new = {
        school.plan.key
        for school in england.of(england.authorities[0])
        if school.open_on(AFTER) and head_on(heads, school, BEFORE) != head_on(heads, school, AFTER)
    }
    assert new >= {"marlholme", "saltersgate", "gosling_way", "harrowdyke_2", "coldharbour"}
    assert not new & {"cressington", "lapwing"}
    assert len(new) < 30


def test_an_academy_keeps_the_head_of_the_school_it_was(england: England, heads: Heads) -> None:
    schools = {school.plan.key: school for school in england.of(england.authorities[0])}
    day = dt.date(2021, 9, 1)
    assert head_on(heads, schools["king_edmund_1"], day) == head_on(heads, schools["king_edmund_2"], day)


def test_the_register_names_the_heads_of_open_schools(read: ReadTable, england: England, heads: Heads) -> None:
    rows = {row["URN"]: row for row in read(REGISTER)}
    named = 0
    for school in england.establishments:
        row = rows.get(str(school.urn))
        head = head_on(heads, school, AFTER)
        if row is None or not row["HeadLastName"]:
            continue
        assert head is not None
        assert school.open_on(AFTER)
        assert (row["HeadFirstName"], row["HeadLastName"].casefold()) == (head.first_name, head.last_name.casefold())
        named += 1
    assert named > 290
    assert any(row["HeadLastName"].isupper() for row in rows.values())
    assert any(row["HeadLastName"] == "" and row["EstablishmentStatus (name)"] == "Open" for row in rows.values())


def test_the_school_that_says_its_head_is_acting_has_one_in_the_register(read: ReadTable) -> None:
    returned = {
        row["URN"]: row["Headteacher status"] for row in read("returns/2026_spring.csv") if row["Section"] == "school"
    }
    assert np.unique(list(returned.values())).tolist() == ["acting", "substantive"]
    for row in read(REGISTER):
        if row["URN"] in returned and row["HeadLastName"]:
            assert row["HeadPreferredJobTitle"].startswith("Acting") == (returned[row["URN"]] == "acting")


def test_surnames_are_in_no_name_of_a_school_or_place(england: England) -> None:
    told = {word for school in england.establishments for word in school.name.split()} | {*names.AUTHORITIES}
    assert not told & {*names.SURNAMES}
    assert len(set(names.SURNAMES)) == len(names.SURNAMES)


def test_nothing_about_people_is_left_when_the_register_is_taken_in(folder: Path, tmp_path: Path) -> None:
    delivered = (folder / REGISTER).read_bytes().decode("cp1252")
    kept = tmp_path / "kept.csv"
    assert without_people(folder / REGISTER, "gias", "register.csv", kept, b"a key of this test")
    text = kept.read_text(encoding="utf-8").casefold()
    assert any(surname in delivered for surname in names.SURNAMES)
    assert not [surname for surname in names.SURNAMES if surname.casefold() in text]
    assert "01632960" not in text
    personal = {name.casefold() for layout in load_sources()["gias"].layouts for name in layout.personal}
    assert not personal & set(text.splitlines()[0].split(","))


def test_fenmere_has_the_same_heads_whatever_the_size_of_the_country(heads: Heads) -> None:
    small = draw_heads(build_england(SEED, 160), SEED)
    fenmere = [key for key in small if key.startswith("999")]
    assert fenmere
    assert all(small[key] == heads[key] for key in fenmere)
