"""Counts that may be shown in public: none from which the support of a single school can be worked out.

The reader we guard against knows the register (how many schools of each phase and sector there are), the rules (what
each tier costs) and everything else on the page. A count below five is never shown, and a larger count or an amount
only if, for every count below five, shown nowhere but perhaps implied, that reader is still left with at least five
possible values, or with all that the register allows where it holds fewer schools of the kind. The possible values
come from an exact integer programme, the audit of Fischetti and Salazar (2001), "Solving the cell suppression problem
on tabular data with linear constraints", Management Science 47(7).

Counts that make up all of a group (every special school in one tier) are guarded like those below five, for they tell
the tier of each school in it. Not guarded against: a reader who runs this program itself over every list he can think
of and keeps those that print the same page. That is the known limit of every suppression that draws no lots.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp  # type: ignore[import-untyped]

THRESHOLD = 5
"""A count below this is never shown."""
SMALL_PHASE = 10
"""Phases with fewer schools than this share a column: alone they could hardly show a number."""
OTHER_PHASES = "other"
ROUND_TO = Decimal(10_000)
"""GBP to which the ends of a range of costs are rounded, outwards."""

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Placed:
    """One school's place: its tier, and what the register tells everyone about it. Cost in GBP."""

    tier: str
    phase: str
    sector: str
    days: Decimal | None
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A count: the schools of a tier in some phases and some sectors."""

    tier: str
    phases: frozenset[str]
    sectors: frozenset[str]

    def covers(self, tier: str, phase: str, sector: str) -> bool:
        """Whether schools of this tier, phase and sector are in the count."""
        return tier == self.tier and phase in self.phases and sector in self.sectors


@dataclass(frozen=True)
class PublicCounts:
    """What the public page may say. None stands for withheld; tiers keep the order they came in.

    `columns` maps a column of the phase table to the phases it counts. Costs in GBP; `cost_range` is where the total
    lies for all that the rest of the page tells.
    """

    schools: int
    tiers: list[str]
    columns: dict[str, frozenset[str]]
    column_totals: dict[str, int]
    sectors: list[str]
    sector_totals: dict[str, int]
    by_phase: dict[tuple[str, str], int | None]
    by_sector: dict[tuple[str, str], int | None]
    by_tier: dict[str, int | None]
    days: dict[str, Decimal | None]
    costs: dict[str, Decimal | None]
    total_days: Decimal | None
    total_cost: Decimal | None
    cost_range: tuple[Decimal, Decimal] | None

    @property
    def says_anything(self) -> bool:
        """Whether any count by tier may be shown; a tier named beside nothing at all could still give one away."""
        counts = [*self.by_phase.values(), *self.by_sector.values(), *self.by_tier.values()]
        return any(count is not None for count in counts)


class Shown(NamedTuple):
    """Something that is shown, as a constraint on how many schools of each kind are in each tier."""

    coefficients: Vector
    low: float
    high: float


class Reader:
    """What somebody who knows the register and the rules can work out from what is shown."""

    def __init__(self, schools: Sequence[Placed]) -> None:
        self.schools = schools
        self.register = Counter((school.phase, school.sector) for school in schools)
        self.tiers = sorted({school.tier for school in schools})
        self.variables = [(tier, *kind) for tier, kind in product(self.tiers, sorted(self.register))]
        # Everybody knows the register; and a tier without any school would not be listed.
        self.shown = [
            Shown(self._flags(v[1:] == kind for v in self.variables), n, n) for kind, n in self.register.items()
        ] + [Shown(self._flags(v[0] == tier for v in self.variables), 1, np.inf) for tier in self.tiers]
        self._solutions: list[Vector] = []

    def show(self, *what: Shown, while_safe: Iterable[Cell]) -> bool:
        """Show something unless it makes one of the cells unsafe; whether it is shown now."""
        before = len(self.shown), self._solutions
        self.shown += what
        self._solutions = [s for s in self._solutions if all(_agrees(s, constraint) for constraint in what)]
        if all(self.is_safe(cell) for cell in while_safe):
            return True
        del self.shown[before[0] :]
        self._solutions = before[1]
        return False

    def known(self, cell: Cell) -> int:
        """How many schools of the cell's phases and sectors the register holds, whatever their tier."""
        return sum(n for (phase, sector), n in self.register.items() if phase in cell.phases and sector in cell.sectors)

    def is_safe(self, cell: Cell) -> bool:
        """Whether the count could still be any of five values, or anything the register allows."""
        enough = min(THRESHOLD, self.known(cell) + 1)
        row = self._row(cell)
        # Solutions found for other cells often answer for this one: few programmes are really solved.
        found = [float(row @ solution) for solution in self._solutions]
        if found and max(found) - min(found) + 1 >= enough:
            return True
        low, high = self.possible(cell)
        return high - low + 1 >= enough

    def possible(self, cell: Cell) -> tuple[int, int]:
        """Least and greatest value of a count that agree with all that is shown."""
        row = self._row(cell)
        ends = [self._solve(sign * row) for sign in (1, -1)]
        return round(float(row @ ends[0])), round(float(row @ ends[1]))

    def count(self, cell: Cell, value: int) -> Shown:
        """A count as a constraint."""
        return Shown(self._row(cell), value, value)

    def cost(self, tier: str, amount: Decimal) -> tuple[Shown, Shown]:
        """The cost of a tier as constraints: its schools at their cheapest cost no more, at their dearest no less.

        The reader is taken to know what the tier costs for each kind of school, in case the days depend on it.
        """
        cheapest, dearest = np.zeros(len(self.variables)), np.zeros(len(self.variables))
        for position, (of_tier, phase, sector) in enumerate(self.variables):
            if of_tier == tier:
                cheapest[position], dearest[position] = self._prices(tier, phase, sector)
        return Shown(cheapest, -np.inf, float(amount)), Shown(dearest, float(amount), np.inf)

    def cost_range(self) -> tuple[float, float]:
        """Least and greatest cost of all schools that agree with all that is shown, GBP."""
        prices = {tier: self._prices(tier) for tier in self.tiers}
        cheapest, dearest = (np.array([prices[v[0]][end] for v in self.variables]) for end in (0, 1))
        return float(cheapest @ self._solve(cheapest)), float(dearest @ self._solve(-dearest))

    def _prices(self, tier: str, *kind: str) -> tuple[float, float]:
        """Least and greatest cost of one school of a tier, if it has any of the kind; else of any kind."""
        of_tier = [s for s in self.schools if s.tier == tier]
        of_kind = [s for s in of_tier if (s.phase, s.sector) == kind]
        costs = [float(s.cost) for s in of_kind or of_tier if s.cost is not None]
        return min(costs), max(costs)

    def _row(self, cell: Cell) -> Vector:
        return self._flags(cell.covers(*variable) for variable in self.variables)

    @staticmethod
    def _flags(values: Iterable[bool]) -> Vector:
        return np.array([float(value) for value in values])

    def _solve(self, objective: Vector) -> Vector:
        result = milp(
            objective,
            constraints=LinearConstraint(
                np.array([s.coefficients for s in self.shown]),
                [s.low for s in self.shown],
                [s.high for s in self.shown],
            ),
            integrality=np.ones(len(self.variables)),
            bounds=Bounds(0, [self.register[variable[1:]] for variable in self.variables]),
            options={"mip_rel_gap": 0},
        )
        solution: Vector = np.round(result.x)
        self._solutions = [*self._solutions, solution]
        return solution


