"""Every fourth corruption of the gate's score, over the sample: its rule alone stops it, and nothing stops the clean list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from gate_score.score import CORRUPTIONS, false_alarms, try_all
from gate_score.warehouse import Clean, build_clean, temporary_home
from school_support.quality.adapter import GateRun
from school_support.warehouse.connection import connect


@pytest.fixture(scope="module")
def clean() -> Iterator[Clean]:
    with temporary_home() as home:
        yield build_clean(home / "files")


@pytest.fixture(scope="module")
def run(clean: Clean) -> Iterator[GateRun]:
    with GateRun("support_publisher") as gate:
        yield gate


def test_the_list_is_long_and_names_each_kind_once() -> None:
    assert len(CORRUPTIONS) >= 240
    assert [kind for kind, times in Counter(one.kind for one in CORRUPTIONS).items() if times > 1] == []


def test_nothing_stops_the_clean_candidate(run: GateRun, clean: Clean) -> None:
    assert false_alarms(run, clean) == []


def test_the_rule_written_for_a_corruption_stops_it_alone(run: GateRun, clean: Clean) -> None:
    tried = list(try_all(run, clean, CORRUPTIONS[::4]))
    assert [one.corruption.kind for one in tried if not one.stopped] == []


def test_all_is_put_back_after_a_corruption(run: GateRun, clean: Clean) -> None:
    list(try_all(run, clean, [one for one in CORRUPTIONS if one.touches][:3]))
    assert false_alarms(run, clean) == []


def test_a_figure_that_a_later_stage_took_back_is_not_lost(run: GateRun, clean: Clean) -> None:
    """Of a school that the final file suppresses an earlier file is given a figure, which the results rightly lack."""
    with connect("support_admin") as connection:
        changed = connection.execute(
            """
            update raw.dfe_ks2 as earlier set rwm_expected_pct = '63%%'
            from publication.result, landing.release
            where candidate_id = %s and measure = 'rwm_expected_pct' and reason_code = 'suppressed' and result.stage = 'final'
                and earlier.urn = result.result_urn and earlier._release_id = release.release_id
                and release.academic_year = result.academic_year and release.stage in ('provisional', 'revised')
            returning earlier._release_id, earlier._line
            """,
            (clean.candidate_id,),
        ).fetchall()
    assert changed
    try:
        alarms = false_alarms(run, clean)
    finally:
        with connect("support_admin") as connection, connection.cursor() as cursor:
            cursor.executemany(
                "update raw.dfe_ks2 set rwm_expected_pct = 'SUPP' where (_release_id, _line) = (%s, %s)", changed
            )
    # That the cells are not those that were accepted, another rule says.
    assert alarms
    assert "candidate_result_in_files.nothing_lost" not in alarms
