"""Numbers of many schools at once, as arrays side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Columns:
    """A dataclass whose fields are all arrays with one element a school (or one in all, for an area)."""

    def pick(self, chosen: NDArray[np.bool_] | int) -> Self:
        """The chosen schools."""
        return type(self)(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def each(self) -> Iterator[Self]:
        """Every school by itself, in plain floats: many times as quick as picking one after the other."""
        for numbers in zip(*(getattr(self, field.name).tolist() for field in fields(self)), strict=True):
            yield type(self)(*numbers)

    def total(self) -> Self:
        """The sums over all schools."""
        return type(self)(*(getattr(self, field.name).sum() for field in fields(self)))

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """Several lots of schools, one after the other."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))