def protect(schools: Sequence[Placed], tiers: Sequence[str]) -> PublicCounts:
    """Choose what may be shown of a list: totals of tiers first, then money, then phases and sectors.

    Args:
        schools: one place a school.
        tiers: the tiers that occur, in the order in which to show them.
    """
    columns = _columns(schools)
    sectors = sorted({school.sector for school in schools})
    anywhere, either = frozenset(school.phase for school in schools), frozenset(sectors)
    by_tier = {t: Cell(t, anywhere, either) for t in tiers}
    by_phase = {(t, name): Cell(t, phases, either) for t in tiers for name, phases in columns.items()}
    by_sector = {(t, sector): Cell(t, anywhere, frozenset([sector])) for t in tiers for sector in sectors}
    implied = {
        Cell(t, phases, kinds)
        for t in tiers
        for phases in {anywhere, *columns.values(), *(frozenset([phase]) for phase in anywhere)}
        for kinds in {either, *(frozenset([sector]) for sector in sectors)}
    }
    counts = {
        cell: sum(cell.covers(s.tier, s.phase, s.sector) for s in schools) for cell in sorted(implied, key=_order)
    }
    reader = Reader(schools)
    guarded = [cell for cell, count in counts.items() if count < THRESHOLD or count == reader.known(cell)]

    def show_counts(cells: Iterable[Cell]) -> set[Cell]:
        large = sorted((c for c in set(cells) if counts[c] >= THRESHOLD), key=lambda c: (-counts[c], _order(c)))
        return {cell for cell in large if reader.show(reader.count(cell, counts[cell]), while_safe=guarded)}

    totals = show_counts(by_tier.values())
    costs = {t: _sum(s.cost for s in schools if s.tier == t) if by_tier[t] in totals else None for t in tiers}
    for tier, cost in costs.items():
        if cost is not None and not reader.show(*reader.cost(tier, cost), while_safe=guarded):
            costs[tier] = None
    # Days are money under another name (days times the day rate): both are shown or neither.
    days = {t: None if costs[t] is None else _sum(s.days for s in schools if s.tier == t) for t in tiers}
    details = totals | show_counts([*by_phase.values(), *by_sector.values()])
    return PublicCounts(
        schools=len(schools),
        tiers=list(tiers),
        columns=columns,
        column_totals={name: sum(s.phase in phases for s in schools) for name, phases in columns.items()},
        sectors=sectors,
        sector_totals={sector: sum(s.sector == sector for s in schools) for sector in sectors},
        by_phase={key: counts[cell] if cell in details else None for key, cell in by_phase.items()},
        by_sector={key: counts[cell] if cell in details else None for key, cell in by_sector.items()},
        by_tier={key: counts[cell] if cell in details else None for key, cell in by_tier.items()},
        days=days,
        costs=costs,
        total_days=_sum(days.values()),
        total_cost=_sum(costs.values()),
        cost_range=_range(reader) if details and all(s.cost is not None for s in schools) else None,
    )


