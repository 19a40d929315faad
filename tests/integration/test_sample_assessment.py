"""An assessment of the sample, which has what no real file here has: its sentences say their rows' numbers, and what reaches
the authority a day too late changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import psycopg
import pytest

from school_support.assessment.prepare import build_assessments, prepare_assessment
from school_support.landing.ingest import land_folder, load_landed
from school_support.quality.gate import accept_loaded
from school_support.sources.contract import load_sources
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build

AS_AT = date(2026, 6, 30)
PLANTED = {
    "dfe_ks2": "rwm_expected_pct = '1%', rwm_expected_gap = '-99', non_mobile_pct = '1%'",
    "dfe_ks4": "english_maths_4_pct = '1%', progress8 = '-3.9', non_mobile_pct = '1%'",
    "dfe_absence": "overall_absence_pct = '99', persistent_absence_10_pct = '99'",
    "dfe_census": "pupils = '1', fsm_ever_pct = '99', eal_pct = '99', sen_support_pct = '99', sen_plan_pct = '99'",
    "dfe_exclusions": "suspension_rate = '99', permanent_exclusion_rate = '99'",
    "gias": "head_token = left(head_token, 9) || 'another'",
    "local_intelligence": "category = 'safeguarding', concern = 'serious', expires_on = '2027-06-30'",
    "ofsted_mi": "category_of_concern = 'SM', overall_effectiveness = '4'",
    "school_returns": "expected = '0', sessions_missed = sessions_possible, headteacher_status = 'vacant', "
    "governance_concern = 'serious', finance_concern = 'serious'",
}


@pytest.fixture(scope="module")
def assessed(small_sample: Path, another_warehouse: Callable[[], AbstractContextManager[Path]]) -> Iterator[int]:
    """Fenmere as at the day."""
    with another_warehouse():
        sources = sorted(load_sources())
        land_folder(small_sample, sources)
        load_landed(sources)
        accept_loaded(sources)
        build(["resource_type:seed", "staging"])
        assessment_id = prepare_assessment("999", 2027, AS_AT)
        build_assessments([assessment_id])
        yield assessment_id


def spelt(*numbers: Decimal | int | None) -> set[str]:
    """A number as a sentence may say it, to the whole, the tenth and the hundredth, without its sign."""
    return {
        str(abs(Decimal(number)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
        for number in numbers
        if number is not None
        for places in (0, 1, 2)
    }


def test_no_sentence_says_a_number_or_a_day_that_is_not_its_rows_own(assessed: int) -> None:
    with connect("support_admin") as connection:
        found = connection.execute(
            """
            select indicator.urn, indicator.sentence, rule.method, concat_ws(' ', rule.sentence, rule.worse, rule.better),
                value, n, national, similar_value, indicator.similar_schools, probability_beyond_line, probability_better,
                coalesce(academic_years, ''), minimum_pupils
            from marts.school_indicator as indicator
            inner join control.assessment using (assessment_id)
            inner join seeds.rule_indicator as rule using (ruleset, indicator)
            inner join seeds.rule_ruleset using (ruleset)
            where assessment_id = %s and reason_code is null
            """,
            (assessed,),
        ).fetchall()
        days = connection.execute(
            """
            select urn, 'inspection_outcome', inspection_date from marts.fct_inspection where assessment_id = %(id)s
            union all
            select urn, 'local_intelligence', note_date from staging.stg_local__intelligence
            union all
            select urn, 'leadership', snapshot_date from staging.stg_gias__schools
                inner join landing.release using (release_id) where known_from <= %(as_at)s
            """,
            {"id": assessed, "as_at": AS_AT},
        ).fetchall()
    told = {(urn, method, f"{day.day} {day:%B %Y}") for urn, method, day in days}
    checked = dict.fromkeys(("returned", "local_intelligence", "self_reported", "roll", "context", "leadership"), 0)
    for urn, sentence, method, words, value, n, national, similar, schools, beyond, better, years, least in found:
        if method in ("inspection_due", "inspection_previous"):
            continue  # dates reckoned from the outcome's; test_sentences and the unit tests have them
        said = sentence
        for day in re.findall(r"[0-9]{1,2} [A-Z][a-z]+ [0-9]{4}", sentence):
            assert (urn, method, day) in told, sentence
            said = said.replace(day, "")
        allowed = spelt(value, n, national, similar, schools, least)
        allowed |= spelt(*(100 * chance for chance in (beyond, better) if chance is not None)) | {"99"}
        allowed |= set(re.findall(r"[0-9]+", years)) | set(re.findall(r"[0-9.]*[0-9]", words))
        if method == "leadership":
            allowed |= set(re.findall(r"[0-9]{4}", "2025 2026"))  # the return's year
        assert set(re.findall(r"[0-9.]*[0-9]", said)) <= allowed, sentence
        checked[method] = checked.get(method, 0) + 1
    assert min(checked.values()) >= 10, checked


def test_absurd_values_a_day_later_in_every_source_change_no_row(
    assessed: int,
    plant_later: Callable[[psycopg.Connection, str, str, date], int],
    contents_of: Callable[[int], dict[str, list[tuple]]],  # type: ignore[type-arg]
) -> None:
    with connect("support_admin") as connection:
        for source, absurd in PLANTED.items():
            assert plant_later(connection, source, absurd, AS_AT) > 0, source
    build(["staging"])
    again = prepare_assessment("999", 2027, AS_AT)
    the_day_after = prepare_assessment("999", 2027, date(2026, 7, 1))
    build_assessments([again, the_day_after])
    assert contents_of(assessed) == contents_of(again)
    # The plants would be seen: a day later they change every mart that judges.
    seen, changed = contents_of(assessed), contents_of(the_day_after)
    assert {mart for mart in seen if seen[mart] != changed[mart]} >= {
        "school_indicator", "school_risk", "school_tier", "school_gate", "fct_school_result",
    }  # fmt: skip
