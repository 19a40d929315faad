"""Judge all England as at two past days and measure against the inspections that followed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from school_support.assessment.annual import list_year_of
from school_support.assessment.prepare import build_assessments, prepare_assessment
from school_support.backtest import scores, shadow
from school_support.backtest.measures import (
    Estimate,
    Measure,
    Scores,
    area_under_curve,
    difference,
    part,
    recall_at,
    with_interval,
)
from school_support.backtest.schools import CHOSEN_ON, MEASURED_ON, read_schools

ENGLAND = "000"
PHASES = ("primary", "secondary")
SHADOW = "Shadow model, trained on June 2017"
SHADOW_CROSS_VALIDATED = "Shadow model, cross-validated on June 2018 itself"
FIFTHS = 5


@dataclass(frozen=True)
class Row:
    """One score of one phase."""

    name: str
    estimates: dict[str, Estimate]


@dataclass(frozen=True)
class Calibration:
    """A fifth of the inspected schools by risk: how many the rules expect below good and how many were."""

    schools: int
    expected: float
    observed: float


@dataclass(frozen=True)
class PhaseResult:
    """Everything that the report says of a phase.

    `of_shadow` is what the rules reach as a part of what the shadow model of the earlier year reaches: the AUC among
    inspected schools, the recalls among all, with inspection-due points.
    """

    phase: str
    schools: int
    inspected: int
    below_good: int
    inspected_rows: list[Row]
    all_rows: list[Row]
    against_singles: dict[str, Estimate]
    of_shadow: dict[str, Estimate]
    calibration: list[Calibration]
    deciles: list[float]


AUC = "AUC"
RECALL_10 = "Recall in the riskiest 10 %"
RECALL_20 = "Recall in the riskiest 20 %"
MEASURES: dict[str, Measure] = {AUC: area_under_curve, RECALL_10: recall_at(0.10), RECALL_20: recall_at(0.20)}


def run_backtest(on_step: Callable[[str], None]) -> list[PhaseResult]:
    """Both assessments, then every measure by phase.

    Args:
        on_step: told what is done next.

    Raises:
        SupportListError: an assessment could not be built.
    """
    on_step("Judging all England as at June 2017 and June 2018")
    ids = {
        window: prepare_assessment(ENGLAND, list_year_of(window.as_at), window.as_at, "backtest")
        for window in (CHOSEN_ON, MEASURED_ON)
    }
    build_assessments(list(ids.values()))
    earlier, later = (read_schools(ids[window], window) for window in (CHOSEN_ON, MEASURED_ON))
    results = []
    for phase in PHASES:
        on_step(f"Measuring {phase} schools")
        results.append(measure_phase(phase, earlier[earlier["phase"] == phase], later[later["phase"] == phase]))
    return results


def measure_phase(phase: str, earlier: pd.DataFrame, later: pd.DataFrame) -> PhaseResult:
    """Measure one phase on the later schools; the earlier ones train the shadow model and the calibration."""
    inspected = later[later["is_inspected"]]
    of_inspected = scores.scores_of(inspected, phase)
    of_inspected[SHADOW] = shadow.trained_before(earlier[earlier["is_inspected"]], inspected)
    of_inspected[SHADOW_CROSS_VALIDATED] = shadow.cross_validated(inspected)
    of_all = scores.scores_of(later, phase)
    of_all[SHADOW] = shadow.trained_before(earlier, later)
    of_all[SHADOW_CROSS_VALIDATED] = shadow.cross_validated(later)
    truth = inspected["is_below_good"].to_numpy()
    truth_of_all = later["is_below_good"].to_numpy()
    of_shadow = {
        AUC: part(MEASURES[AUC], truth, of_inspected[scores.RULES_WITHOUT_DUE], of_inspected[SHADOW], seed=1)
    } | {
        recall: part(MEASURES[recall], truth_of_all, of_all[scores.RULES], of_all[SHADOW], seed=1)
        for recall in (RECALL_10, RECALL_20)
    }
    return PhaseResult(
        phase,
        len(later),
        len(inspected),
        int(truth.sum()),
        _rows(truth, of_inspected),
        _rows(truth_of_all, of_all),
        {
            name: difference(
                area_under_curve, truth, of_inspected[scores.RULES_WITHOUT_DUE], of_inspected[name], seed=1
            )
            for name in scores.SINGLES
        },
        of_shadow,
        _calibration(earlier[earlier["is_inspected"]], inspected),
        _deciles(truth, of_inspected[scores.RULES_WITHOUT_DUE]),
    )


def _rows(truth: NDArray[np.bool_], scored: dict[str, Scores]) -> list[Row]:
    return [
        Row(name, {label: with_interval(measure, truth, values, seed=1) for label, measure in MEASURES.items()})
        for name, values in scored.items()
    ]


def _calibration(earlier: pd.DataFrame, later: pd.DataFrame) -> list[Calibration]:
    """What the share of June 2017 leads to expect, against what was found, in fifths of risk."""
    model = LogisticRegression(C=1e6).fit(earlier[["risk_without_due"]], earlier["is_below_good"])
    expected = model.predict_proba(later[["risk_without_due"]])[:, 1]
    order = np.argsort(later["risk_without_due"].to_numpy(), kind="stable")
    truth = later["is_below_good"].to_numpy()
    return [
        Calibration(len(fifth), float(expected[fifth].mean()), float(truth[fifth].mean()))
        for fifth in np.array_split(order, FIFTHS)
    ]


def _deciles(truth: NDArray[np.bool_], values: Scores) -> list[float]:
    order = np.argsort(values, kind="stable")
    return [float(truth[part].mean()) for part in np.array_split(order, 10)]