def _range(reader: Reader) -> tuple[Decimal, Decimal]:
    """Between what amounts the whole list must cost, for all that the reader knows already: it adds nothing."""
    low, high = reader.cost_range()
    return (
        (Decimal(low) / ROUND_TO).to_integral_value(ROUND_FLOOR) * ROUND_TO,
        (Decimal(high) / ROUND_TO).to_integral_value(ROUND_CEILING) * ROUND_TO,
    )


def _columns(schools: Sequence[Placed]) -> dict[str, frozenset[str]]:
    """The columns of the phase table: large phases alone, largest first, the small ones together."""
    sizes = Counter(school.phase for school in schools)
    large = sorted((phase for phase, n in sizes.items() if n >= SMALL_PHASE), key=lambda p: (-sizes[p], p))
    rest = frozenset(sizes) - frozenset(large)
    columns = {phase: frozenset([phase]) for phase in large}
    if rest:
        columns[next(iter(rest)) if len(rest) == 1 else OTHER_PHASES] = rest
    return columns


def _agrees(solution: Vector, shown: Shown) -> bool:
    value = float(shown.coefficients @ solution)
    return shown.low - 1e-6 <= value <= shown.high + 1e-6


def _order(cell: Cell) -> tuple[str, list[str], list[str]]:
    return cell.tier, sorted(cell.phases), sorted(cell.sectors)


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, or None if any part of it is not known."""
    total = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
