"""The statistics of the indicators: each macro against scipy or numpy, the models against simulated schools."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jinja2 import Environment
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.proportion import proportion_confint

from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build

SIZES = (8, 15, 30, 60, 180)
SCHOOLS = 3000
# Between schools and between pupils: expected standard 62 % with 11 points, reading progress 0 with 1.9 and pupils with 6.16
# (domain research on 515 schools; DfE technical guide of 2019, annex A).
RATE, RATE_SD, PROGRESS_SD, PUPIL_SD = 0.62, 0.11, 1.9, 6.1622
MACROS = Environment().from_string(  # noqa: S701  # SQL, not markup
    (Path(__file__).resolve().parents[2] / "dbt_project/macros/statistics.sql").read_text()
)


def rows(query: str, *parameters: object) -> list[tuple[Any, ...]]:
    with connect("support_admin") as connection:
        return connection.execute(query, parameters).fetchall()  # type: ignore[arg-type]


def evaluated(expression: str, **columns: list[float]) -> list[float]:
    """An SQL expression over rows of numbers."""
    names = ", ".join(columns)
    arrays = ", ".join(["%s::numeric[]"] * len(columns))
    found = rows(
        f"select ({expression})::float from unnest({arrays}) with ordinality as given ({names}, place) order by place",
        *columns.values(),
    )
    return [value for (value,) in found]


def test_normal_distribution_function(warehouse: Path) -> None:
    z = [-4.0, -1.96, -0.5, 0.0, 0.3, 1.0, 1.645, 3.2]
    assert evaluated(MACROS.module.normal_cdf("z"), z=z) == pytest.approx(stats.norm.cdf(z), abs=1e-9)  # type: ignore[attr-defined]


def test_wilson_interval_also_of_none_and_of_all(warehouse: Path) -> None:
    cases = [(k, n) for n in SIZES for k in (0, 1, n // 2, n - 1, n)]
    expected = np.array([proportion_confint(k, n, alpha=2 * stats.norm.sf(1.96), method="wilson") for k, n in cases])
    p, n = [k / n for k, n in cases], [float(n) for _, n in cases]
    low = evaluated(MACROS.module.wilson_low("p", "n"), p=p, n=n)  # type: ignore[attr-defined]
    high = evaluated(MACROS.module.wilson_high("p", "n"), p=p, n=n)  # type: ignore[attr-defined]
    assert low == pytest.approx(expected[:, 0], abs=1e-9)
    assert high == pytest.approx(expected[:, 1], abs=1e-9)


class Simulated:
    """Schools whose truth is known: one year of a proportion, three years of a mean."""

    def __init__(self) -> None:
        random = np.random.default_rng(20261124)
        self.n = np.repeat(SIZES, SCHOOLS)
        schools = len(self.n)
        self.rate = np.clip(random.normal(RATE, RATE_SD, schools), 0.02, 0.98)
        self.percent = 100 * random.binomial(self.n, self.rate) / self.n
        self.progress = random.normal(0, PROGRESS_SD, schools)
        self.yearly = random.normal(self.progress, PUPIL_SD / np.sqrt(self.n), (3, schools))


@pytest.fixture(scope="module")
def simulated(another_warehouse: Any) -> Iterator[Simulated]:
    """The simulated years put where the model of the years would have left them, and the models after it run."""
    with another_warehouse():
        from school_support.landing.ingest import load_landed
        from school_support.sources.contract import load_sources

        load_landed(sorted(load_sources()))
        build(["resource_type:seed", "staging", "intermediate", "marts"])
        truth = Simulated()
        with (
            connect("support_transformer") as connection,
            connection.cursor() as cursor,
            cursor.copy(
                "copy intermediate.int_indicators__years (assessment_id, ruleset, indicator, method, noise, urn, phase, "
                "is_state_funded, academic_year, recency, weight, value, national, deviation, pupils, size, variance) from stdin"
            ) as copy,
        ):
            for school, n in enumerate(truth.n):
                value, national = truth.percent[school], 100 * RATE
                copy.write_row(
                    (1, "2026.2", "ks2_expected_standard", "proportion", "proportion", str(school), "primary", True, 2025, 1, 3,
                     value, national, value - national, int(n), int(n), national * (100 - national) / n)
                )  # fmt: skip
                for recency, weight in ((1, 3), (2, 2), (3, 1)):
                    value = truth.yearly[recency - 1, school]
                    copy.write_row(
                        (1, "2026.2", "ks2_reading_progress", "mean", "mean", str(school), "primary", True, 2026 - recency, recency,
                         weight, value, 0, value, int(n), int(n), PUPIL_SD**2 / n)
                    )  # fmt: skip
        build(["int_indicators__pooled", "int_indicators__between_schools", "int_indicators__estimates"])
        yield truth


def estimates(indicator: str, columns: str, window: str = "pooled") -> np.ndarray:
    found = rows(
        f"select {columns} from intermediate.int_indicators__estimates "
        "where indicator = %s and years_window = %s order by urn::integer",
        indicator,
        window,
    )
    return np.array(found, dtype=float)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("indicator", ["ks2_expected_standard", "ks2_reading_progress"])
def test_95_percent_intervals_cover_the_truth_in_93_to_97_percent(
    simulated: Simulated, indicator: str, size: int
) -> None:
    limits = estimates(indicator, "interval_low, interval_high")
    truth = 100 * simulated.rate if indicator == "ks2_expected_standard" else simulated.progress
    ours = simulated.n == size
    covered = ((limits[:, 0] <= truth) & (truth <= limits[:, 1]))[ours].mean()
    assert 0.93 <= covered <= 0.97


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("indicator", "line"), [("ks2_expected_standard", 57.0), ("ks2_reading_progress", -1.0)])
def test_a_probability_beyond_the_line_happens_as_often_as_it_says(
    simulated: Simulated, indicator: str, line: float, size: int
) -> None:
    beyond = estimates(indicator, "probability_beyond_line")[:, 0]
    truth = (100 * simulated.rate if indicator == "ks2_expected_standard" else simulated.progress) < line
    ours = simulated.n == size
    assert truth[ours].mean() == pytest.approx(beyond[ours].mean(), abs=0.03)
    likely = ours & (beyond >= 0.8)
    if likely.sum() >= 100:
        assert truth[likely].mean() >= 0.76


def test_the_shrunk_figure_is_nearer_the_truth_than_the_raw_one(simulated: Simulated) -> None:
    raw, shrunk = estimates("ks2_expected_standard", "value, shrunk").T
    small = simulated.n <= 15
    truth = 100 * simulated.rate
    assert np.sqrt(np.mean((shrunk - truth)[small] ** 2)) < 0.75 * np.sqrt(np.mean((raw - truth)[small] ** 2))


@pytest.mark.parametrize(
    ("indicator", "variance_of"),
    [
        ("ks2_expected_standard", lambda s: 100 * RATE * (100 - 100 * RATE) / s.n),
        # Three years of n pupils, weighted 3, 2, 1: the weights' squares sum to 14 of 36.
        ("ks2_reading_progress", lambda s: PUPIL_SD**2 / s.n * 14 / 36),
    ],
)
def test_tau_squared_is_that_of_dersimonian_and_laird(simulated: Simulated, indicator: str, variance_of: Any) -> None:
    if indicator == "ks2_expected_standard":
        effects = simulated.percent - 100 * RATE
    else:
        effects = np.average(simulated.yearly, axis=0, weights=[3, 2, 1])
    expected = combine_effects(effects, variance_of(simulated), method_re="dl").tau2
    [(found,)] = rows(
        "select tau_squared::float from intermediate.int_indicators__between_schools where indicator = %s and years_window = 'pooled'",
        indicator,
    )
    assert found == pytest.approx(expected, rel=1e-3)


def test_years_are_pooled_three_two_one_by_pupils(simulated: Simulated) -> None:
    # A year's value has three decimals.
    value, pupils = estimates("ks2_reading_progress", "value, pupils").T
    assert value == pytest.approx(np.average(simulated.yearly, axis=0, weights=[3, 2, 1]), abs=6e-4)
    assert pupils == pytest.approx(3 * simulated.n)
    latest = estimates("ks2_reading_progress", "value", window="latest")[:, 0]
    assert latest == pytest.approx(simulated.yearly[0], abs=6e-4)
