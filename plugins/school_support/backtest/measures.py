"""How well a score finds the schools that were judged below good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata  # type: ignore[import-untyped]

Scores = NDArray[np.float64]
Truth = NDArray[np.bool_]
Measure = Callable[[Truth, Scores], float]
RESAMPLES = 500


@dataclass(frozen=True)
class Estimate:
    """A measure with its 95 % bootstrap interval over schools."""

    value: float
    low: float
    high: float


def area_under_curve(truth: Truth, scores: Scores) -> float:
    """Chance that a school judged below good has the higher score than one that was not; ties count half.

    Args:
        truth: (schools,), true where the school was judged below good.
        scores: (schools,), higher is riskier, none missing.

    Returns:
        0 to 1; 0.5 orders nothing. Mann and Whitney (1947): rank sum of the positives.
    """
    positives = int(truth.sum())
    negatives = len(truth) - positives
    if positives == 0 or negatives == 0:
        return float("nan")
    ranks = rankdata(scores)
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def recall_at(share: float) -> Measure:
    """Measure: of all schools judged below good, the part among the `share` with the highest scores.

    Schools of one score stand in no order, so those at the border count in part: what a random order among them gives on
    average.
    """

    def recall(truth: Truth, scores: Scores) -> float:
        places = round(share * len(truth))
        border = np.partition(scores, -places)[-places]
        above = scores > border
        tied = scores == border
        found = truth[above].sum() + truth[tied].sum() * (places - above.sum()) / tied.sum()
        return float(found / truth.sum())

    return recall


def with_interval(measure: Measure, truth: Truth, scores: Scores, seed: int) -> Estimate:
    """A measure and its percentile bootstrap interval: schools drawn with replacement, the same draws for one seed."""
    random = np.random.default_rng(seed)
    drawn = [
        measure(truth[chosen], scores[chosen])
        for chosen in (random.integers(0, len(truth), len(truth)) for _ in range(RESAMPLES))
    ]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return Estimate(measure(truth, scores), float(low), float(high))


def difference(measure: Measure, truth: Truth, scores: Scores, others: Scores, seed: int) -> Estimate:
    """How much better one score does than another on the same schools, with a paired bootstrap interval."""
    ours, theirs = _paired(measure, truth, scores, others, seed)
    return _estimate(ours - theirs)


def part(measure: Measure, truth: Truth, scores: Scores, others: Scores, seed: int) -> Estimate:
    """What one score reaches as a part of another on the same schools, with a paired bootstrap interval."""
    ours, theirs = _paired(measure, truth, scores, others, seed)
    return _estimate(ours / theirs)


def _paired(
    measure: Measure, truth: Truth, scores: Scores, others: Scores, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A measure of two scores: first on the schools as they are, then on each draw of them."""
    random = np.random.default_rng(seed)
    draws = [np.arange(len(truth)), *(random.integers(0, len(truth), len(truth)) for _ in range(RESAMPLES))]
    return (
        np.array([measure(truth[chosen], scores[chosen]) for chosen in draws]),
        np.array([measure(truth[chosen], others[chosen]) for chosen in draws]),
    )


def _estimate(values: NDArray[np.float64]) -> Estimate:
    """The first value, with the interval of the others."""
    low, high = np.nanquantile(values[1:], [0.025, 0.975])
    return Estimate(float(values[0]), float(low), float(high))
