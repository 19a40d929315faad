"""The shadow model: boosted trees over the same as-at figures, the mark that transparent rules are held against.

Never part of a tier: nobody could tell a school why (`docs/how-good-is-it.md`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold

from school_support.backtest.measures import Scores

SEEDS = range(10)
FOLDS = 5
FEATURES = (".value", ".n", ".deviation", ".share")
OTHERS = ["years_open", "predecessor_grade", "latest_grade", "years_since_inspection"]


def trained_before(earlier: pd.DataFrame, later: pd.DataFrame) -> Scores:
    """Chance of a judgement below good for the schools of `later`, learnt from those of `earlier` alone.

    Args:
        earlier: rows of `schools.read_schools` whose truth was known before the later ones were scored.
        later: rows with the same columns.

    Returns:
        (len(later),), mean over models of different seeds.
    """
    columns = _features(earlier)
    return _fitted_mean(earlier[columns], earlier["is_below_good"], later[columns])


def cross_validated(schools: pd.DataFrame) -> Scores:
    """The same learnt and scored on one set of schools, each scored by models that never saw it."""
    columns = _features(schools)
    scores = np.empty(len(schools))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for seen, unseen in folds.split(schools, schools["is_below_good"]):
        scores[unseen] = _fitted_mean(
            schools.iloc[seen][columns], schools["is_below_good"].iloc[seen], schools.iloc[unseen][columns]
        )
    return scores


def _features(schools: pd.DataFrame) -> list[str]:
    """Columns that say something about at least one of the schools."""
    wanted = [name for name in schools.columns if name.endswith(FEATURES)] + OTHERS
    return [name for name in wanted if schools[name].notna().any()]


def _fitted_mean(features: pd.DataFrame, truth: pd.Series, others: pd.DataFrame) -> Scores:
    models = (
        HistGradientBoostingClassifier(
            max_iter=120, learning_rate=0.04, max_leaf_nodes=8, min_samples_leaf=30, l2_regularization=5.0,
            max_features=0.4, random_state=seed,
        ).fit(features.astype(float), truth)
        for seed in SEEDS
    )  # fmt: skip
    chances = [model.predict_proba(others.astype(float))[:, 1] for model in models]
    return np.asarray(np.mean(chances, axis=0), dtype=np.float64)
