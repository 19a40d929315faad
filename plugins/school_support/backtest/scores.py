"""The scores that are compared: the rules, each single figure alone, chance, and the shadow model."""

from __future__ import annotations

import numpy as np
import pandas as pd

from school_support.backtest.measures import Scores

RULES = "The rules"
RULES_WITHOUT_DUE = "The rules without inspection-due points"
PREVIOUS_GRADE = "Previous grade alone"
ATTAINMENT = "Attainment alone"
PROGRESS = "Progress alone"
ABSENCE = "Absence alone"
TIME = "Time since inspection alone"
CHANCE = "Random order"
SINGLES = (ATTAINMENT, PROGRESS, ABSENCE, PREVIOUS_GRADE, TIME)

ATTAINMENT_OF = {"primary": "ks2_expected_standard", "secondary": "ks4_english_maths_4"}
PROGRESS_OF = {
    "primary": ["ks2_reading_progress", "ks2_writing_progress", "ks2_maths_progress"],
    "secondary": ["ks4_progress_8"],
}


def scores_of(schools: pd.DataFrame, phase: str) -> dict[str, Scores]:
    """Every score without a model, higher is riskier; a school without the figure has the mean of the others.

    Args:
        schools: rows of `schools.read_schools` of one phase.
        phase: primary or secondary.
    """
    progress = pd.concat([-schools[f"{name}.deviation"] for name in PROGRESS_OF[phase]], axis=1).mean(axis=1)
    figures = {
        RULES: schools["risk"],
        RULES_WITHOUT_DUE: schools["risk_without_due"],
        ATTAINMENT: -schools[f"{ATTAINMENT_OF[phase]}.deviation"],
        PROGRESS: progress,
        ABSENCE: schools["absence_overall.deviation"],
        PREVIOUS_GRADE: schools["latest_grade"],
        TIME: schools["years_since_inspection"],
        CHANCE: pd.Series(np.random.default_rng(0).random(len(schools)), index=schools.index),
    }
    return {name: _filled(figure) for name, figure in figures.items()}


def _filled(figure: pd.Series) -> Scores:
    known = figure.astype(float)
    filled = known.fillna(known.mean() if known.notna().any() else 0.0)
    return np.asarray(filled, dtype=np.float64)
