"""The hidden true quality of each school, which every published figure is a noisy view of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FIRST_YEAR = 2006
LAST_YEAR = 2026
YEARS = range(FIRST_YEAR, LAST_YEAR + 1)

PERSISTENCE = 0.92  # correlation of a school's quality with its own a year later
SCRIPTED_WOBBLE = 0.2  # what is left of chance in a school whose path is given
SCRIPT_START, SCRIPT_END = 2016, 2026

Quality = NDArray[np.float64]


def quality_paths(schools: int, rng: np.random.Generator) -> Quality:
    """Schools x YEARS: stationary AR(1), in every year standard normal across schools."""
    shocks = rng.normal(size=(schools, len(YEARS)))
    paths = np.empty_like(shocks)
    paths[:, 0] = shocks[:, 0]
    for column in range(1, len(YEARS)):
        fresh = np.sqrt(1 - PERSISTENCE**2) * shocks[:, column]
        paths[:, column] = PERSISTENCE * paths[:, column - 1] + fresh
    return paths


def follow_script(path: Quality, start: float, end: float) -> Quality:
    """A path that goes from `start` in 2016 to `end` in 2026 with a little of its own chance kept."""
    line: Quality = np.interp(np.array(YEARS), [SCRIPT_START, SCRIPT_END], [start, end])
    return line + SCRIPTED_WOBBLE * path
