"""What somebody who knows the register and the rules can work out from what is shown: an exact integer programme.

This is the audit of Fischetti and Salazar (2001), "Solving the cell suppression problem on tabular data with linear
constraints", Management Science 47(7): for every number that must stay hidden, its least and its greatest value that
agree with everything shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp  # type: ignore[import-untyped]

THRESHOLD = 5
"""A count below this is never shown, and a hidden one keeps at least this many possible values."""
NOT_KNOWN = "unknown"
# Directions tried at once for all cells that are not yet known to be safe, before each is asked for alone.
DIRECTIONS = 12
TOLERANCE = 1e-6

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Placed:
    """One school's place: its tier, and what public files tell everyone about it. Cost in GBP."""

    tier: str
    phase: str
    sector: str
    days: Decimal | None
    cost: Decimal | None
    disadvantage: str = NOT_KNOWN


@dataclass(frozen=True, slots=True)
class Cell:
    """The schools of some tiers, phases, sectors and thirds by disadvantage; None stands for all of them."""

    tiers: frozenset[str] | None = None
    phases: frozenset[str] | None = None
    sectors: frozenset[str] | None = None
    disadvantage: frozenset[str] | None = None

    def covers(self, tier: str, phase: str, sector: str, disadvantage: str) -> bool:
        """Whether schools of this place are in the cell."""
        return (
            (self.tiers is None or tier in self.tiers)
            and (self.phases is None or phase in self.phases)
            and (self.sectors is None or sector in self.sectors)
            and (self.disadvantage is None or disadvantage in self.disadvantage)
        )

    def count(self, schools: Iterable[Placed]) -> int:
        """How many of the schools are in the cell."""
        return sum(self.covers(s.tier, s.phase, s.sector, s.disadvantage) for s in schools)


class Shown(NamedTuple):
    """Something that is known, as a constraint on how many schools of each kind are in each tier."""

    coefficients: Vector
    low: float
    high: float


