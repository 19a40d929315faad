"""What reaches the authority a day too late changes nothing: on the sample, which has what no real file here has."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import psycopg

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


def test_absurd_values_a_day_later_in_every_source_change_no_row(
    small_sample: Path,
    another_warehouse: Callable[[], AbstractContextManager[Path]],
    plant_later: Callable[[psycopg.Connection, str, str, date], int],
    contents_of: Callable[[int], dict[str, list[tuple]]],  # type: ignore[type-arg]
) -> None:
    with another_warehouse():
        sources = sorted(load_sources())
        land_folder(small_sample, sources)
        load_landed(sources)
        accept_loaded(sources)
        build(["resource_type:seed", "staging"])
        before = prepare_assessment("999", 2027, AS_AT)
        build_assessments([before])
        with connect("support_admin") as connection:
            for source, absurd in PLANTED.items():
                assert plant_later(connection, source, absurd, AS_AT) > 0, source
        build(["staging"])
        again = prepare_assessment("999", 2027, AS_AT)
        the_day_after = prepare_assessment("999", 2027, date(2026, 7, 1))
        build_assessments([again, the_day_after])
        assert contents_of(before) == contents_of(again)
        # The plants would be seen: a day later they change every mart that judges.
        seen, changed = contents_of(before), contents_of(the_day_after)
        assert {mart for mart in seen if seen[mart] != changed[mart]} >= {
            "school_indicator", "school_risk", "school_tier", "school_gate", "fct_school_result",
        }  # fmt: skip
