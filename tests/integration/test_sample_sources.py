"""The sample's census, suspensions, notes and heads from the file to the warehouse: accepted, staged, and true to the schools."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from school_support.landing.ingest import land_folder, load_landed
from school_support.quality.gate import accept_loaded
from school_support.sample import names
from school_support.sample.england import build_england
from school_support.sample.heads import draw_heads, head_on
from school_support.sample.schools import England
from school_support.sample.writer import HIDDEN_QUALITY
from school_support.settings import settings
from school_support.sources.contract import load_sources
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build

SEED, SCHOOLS = 20260630, 300  # as the fixture small_sample
SOURCES = ["gias", "gias_links", "dfe_census", "dfe_exclusions", "local_intelligence"]
AS_AT = date(2026, 6, 30)


@pytest.fixture(scope="module")
def warehouse_of_sample(
    small_sample: Path, another_warehouse: Callable[[], AbstractContextManager[Path]]
) -> Iterator[Path]:
    """The sources landed, judged and staged, and the register's history built."""
    with another_warehouse():
        assert land_folder(small_sample, SOURCES).refused == []
        # Every source's table in raw is there, of those not landed an empty one.
        loaded = load_landed(sorted(load_sources()))
        assert (loaded.quarantined, loaded.rejected) == ([], 0)
        accept_loaded(SOURCES)
        build(["resource_type:seed", "staging", "int_register__snapshots", "dim_school_history"])
        yield small_sample


@pytest.fixture(scope="module")
def england() -> England:
    return build_england(SEED, SCHOOLS)


def found(query: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
    with connect("support_admin") as connection:
        return connection.execute(query, values).fetchall()


def test_gate_1_accepts_every_file_without_a_warning(warehouse_of_sample: Path) -> None:
    assert found(
        "select source, count(*) from landing.release where status = 'accepted' group by source order by 1"
    ) == [
        ("dfe_census", 8),
        ("dfe_exclusions", 4),
        ("gias", 9),
        ("gias_links", 9),
        ("local_intelligence", 3),
    ]
    assert found("select status, file_name, reason from landing.release where status <> 'accepted'") == []
    # Links in one direction alone are a trap of the real file, which the sample has too.
    assert (
        found(
            "select rule_id, detail from quality.rule_result where not success and rule_id <> 'raw_gias_links.links_answered'"
        )
        == []
    )


def test_every_measure_of_the_census_is_staged_for_every_year(warehouse_of_sample: Path) -> None:
    assert found(
        "select measure, min(academic_year), max(academic_year), count(distinct academic_year) "
        "from staging.stg_dfe__census where value is not null group by measure order by measure"
    ) == [
        (measure, 2018, 2025, 8)
        for measure in ("eal_pct", "fsm_ever_pct", "girls_pct", "pupils_on_roll", "sen_plan_pct", "sen_support_pct")
    ]


def test_the_staged_roll_is_the_true_one(warehouse_of_sample: Path, england: England) -> None:
    rolls = {
        (urn, year): int(value)
        for urn, year, value in found(
            "select urn, academic_year, value from staging.stg_dfe__census where measure = 'pupils_on_roll'"
        )
    }
    schools = {str(school.urn): school for school in england.establishments}
    assert all(value == schools[urn].site.roll(year) for (urn, year), value in rolls.items())
    fell = [
        urn
        for urn, school in schools.items()
        if school.authority.code == "999"
        and rolls.get((urn, 2025), 0) > 0
        and rolls[urn, 2025] < 0.9 * rolls.get((urn, 2022), 0)
    ]
    assert 3 <= len(fell) <= 12


def test_the_latest_suspensions_known_in_june_are_of_the_year_before_last(warehouse_of_sample: Path) -> None:
    assert found(
        "select max(staged.academic_year), count(distinct staged.academic_year) "
        "from staging.stg_dfe__exclusions as staged inner join landing.release using (release_id) where known_from <= %s and known_from > %s",
        AS_AT,
        date(2025, 6, 30),
    ) == [(2024, 5)]


def test_worse_schools_suspend_more(warehouse_of_sample: Path) -> None:
    with (warehouse_of_sample / HIDDEN_QUALITY).open(newline="") as file:
        quality = {row["urn"]: float(row["quality"]) for row in csv.DictReader(file) if row["academic_year"] == "2024"}
    pairs = [
        (quality[urn], float(value))
        for urn, value in found(
            "select urn, value from staging.stg_dfe__exclusions where measure = 'suspension_rate' and value is not null "
            "and academic_year = 2024 and release_id = "
            "(select release_id from landing.release where source = 'dfe_exclusions' and academic_year = 2024)"
        )
        if urn in quality
    ]
    assert len(pairs) > 250
    assert np.corrcoef(*zip(*pairs, strict=True))[0, 1] < -0.1


def test_notes_known_in_june_and_not_expired_are_those_that_may_count(warehouse_of_sample: Path) -> None:
    notes = found(
        "select known_from <= %s, expires_on >= %s, count(*), count(distinct urn) from staging.stg_local__intelligence "
        "inner join landing.release using (release_id) group by 1, 2 order by 1, 2",
        AS_AT,
        AS_AT,
    )
    assert notes == [(False, True, 2, 2), (True, False, 1, 1), (True, True, 21, 15)]


def test_the_history_shows_the_heads_of_fenmere_who_changed_within_a_year(
    warehouse_of_sample: Path, england: England
) -> None:
    told = {
        urn
        for (urn,) in found(
            "select urn from marts.dim_school_history where la_code = '999' and is_current "
            "and head_teacher_changed_on > date '2025-06-30' and status = 'open'"
        )
    }
    heads = draw_heads(england, SEED)
    true = {
        str(school.urn)
        for school in england.of(england.authorities[0])
        if school.open_on(date(2025, 6, 30))
        and school.open_on(AS_AT)
        and head_on(heads, school, date(2025, 6, 30)) != head_on(heads, school, AS_AT)
    }
    assert len(told) >= 5
    # A name in capitals is no new head, and a post without a name in between hides none.
    assert told == true


def test_no_name_lands(warehouse_of_sample: Path) -> None:
    kept = sorted((settings().landing / "gias").iterdir())
    assert len(kept) == 9
    for path in kept:
        text = path.read_text(encoding="utf-8").casefold()
        assert not [surname for surname in names.SURNAMES if surname.casefold() in text]
        assert "headlastname" not in text