class Reader:
    """A reader of one list. `guarded` are the cells that must stay hidden.

    A cell is safe while its count could still be any of five values, or anything that the register allows where it
    holds fewer schools of the kind.
    """

    def __init__(self, schools: Sequence[Placed], guarded: Sequence[Cell] = ()) -> None:
        self.schools = schools
        self.register = Counter((school.phase, school.sector, school.disadvantage) for school in schools)
        self.tiers = sorted({school.tier for school in schools})
        self.variables = [(tier, *kind) for tier, kind in product(self.tiers, sorted(self.register))]
        self._upper = np.array([self.register[v[1:]] for v in self.variables], dtype=float)
        self._cheapest, self._dearest = (
            {unit: self._prices(unit, dearest) for unit in ("days", "cost")} for dearest in (False, True)
        )
        # Everybody knows the register; and a tier without any school would not be listed.
        self._shown = [
            Shown(self._flags(v[1:] == kind for v in self.variables), n, n) for kind, n in self.register.items()
        ] + [Shown(self._flags(v[0] == tier for v in self.variables), 1, np.inf) for tier in self.tiers]
        self._solutions: Vector = np.empty((0, len(self.variables)))
        self.guard(guarded)

    def guard(self, cells: Sequence[Cell]) -> None:
        """Keep these cells hidden, and no others."""
        self._rows = np.array([self.row(cell) for cell in cells]).reshape(len(cells), len(self.variables))
        self._enough = np.array([min(THRESHOLD, self.known(cell) + 1) for cell in cells])
        self._signs = np.random.default_rng(len(cells))
        self._suspect = 0

    def known(self, cell: Cell) -> int:
        """How many schools of the cell's phases, sectors and thirds the register holds, whatever their tier."""
        return sum(n for kind, n in self.register.items() if Cell(None, *_groups(cell)).covers("", *kind))

    def row(self, cell: Cell) -> Vector:
        """The cell as a sum over the variables."""
        return self._flags(cell.covers(*variable) for variable in self.variables)

    def schools_in(self, cell: Cell, low: float, high: float) -> list[Shown]:
        """That the cell holds at least `low` and at most `high` schools."""
        return [Shown(self.row(cell), low, high)]

    def amount(self, cell: Cell, unit: str, low: Decimal, high: Decimal) -> list[Shown]:
        """That the days or the cost of the cell lie between two amounts: at their cheapest no more, at their dearest no less.

        The reader is taken to know what each tier gets for each kind of school, in case it depends on it.
        """
        row = self.row(cell)
        return [
            _scaled(row * self._cheapest[unit], -np.inf, float(high)),
            _scaled(row * self._dearest[unit], float(low), np.inf),
        ]

    def add(self, shown: Sequence[Shown]) -> tuple[list[Shown], Vector]:
        """Take something in; what was known before, for `back`."""
        before = self._shown, self._solutions
        self._shown = [*self._shown, *shown]
        for coefficients, low, high in shown:
            values = self._solutions @ coefficients
            self._solutions = self._solutions[(values >= low - TOLERANCE) & (values <= high + TOLERANCE)]
        return before

    def back(self, before: tuple[list[Shown], Vector]) -> None:
        """Forget what was taken in since."""
        self._shown, self._solutions = before

    def is_safe(self) -> bool:
        """Whether every guarded cell is safe."""
        if not len(self._rows):
            return True
        if not self._is_wide(self._suspect):
            return False
        # One solution answers for many cells: few programmes are solved for a cell alone.
        for _ in range(DIRECTIONS):
            open_cells = self._open()
            if not len(open_cells):
                return True
            self._solve(self._signs.choice((-1.0, 1.0), len(open_cells)) @ self._rows[open_cells])
        for position in self._open():
            if not self._is_wide(position):
                self._suspect = position
                return False
        return True

    def possible(self, cell: Cell) -> tuple[int, int]:
        """Least and greatest count of a cell that agree with all that is known."""
        row = self.row(cell)
        return round(float(row @ self._solve(row))), round(float(row @ self._solve(-row)))

    def cost_range(self) -> tuple[float, float]:
        """Least and greatest cost of all schools that agree with all that is known, GBP."""
        low, high = self._tier_prices(dearest=False), self._tier_prices(dearest=True)
        return float(low @ self._solve(low)), float(high @ self._solve(-high))

    def _open(self) -> npt.NDArray[np.intp]:
        """The guarded cells of which the solutions at hand do not tell that they are safe."""
        if not len(self._solutions):
            return np.arange(len(self._rows))
        values = np.sort(self._solutions @ self._rows.T, axis=0)
        return np.flatnonzero(1 + (np.diff(values, axis=0) > 1 / 2).sum(axis=0) < self._enough)

    def _is_wide(self, position: int) -> bool:
        """Whether a cell has enough values: its ends first, then those between, of which a programme may leave some out."""
        row = self._rows[position]
        for sign in (1, -1):
            if position not in self._open():
                return True
            self._solve(sign * row)
        reached = {round(value) for value in (self._solutions @ row).tolist()}
        between = [value for value in range(min(reached), max(reached)) if value not in reached]
        missing = int(self._enough[position]) - len(reached)
        for tried, value in enumerate(between):
            if missing <= 0 or missing > len(between) - tried:
                break
            missing -= self._can_be(row, value)
        return missing <= 0

    def _can_be(self, row: Vector, value: int) -> bool:
        before, known = self._shown, self._solutions
        self._shown = [*before, Shown(row, value, value)]
        solution = self._try(np.zeros(len(row)))
        self._shown = before
        self._solutions = known if solution is None else np.vstack([known, solution])
        return solution is not None

    def _prices(self, unit: str, dearest: bool) -> Vector:
        """Least or greatest days or cost of one school of each variable, if there is any of the kind; else of its tier."""
        of_kind: dict[tuple[str, ...], list[float]] = {}
        for school in self.schools:
            amount = getattr(school, unit)
            for key in ((school.tier, school.phase, school.sector, school.disadvantage), (school.tier,)):
                of_kind.setdefault(key, []).append(0.0 if amount is None else float(amount))
        amounts = [of_kind.get(v) or of_kind[v[:1]] for v in self.variables]
        return np.array([max(known) if dearest else min(known) for known in amounts])

    def _tier_prices(self, dearest: bool) -> Vector:
        costs = {t: [float(s.cost or 0) for s in self.schools if s.tier == t] for t in self.tiers}
        return np.array([max(costs[v[0]]) if dearest else min(costs[v[0]]) for v in self.variables])

    @staticmethod
    def _flags(values: Iterable[bool]) -> Vector:
        return np.array([float(value) for value in values])

    def _solve(self, objective: Vector) -> Vector:
        solution = self._try(objective)
        assert solution is not None  # noqa: S101  # the true list agrees with all that is known
        self._solutions = np.vstack([self._solutions, solution])
        return solution

    def _try(self, objective: Vector) -> Vector | None:
        result = milp(
            objective,
            constraints=LinearConstraint(
                np.array([s.coefficients for s in self._shown]),
                [s.low for s in self._shown],
                [s.high for s in self._shown],
            ),
            integrality=np.ones(len(self.variables)),
            bounds=Bounds(0, self._upper),
            options={"mip_rel_gap": 0},
        )
        return None if result.x is None else np.round(result.x)


def _groups(cell: Cell) -> tuple[frozenset[str] | None, ...]:
    return cell.phases, cell.sectors, cell.disadvantage


def _scaled(coefficients: Vector, low: float, high: float) -> Shown:
    """The constraint in small numbers, because the solver's tolerance is absolute."""
    scale = max(1.0, float(coefficients.max(initial=0)))
    return Shown(coefficients / scale, low / scale, high / scale)
