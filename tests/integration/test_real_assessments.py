"""Assessments over the real public files: Peterborough (LA 874) as at two Junes, and what must never leak into them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import psycopg
import pytest

from school_support.assessment.prepare import build_assessments, prepare_assessment
from school_support.publication.freeze import freeze_candidate
from school_support.warehouse.connection import connect

PlantLater = Callable[[psycopg.Connection, str, str, date], int]
ContentsOf = Callable[[int], dict[str, list[tuple]]]  # type: ignore[type-arg]

pytestmark = pytest.mark.real_data
JUNE_2019 = date(2019, 6, 30)
# Opened between January and May 2019: in no register file known by the day.
OPENED_TOO_LATE = {"146726", "146753", "146843", "146845", "146854", "147096"}


def rows(query: str, *parameters: object) -> list[tuple]:  # type: ignore[type-arg]
    with connect("support_admin") as connection:
        return connection.execute(query, parameters).fetchall()  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def june_2019(real_warehouse: Path) -> int:
    assessment_id = prepare_assessment("874", 2020, JUNE_2019)
    build_assessments([assessment_id])
    return assessment_id


@pytest.fixture(scope="module")
def june_2015(real_warehouse: Path) -> int:
    assessment_id = prepare_assessment("874", 2016, date(2015, 6, 30))
    build_assessments([assessment_id])
    return assessment_id


def test_78_state_funded_schools_each_exactly_once(june_2019: int) -> None:
    urns = [urn for (urn,) in rows("select urn from marts.school_tier where assessment_id = %s", june_2019)]
    assert len(urns) == 78
    assert len(set(urns)) == 78
    assert set(urns) >= OPENED_TOO_LATE | {"110599", "110601"}


def test_results_of_2016_to_2018_absence_and_inspections_are_in_it(june_2019: int) -> None:
    stages = rows(
        "select distinct key_stage, academic_year from marts.fct_school_result "
        "where assessment_id = %s and value is not null and academic_year >= 2016 order by 1, 2",
        june_2019,
    )
    assert stages == [
        ("KS2", 2016), ("KS2", 2017), ("KS2", 2018), ("KS4", 2016), ("KS4", 2017), ("KS4", 2018),
        ("absence", 2017), ("absence", 2018), ("census", 2016), ("census", 2017), ("census", 2018),
    ]  # fmt: skip
    latest = rows("select count(*) from marts.fct_inspection where assessment_id = %s and is_latest", june_2019)
    assert latest[0][0] > 50


@pytest.mark.parametrize(("urn", "phase"), [("110599", "nursery"), ("110601", "pupil_referral_unit")])
def test_a_phase_without_indicators_is_listed_with_its_reason(june_2019: int, urn: str, phase: str) -> None:
    [(found, tier, reasons)] = rows(
        "select phase, tier, reasons from marts.school_tier inner join marts.dim_school using (assessment_id, authority, urn) "
        "where assessment_id = %s and urn = %s",
        june_2019,
        urn,
    )
    assert (found, tier) == (phase, "insufficient_evidence")
    assert "no results indicator covers a" in reasons


def test_june_2015_knew_hardly_any_results(june_2015: int) -> None:
    decided = rows(
        "select decided_by, tier, count(*) from marts.school_tier where assessment_id = %s group by 1, 2",
        june_2015,
    )
    assert {by for by, _, _ in decided} == {"gate", "coverage"}
    assert {tier for by, tier, _ in decided if by == "coverage"} == {"insufficient_evidence"}
    [(silent,)] = rows(
        "select count(*) from marts.school_tier where assessment_id = %s and decided_by = 'coverage' "
        "and reasons not like '%%of the points could be judged%%'",
        june_2015,
    )
    assert silent == 0


def test_an_inspection_before_the_opening_is_the_predecessors(june_2019: int) -> None:
    # Gladstone Primary Academy opened in 2017; the files list under its URN the March 2016 inspection of its predecessor.
    assert rows(
        "select relates_to_predecessor, is_latest from marts.fct_inspection "
        "where assessment_id = %s and urn = '143859' and inspection_date < '2017-01-01' and inspection_urn = '143859'",
        june_2019,
    ) == [(True, False)]


def test_ofsted_july_2013(real_warehouse: Path) -> None:
    """Peterborough nine days after its committee report: figures counted by hand from Ofsted's workbook."""
    latest, grades, categories, both_weak, median = rows(
        """
        with workbook as (
            select release_id from landing.release where file_name = 'ofsted/ofsted_mi_2013-07-31_provisional.zip'
        ),
        peterborough as (
            select urn from staging.stg_ofsted_mi__schools inner join workbook using (release_id) where la_code = '874'
        ),
        told as (
            select i.* from staging.stg_ofsted__inspections as i
            inner join workbook using (release_id) inner join peterborough on peterborough.urn = i.told_of_urn
        ),
        latest as (select * from told where told_as = 'latest'),
        previous as (select * from told where told_as = 'previous')
        select
            (select count(distinct urn) from latest),
            (select array_agg(n order by grade) from (select overall_effectiveness as grade, count(*) as n from latest group by 1) as g),
            (select array_agg(c || ' ' || n order by c) from (select category_of_concern as c, count(*) as n from latest
                where category_of_concern is not null group by 1) as k),
            (select count(*) from latest inner join previous using (urn)
                where latest.overall_effectiveness >= 3 and previous.overall_effectiveness >= 3),
            (select percentile_disc(0.5) within group (order by inspection_date) from latest)
        """
    )[0]
    assert latest == 71
    assert grades == [10, 36, 21, 4]
    assert categories == ["SM 2", "SWK 2"]
    assert both_weak == 15
    assert median == date(2012, 3, 21)


