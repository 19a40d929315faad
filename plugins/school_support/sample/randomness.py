"""Independent streams of random numbers, one for every purpose, the same on every machine."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np


class Stream(np.random.Generator):
    """Draws that do not hang on the last bit of a parameter.

    Probabilities and rates come from exponentials, whose last bit differs between C libraries; unrounded, such a bit may
    change what is drawn, and with it everything that is drawn after.
    """

    def binomial(self, n: Any, p: Any, size: Any = None) -> Any:
        """As numpy's, of a probability rounded to 12 decimals."""
        return super().binomial(n, np.round(p, 12), size)

    def poisson(self, lam: Any = 1.0, size: Any = None) -> Any:
        """As numpy's, of a rate rounded to 9 decimals."""
        return super().poisson(np.round(lam, 9), size)


def stream(seed: int, *labels: object) -> np.random.Generator:
    """A generator that depends on the seed and on what it is for, and on nothing drawn elsewhere.

    So a change in how absence is drawn leaves every inspection as it was, and the sample authority is the
    same whatever the size of the country around it.
    """
    entropy = [seed, *(zlib.crc32(str(label).encode()) for label in labels)]
    return Stream(np.random.PCG64(np.random.SeedSequence(entropy)))
