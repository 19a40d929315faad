"""AUC, recall and their intervals, against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from school_support.backtest.measures import area_under_curve, difference, part, recall_at, with_interval


def test_auc_with_ties_is_scikit_learns() -> None:
    random = np.random.default_rng(3)
    truth = random.random(400) < 0.3
    scores = np.round(random.normal(truth * 0.7, 1), 1)
    assert area_under_curve(truth, scores) == pytest.approx(roc_auc_score(truth, scores))


def test_auc_by_hand() -> None:
    # Pairs (below good, not): 3 beats 1 and 2; 2 beats 1 and ties with 2: 3.5 of 4.
    assert area_under_curve(np.array([True, True, False, False]), np.array([3.0, 2.0, 1.0, 2.0])) == 0.875


def test_recall_counts_a_tie_at_the_border_in_part() -> None:
    # Ten schools, two places. One has 9 and is below good; of the three with 5, one is: a third of the second place.
    truth = np.array([True, True, False, False, True, False, False, False, False, False])
    scores = np.array([9.0, 5.0, 5.0, 5.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert recall_at(0.20)(truth, scores) == pytest.approx((1 + 1 / 3) / 3)


def test_a_score_of_one_value_finds_the_share_that_it_looks_at() -> None:
    truth = np.array([True, False] * 50)
    assert recall_at(0.10)(truth, np.zeros(100)) == pytest.approx(0.10)


def test_an_interval_holds_the_value_and_narrows_with_schools() -> None:
    random = np.random.default_rng(5)

    def width(schools: int) -> float:
        truth = random.random(schools) < 0.4
        found = with_interval(area_under_curve, truth, random.normal(truth * 1.0, 1), seed=1)
        assert found.low < found.value < found.high
        return found.high - found.low

    assert width(4000) < 0.5 * width(250)


def test_a_score_is_no_better_than_itself() -> None:
    truth = np.array([True, False, True, False, False, True])
    scores = np.array([0.9, 0.2, 0.4, 0.5, 0.1, 0.8])
    found = difference(area_under_curve, truth, scores, scores, seed=1)
    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_a_part_is_taken_on_the_same_schools() -> None:
    # Of a hundred, twenty places: our score finds ten of the forty there, the other twenty.
    truth = np.repeat([True, True, True, True, False, False, False, False, False, False], 10)
    ours = np.repeat([9.0, 1.0, 1.0, 1.0, 8.0, 0.0, 0.0, 0.0, 0.0, 0.0], 10)
    others = np.repeat([9.0, 8.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], 10)
    found = part(recall_at(0.20), truth, ours, others, seed=1)
    assert found.value == pytest.approx(0.5)
    assert found.low < found.value < found.high < 1
    same = part(recall_at(0.20), truth, ours, ours, seed=1)
    assert (same.value, same.low, same.high) == (1, 1, 1)