def test_no_coded_cell_of_any_real_file_became_a_number(real_warehouse: Path) -> None:
    """Every delivered cell of every results file that is not a plain number, against what staging made of it."""
    checked = 0
    for source, measures in {
        "dfe_ks2": (
            "rwm_expected_pct",
            "rwm_higher_pct",
            "reading_progress",
            "writing_progress",
            "maths_progress",
        ),
        "dfe_ks4": ("attainment8", "progress8", "english_maths_4_pct", "english_maths_5_pct"),
        "dfe_absence": ("overall_absence_pct", "persistent_absence_10_pct", "persistent_absence_15_pct"),
    }.items():
        for measure in measures:
            [(coded, wrong)] = rows(
                f"select count(*), count(*) filter (where staged.value is not null or staged.reason_code is null) "
                f"from raw.{source} as delivered inner join staging.stg_dfe__results as staged "
                "on staged.release_id = delivered._release_id and staged.line = delivered._line and staged.measure = %s "
                f"where delivered.{measure} !~ '^[-+]?[0-9.]+%%?$'",
                measure,
            )
            assert wrong == 0, f"{source}.{measure}"
            checked += coded
    assert checked > 50_000


def test_values_and_reason_codes_exclude_each_other_in_the_marts(june_2019: int) -> None:
    for mart in ("fct_school_result", "school_indicator"):
        [(wrong,)] = rows(
            f"select count(*) from marts.{mart} where assessment_id = %s and (value is null) = (reason_code is null)",
            june_2019,
        )
        assert wrong == 0, mart


PLANTED = {
    # Later results under the same years, every figure absurd.
    "dfe_ks2": "rwm_expected_pct = '1%', reading_progress = '-29', writing_progress = '-29', maths_progress = '-29'",
    "dfe_ks4": "english_maths_4_pct = '1%', progress8 = '-3.9', attainment8 = '1'",
    "dfe_absence": "overall_absence_pct = '99', persistent_absence_10_pct = '99'",
    "dfe_census": "pupils = '1', fsm_ever_pct = '99', eal_pct = '99', sen_support_pct = '99', sen_plan_pct = '99'",
    # Later inspections, all in special measures.
    "ofsted_mi": "overall_effectiveness = '4', category_of_concern = 'SM', inspection_date = '2018-05-01', publication_date = '2018-06-01'",
    "ofsted_outcomes": "overall_effectiveness = '4', inspection_date = '2018-05-01', publication_date = '2018-06-01'",
    # Later registers: a later file may date openings and closings, and say nothing else.
    "school_spine": "school_name = 'Renamed later', school_type = 'Other independent school', is_primary = '0', is_secondary = '1'",
    "gias": "establishment_name = 'Renamed later', type_of_establishment = 'Other independent school', establishment_status = 'Closed'",
}


def test_absurd_values_in_every_later_release_change_nothing(
    june_2019: int, plant_later: PlantLater, contents_of: ContentsOf
) -> None:
    from school_support.warehouse.dbt import build

    before = freeze_candidate(june_2019)
    with connect("support_admin") as connection:
        for source, absurd in PLANTED.items():
            assert plant_later(connection, source, absurd, JUNE_2019) > 0, source
    build(["staging"])
    again = prepare_assessment("874", 2020, JUNE_2019)
    build_assessments([again])
    after = freeze_candidate(again)
    said = dict(
        rows(
            "select candidate_id, content_hash from publication.candidate where candidate_id = any(%s)",
            [before, after],
        )
    )
    assert before != after
    assert said[before] == said[after]
    assert contents_of(june_2019) == contents_of(again)
