"""The fictional country, whose schools' true quality is known: does the risk order them by it?

Nothing real has the figures that this rests on beside each other (disadvantage gap nationally, results, absence, report
cards), and no real school's true quality is known.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm, spearmanr

from school_support.assessment.prepare import build_assessments, prepare_assessment
from school_support.sample.writer import HIDDEN_QUALITY
from school_support.warehouse.connection import connect

FICTIONAL_ENGLAND, FENMERE = "998", "999"
YEARS = ("2023", "2024", "2025")


@pytest.fixture(scope="module")
def truth(
    small_sample: Path, another_warehouse: Callable[[], AbstractContextManager[Path]]
) -> Iterator[tuple[dict[str, float], dict[str, int]]]:
    """Mean true quality over the years that count, by URN; and the assessments, by authority."""
    from school_support.landing.ingest import land_folder, load_landed
    from school_support.quality.gate import accept_loaded
    from school_support.sources.contract import load_sources
    from school_support.warehouse.dbt import build

    found = defaultdict(list)
    with (small_sample / HIDDEN_QUALITY).open(newline="") as file:
        for row in csv.DictReader(file):
            if row["academic_year"] in YEARS:
                found[row["urn"]].append(float(row["quality"]))
    with another_warehouse():
        sources = sorted(load_sources())
        land_folder(small_sample, sources)
        load_landed(sources)
        accept_loaded(sources)
        build(["resource_type:seed", "staging"])
        ids = {
            authority: prepare_assessment(authority, 2027, date(2026, 6, 30), "backtest")
            for authority in (FICTIONAL_ENGLAND, FENMERE)
        }
        build_assessments(list(ids.values()))
        yield {urn: float(np.mean(values)) for urn, values in found.items()}, ids


def assessed(assessment_id: int, columns: str, condition: str = "true") -> list[tuple]:  # type: ignore[type-arg]
    with connect("support_admin") as connection:
        return connection.execute(
            f"select tier.urn, {columns} from marts.school_tier as tier "
            "inner join marts.dim_school as school using (assessment_id, urn) "
            f"where tier.assessment_id = %s and {condition} order by urn",
            (assessment_id,),
        ).fetchall()


@pytest.mark.parametrize("authority", [FICTIONAL_ENGLAND, FENMERE])
def test_risk_orders_schools_by_their_true_quality(
    truth: tuple[dict[str, float], dict[str, int]], authority: str
) -> None:
    quality, ids = truth
    rows = [
        (quality[urn], float(risk))
        for urn, risk in assessed(ids[authority], "tier.risk", "tier.coverage >= 0.5 and tier.risk is not null")
        if urn in quality
    ]
    assert len(rows) >= 50
    correlation = spearmanr(*zip(*rows, strict=True)).statistic
    assert correlation < -0.7


def test_the_worst_tenth_by_risk_is_far_below_and_the_best_far_above_the_middle(
    truth: tuple[dict[str, float], dict[str, int]],
) -> None:
    quality, ids = truth
    rows = sorted(
        (float(risk), quality[urn])
        for urn, risk in assessed(ids[FICTIONAL_ENGLAND], "tier.risk", "tier.coverage >= 0.5")
        if urn in quality
    )
    tenth = len(rows) // 10
    assert np.mean([q for _, q in rows[-tenth:]]) < -0.8
    # Less sure than below: a good school whose inspection is due goes up in the order.
    assert np.mean([q for _, q in rows[:tenth]]) > 0.5


def test_the_shrunk_attainment_is_as_sure_as_it_says(truth: tuple[dict[str, float], dict[str, int]]) -> None:
    """Of schools at least 80 % likely to be below the line, at least four in five are in the lower half by true quality."""
    quality, ids = truth
    with connect("support_admin") as connection:
        rows = connection.execute(
            "select urn from marts.school_indicator where assessment_id = %s and indicator = 'ks2_expected_standard' "
            "and flag = 'likely'",
            (ids[FICTIONAL_ENGLAND],),
        ).fetchall()
    weak = [quality[urn] < norm.ppf(0.5) for (urn,) in rows if urn in quality]
    assert len(weak) >= 20
    assert np.mean(weak) >= 0.8
