"""A school of fifteen pupils a year with one bad year: what it may and may not do to the tier."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from school_support.assessment.prepare import build_assessments, prepare_assessment
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build

pytestmark = pytest.mark.real_data
# (academic year, expected standard, progress): the country has 54, 62 and 66 % with progress 0.
ORDINARY_THEN_BAD = [(2016, 54, 0.0), (2017, 62, 0.0), (2018, 20, -4.0)]
BAD_ALONE = [(2018, 20, -4.0)]
# So bad a year that its points alone would reach the top tier.
DREADFUL_ALONE = [(2018, 0, -9.0)]
ORDINARY_THEN_DREADFUL = [(2016, 54, 0.0), (2017, 62, 0.0), (2018, 0, -12.0)]
# One bad year with progress just under the floor standard of the time (-5 in reading and mathematics, 65 %).
ORDINARY_THEN_BELOW_FLOOR = [(2016, 54, 0.0), (2017, 62, 0.0), (2018, 40, -5.1)]
BAD_ALWAYS = [(2016, 13, -6.0), (2017, 13, -6.0), (2018, 13, -6.0)]


@pytest.fixture(scope="module")
def chosen(real_warehouse: Path) -> str:
    """A primary of Peterborough that is in light touch: nothing but the planted results can move it."""
    assessment_id = prepare_assessment("874", 2020, date(2019, 6, 30))
    build_assessments([assessment_id])
    with connect("support_admin") as connection:
        found = connection.execute(
            "select urn from marts.school_tier inner join marts.dim_school using (assessment_id, urn) "
            "where assessment_id = %s and phase = 'primary' and tier = 'light_touch' and coverage = 1 order by urn limit 1",
            (assessment_id,),
        ).fetchone()
    assert found is not None
    return str(found[0])


def stage_anew() -> None:
    """Stage Key Stage 2 again: a staged release is never read twice, and the tests change what was loaded long ago."""
    with connect("support_admin") as connection:
        connection.execute(
            "update control.staged_model set recipe = 'before a change of raw' where 'dfe_ks2' = any(sources)"
        )
    build(["staging.results"])


@pytest.fixture
def tier_with(chosen: str) -> Iterator[object]:
    """Plant a small school's results in place of the chosen school's, all known in time; its tier and gates."""
    planted: list[int] = []

    def assess(years: list[tuple[int, int, float]]) -> tuple[str, str | None]:
        with connect("support_admin") as connection:
            for year in (2016, 2017, 2018):
                connection.execute(
                    "update raw.dfe_ks2 set urn = 'x' || urn from landing.release "
                    "where release_id = _release_id and academic_year = %s and urn = %s",
                    (year, chosen),
                )
            for year, expected, progress in years:
                [(release_id,)] = connection.execute(
                    "insert into landing.release (source, collection, academic_year, stage, known_from, coverage, file_name, sha256, "
                    "bytes, rows, layout, status) values ('dfe_ks2', 'england', %s, 'final', '2019-06-01', 'one school', 'small', "
                    "encode(sha256(random()::text::bytea), 'hex'), 1, 1, 'ks2_tables_2018', 'accepted') returning release_id",
                    (year,),
                ).fetchall()
                planted.append(release_id)
                connection.execute(
                    "insert into raw.dfe_ks2 (_release_id, _line, rectype, urn, eligible_pupils, rwm_expected_pct, reading_progress, "
                    "writing_progress, maths_progress) values (%s, 2, '1', %s, '15', %s, %s, %s, %s)",
                    (release_id, chosen, f"{expected}%", str(progress), str(progress), str(progress)),
                )
        stage_anew()
        assessment_id = prepare_assessment("874", 2020, date(2019, 6, 30))
        build_assessments([assessment_id])
        with connect("support_admin") as connection:
            found = connection.execute(
                "select tier, gates from marts.school_tier where assessment_id = %s and urn = %s",
                (assessment_id, chosen),
            ).fetchone()
        assert found is not None
        return found[0], found[1]

    yield assess
    with connect("support_admin") as connection:
        connection.execute("update raw.dfe_ks2 set urn = substr(urn, 2) where urn = %s", (f"x{chosen}",))
        connection.execute("delete from raw.dfe_ks2 where _release_id = any(%s)", (planted,))
        connection.execute(
            "update landing.release set status = 'quarantined', reason = 'planted' where release_id = any(%s)",
            (planted,),
        )
    stage_anew()


def test_one_bad_year_among_three_is_not_the_top_tier_and_opens_no_gate(tier_with) -> None:  # type: ignore[no-untyped-def]
    tier, gates = tier_with(ORDINARY_THEN_BAD)
    assert tier != "high"
    assert gates is None


def test_one_bad_year_alone_is_not_the_top_tier_and_opens_no_gate(tier_with) -> None:  # type: ignore[no-untyped-def]
    tier, gates = tier_with(BAD_ALONE)
    assert tier != "high"
    assert gates is None


@pytest.mark.parametrize("years", [DREADFUL_ALONE, ORDINARY_THEN_DREADFUL])
def test_no_single_year_is_bad_enough_for_the_top_tier(tier_with, years: list[tuple[int, int, float]]) -> None:  # type: ignore[no-untyped-def]
    tier, gates = tier_with(years)
    assert tier == "targeted"
    assert gates == "below_floor"


def test_one_year_below_the_floor_of_the_time_opens_its_gate_and_is_not_the_top_tier(tier_with) -> None:  # type: ignore[no-untyped-def]
    """The standards of the time asked for one year alone: their gate opens, to targeted support at the least."""
    tier, gates = tier_with(ORDINARY_THEN_BELOW_FLOOR)
    assert tier != "high"
    assert gates == "below_floor"


def test_three_very_bad_years_are_seen_even_in_a_small_school(tier_with) -> None:  # type: ignore[no-untyped-def]
    tier, gates = tier_with(BAD_ALWAYS)
    assert tier in ("targeted", "high")
    assert gates == "attainment_below_twice, below_floor, coasting"
