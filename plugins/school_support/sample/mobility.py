"""How many of those examined were in the school for the last two years: fewer where many pupils are disadvantaged."""

from __future__ import annotations

import numpy as np

from school_support.sample.columns import Numbers

STAYING, LESS_WITH_FSM = 0.94, 0.20


def staying(fsm: Numbers) -> Numbers:
    """Share of pupils (0 to 1) who stayed, by the share of disadvantaged pupils (0 to 1)."""
    share: Numbers = np.clip(STAYING - LESS_WITH_FSM * (fsm - 0.25), 0.5, 0.99)
    return share
