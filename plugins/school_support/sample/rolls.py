"""Schools whose rolls fall markedly; the others stay within some per cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from school_support.sample.schools import Fall, Plan

FALLING = 0.07  # share of schools
LOST = (0.10, 0.30)  # of the roll, over three years
AFTER = (2017, 2023)  # census years, the last one not included: a fall that ends by 2025


def with_falling_rolls(plans: Sequence[Plan], rng: np.random.Generator) -> list[Plan]:
    """The same plans, some of them with a roll that falls; a school that changes its URN falls on as one."""
    chance = rng.random(len(plans))
    lost = rng.uniform(*LOST, size=len(plans))
    after = rng.integers(*AFTER, size=len(plans))
    return [
        replace(plan, fall=Fall(int(after[index]), float(lost[index])))
        if chance[index] < FALLING and plan.kind.state_funded and plan.how not in {"converts", "sponsored"}
        else plan
        for index, plan in enumerate(plans)
    ]
