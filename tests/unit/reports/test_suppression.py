"""An attacker of our own, who shares no code with the suppression, tries to work the withheld numbers out of all tables."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from school_support.reports.reader import Placed
from school_support.reports.suppression import Earlier, PublicCount, counted, protect

PRICES = {"high": 22.0, "targeted": 10.0, "plus": 4.0, "light": 1.5, "unknown": 2.0}
RATE = 1600
KIND = ("phase", "sector", "disadvantage")
UPPER = ("high", "targeted")

Kind = tuple[str, str, str]


def placed(
    tier: str, phase: str = "primary", sector: str = "academy", third: str = "1", days: float | None = None
) -> Placed:
    worth = Decimal(str(PRICES[tier] if days is None else days))
    return Placed(tier, phase, sector, worth, worth * RATE, third)


def schools_of(*counts: tuple[int, str, str, str]) -> list[Placed]:
    return [placed(tier, phase, sector, "unknown") for n, tier, phase, sector in counts for _ in range(n)]


def shown_of(schools: Sequence[Placed], earlier: Sequence[Earlier] = ()) -> list[PublicCount]:
    tiers = [tier for tier in PRICES if any(school.tier == tier for school in schools)]
    rows = protect(schools, tiers, [tier for tier in UPPER if tier in tiers], earlier)
    assert rows is not None
    return rows


def is_count(row: PublicCount) -> bool:
    return row.measure == "schools" and row.tier != "all" and row.low is not None


def value(rows: Sequence[PublicCount], *key: str) -> str | None:
    """What a table shows: (table kind, row group, tier, measure)."""
    return next((r.shown for r in rows if (r.table_kind, r.row_group, r.tier, r.measure) == key), None)


class Attacker:
    """Knows the register and the prices, reads the rows, and believes that a correction moves no count by more than four."""

    def __init__(self, schools: Sequence[Placed], rows: Sequence[PublicCount], others: Sequence[Earlier] = ()) -> None:
        self.schools = schools
        self.register = Counter(map(kind_of, schools))
        self.tiers = sorted({school.tier for school in schools})
        self.variables = list(product(self.tiers, sorted(self.register)))
        self.said: list[tuple[list[float], float, float]] = []
        for kind, n in self.register.items():
            self.said.append(([float(v[1] == kind) for v in self.variables], n, n))
        for tier in self.tiers:
            self.said.append(([float(v[0] == tier) for v in self.variables], 1, np.inf))
        for row in rows:
            self.hear(row)
        for row in (row for other in others for row in other.rows):
            if is_count(row) and abs(self.true(row) - int(row.low or 0)) <= 4:
                self.said.append((self.weights(row), float(row.low or 0) - 4, float(row.low or 0) + 4))

    def members(self, row: PublicCount) -> list[bool]:
        part = KIND.index(row.table_kind) if row.table_kind in KIND else None
        tiers = self.tiers if row.tier == "all" else row.tier.split("+")
        return [v[0] in tiers and (part is None or v[1][part] in row.members) for v in self.variables]

    def weights(self, row: PublicCount) -> list[float]:
        return [float(member) for member in self.members(row)]

    def true(self, row: PublicCount) -> int:
        members = {v for v, member in zip(self.variables, self.members(row), strict=True) if member}
        return sum((school.tier, kind_of(school)) in members for school in self.schools)

    def hear(self, row: PublicCount) -> None:
        if row.low is None or row.high is None or row.table_kind not in ("tier", *KIND):
            return
        inside, low, high = self.members(row), float(row.low), float(row.high)
        if row.measure == "schools":
            self.said.append(([float(member) for member in inside], low, high))
            return
        if row.measure == "days_per_school":
            kinds = {v[1] for v, member in zip(self.variables, inside, strict=True) if member}
            n = sum(self.register[kind] for kind in kinds)
            low, high = low * n, high * n
        elif row.measure == "cost":
            low, high = low / RATE, high / RATE
        self.said.append(
            ([PRICES[v[0]] * member for v, member in zip(self.variables, inside, strict=True)], low - 1e-6, high + 1e-6)
        )

    def solve(self, objective: Sequence[float], fixed: int | None = None) -> np.ndarray | None:
        said = [*self.said, *([(objective, fixed, fixed)] if fixed is not None else [])]
        answer = milp(
            np.zeros(len(self.variables)) if fixed is not None else np.array(objective),
            constraints=LinearConstraint(np.array([s[0] for s in said]), [s[1] for s in said], [s[2] for s in said]),
            integrality=np.ones(len(self.variables)),
            bounds=Bounds(0, [self.register[kind] for _, kind in self.variables]),
        )
        return None if answer.x is None else np.round(answer.x)

    def secrets(self) -> Iterator[tuple[list[float], int, int]]:
        """Counts that tell of one school: fewer than five in a tier, or all of their kind; with the size of the group."""
        sets = [[None, *sorted({kind[part] for kind in self.register})] for part in range(3)]
        small = [phase for phase, n in Counter(s.phase for s in self.schools).items() if n < 10]
        tiers = [[tier] for tier in self.tiers] + ([list(UPPER)] if set(UPPER) <= set(self.tiers) else [])
        for wanted in product([*sets[0], small], sets[1], sets[2]):
            inside = {
                k for k in self.register if all(w is None or p == w or p in w for p, w in zip(k, wanted, strict=True))
            }
            size = sum(self.register[kind] for kind in inside)
            for some in tiers:
                true = sum(s.tier in some and kind_of(s) in inside for s in self.schools)
                if size and (true < 5 or true == size):
                    yield [float(v[0] in some and v[1] in inside) for v in self.variables], true, size

    def worked_out(self) -> Iterator[tuple[int, int, set[int]]]:
        """Every secret that is left fewer than five values, or fewer than its group allows: (truth, size, values)."""
        solutions: list[np.ndarray] = []
        for row, true, size in self.secrets():
            enough = min(5, size + 1)
            values = {round(float(np.dot(row, solution))) for solution in solutions}
            for v in sorted(range(size + 1), key=lambda n: abs(n - true)):
                if len(values) >= enough:
                    break
                if v not in values and (solution := self.solve(row, fixed=v)) is not None:
                    solutions.append(solution)
                    values.add(v)
            assert true in values or self.solve(row, fixed=true) is not None, "what is shown must agree with the truth"
            if len(values) < enough:
                yield true, size, values


def kind_of(school: Placed) -> Kind:
    return school.phase, school.sector, school.disadvantage


def random_schools(seed: int, size: int, shape: str = "plain") -> list[Placed]:
    draw = random.Random(f"{shape} {seed}")
    tiers = list(PRICES)
    weights = {"plain": (4, 4, 4, 12, 3), "skewed": (1, 1, 1, 40, 1), "tiny": (1, 1, 1, 1, 1)}.get(
        shape, (3, 3, 3, 8, 2)
    )
    schools = []
    for number in range(size):
        phase = draw.choices(("primary", "secondary", "special"), (10, 4, 2))[0]
        third = draw.choice("123")
        tier = draw.choices(tiers, weights)[0]
        if shape == "one school phases" and number < 3:
            phase, tier = ("nursery", "post_16", "all_through")[number], tiers[number]
        if shape == "whole groups":
            tier = {"secondary": "high", "special": "unknown"}.get(phase, tier)
        schools.append(placed(tier, phase, draw.choice(("maintained", "academy")), third))
    return schools


@pytest.mark.parametrize(
    ("shape", "size", "seed"),
    [("plain", 48, 1), ("skewed", 40, 2), ("tiny", 9, 3), ("one school phases", 36, 4), ("whole groups", 40, 5)],
)
def test_a_solver_cannot_work_out_a_small_count(shape: str, size: int, seed: int) -> None:
    schools = random_schools(seed, size, shape)
    assert list(Attacker(schools, shown_of(schools)).worked_out()) == []


def test_the_attacker_finds_what_one_secondary_suppression_less_gives_away() -> None:
    """Three schools of high level stay hidden because the eight of targeted support are withheld too."""
    schools = schools_of(
        (3, "high", "primary", "maintained"), (8, "targeted", "primary", "maintained"), (40, "light", "primary", "maintained"),
    )  # fmt: skip
    rows = shown_of(schools)
    assert value(rows, "tier", "all", "targeted", "schools") == "withheld"
    assert list(Attacker(schools, rows).worked_out()) == []
    assert (3, 51, {3}) in list(Attacker(schools, told(rows, rows.index(row_of(rows, "targeted")), 8)).worked_out())


def row_of(rows: Sequence[PublicCount], tier: str) -> PublicCount:
    return next(r for r in rows if (r.table_kind, r.tier, r.measure) == ("tier", tier, "schools"))


def told(rows: Sequence[PublicCount], position: int, number: int) -> list[PublicCount]:
    """The rows with one more number shown."""
    more = replace(rows[position], shown=str(number), low=Decimal(number), high=Decimal(number))
    return [*rows[:position], more, *rows[position + 1 :]]


def test_no_secondary_suppression_could_be_left_out() -> None:
    """Whichever count of five or more is withheld: were it shown beside all else, the attacker would find something."""
    schools = random_schools(7, 40)
    rows, knows = shown_of(schools), Attacker(schools, [])
    large = [
        (position, knows.true(row))
        for position, row in enumerate(rows)
        if row.measure == "schools" and row.low is None and row.table_kind in ("tier", *KIND) and knows.true(row) >= 5
    ]
    assert len(large) >= 3
    for position, number in large:
        assert next(Attacker(schools, told(rows, position, number)).worked_out(), None), rows[position]


@pytest.mark.parametrize("seed", range(2))
def test_no_number_below_five_is_shown_and_all_shown_are_true(seed: int) -> None:
    schools = random_schools(seed, 40)
    rows = shown_of(schools)
    attacker = Attacker(schools, [])
    assert any(row.measure == "schools" and row.tier != "all" and row.low is not None for row in rows)
    for row in rows:
        if row.measure == "schools" and row.low is not None:
            assert row.low == row.high == attacker.true(row) == int(row.shown)
            assert row.tier == "all" or row.low >= 5
        if row.measure == "days_per_school" and row.low is not None and row.high is not None:
            of_group = [s for s in schools if row.table_kind == "tier" or getattr(s, row.table_kind) in row.members]
            mean = sum(s.days or 0 for s in of_group) / len(of_group)
            assert row.low <= mean <= row.high


def moved(schools: Sequence[Placed], *moves: tuple[int, str]) -> list[Placed]:
    after = list(schools)
    for position, tier in moves:
        worth = Decimal(str(PRICES[tier]))
        after[position] = replace(after[position], tier=tier, days=worth, cost=worth * RATE)
    return after


def test_a_correction_of_one_school_does_not_show_where_it_moved() -> None:
    schools = schools_of(
        (12, "high", "primary", "maintained"), (15, "targeted", "primary", "maintained"), (30, "light", "primary", "maintained"),
    )  # fmt: skip
    first = shown_of(schools)
    assert [value(first, "tier", "all", tier, "schools") for tier in ("high", "targeted", "light")] == [
        "12",
        "15",
        "30",
    ]
    after = moved(schools, (0, "targeted"))
    second = shown_of(after, [Earlier(schools, first)])
    said = [value(second, "tier", "all", tier, "schools") for tier in ("high", "targeted", "light")]
    # 11 and 16 beside 12 and 15 would tell of one school; the 30 that did not move may be said again.
    assert said == ["withheld", "withheld", "30"]
    assert value(second, "tier", "all", "high", "cost") == "withheld"
    assert value(second, "tier", "all", "light", "cost") == "72000.0"
    # The mean fell by 12 days in 57 schools: one school from 22 to 10.
    before = Decimal(value(first, "tier", "all", "all", "days_per_school") or 0)
    again = value(second, "tier", "all", "all", "days_per_school") or ""
    assert again == "withheld" or Decimal(again.split(" to ")[0]) <= before - Decimal("0.05")


def test_an_amount_withheld_before_is_not_shown_by_a_correction_that_moves_few() -> None:
    """The first edition withholds a mean; of the nearly equal list of the second it may not be told either."""
    schools = schools_of((30, "high", "primary", "maintained"), (30, "light", "primary", "maintained"))
    first = shown_of(schools)
    assert value(first, "phase", "primary", "all", "days_per_school") == "11.8"  # (30 * 22 + 30 * 1.5) / 60 = 11.75
    hidden = [
        replace(row, shown="withheld", low=None, high=None) if row.measure == "days_per_school" else row
        for row in first
    ]
    second = shown_of(schools, [Earlier(schools, hidden)])
    assert {row.shown for row in second if row.measure == "days_per_school"} == {"withheld"}
    assert value(shown_of(schools, [Earlier(schools, first)]), "phase", "primary", "all", "days_per_school") == "11.8"


def test_two_levels_together_do_not_tell_of_one_school_though_many_moved_between_them() -> None:
    schools = schools_of(
        (20, "high", "primary", "maintained"), (20, "targeted", "primary", "maintained"), (30, "light", "primary", "maintained"),
    )  # fmt: skip
    first = shown_of(schools)
    assert value(first, "tier", "all", "high+targeted", "schools") == "40"
    after = moved(schools, *((n, "targeted") for n in range(6)), (69, "targeted"))
    second = shown_of(after, [Earlier(schools, first)])
    assert value(second, "tier", "all", "high", "schools") in ("14", "withheld")
    assert value(second, "tier", "all", "high+targeted", "schools") == "withheld"


def test_a_correction_that_moves_many_is_shown() -> None:
    schools = schools_of(
        (20, "high", "primary", "maintained"), (20, "targeted", "primary", "maintained"), (30, "light", "primary", "maintained"),
    )  # fmt: skip
    first = shown_of(schools)
    second = shown_of(moved(schools, *((n, "targeted") for n in range(6))), [Earlier(schools, first)])
    assert [value(second, "tier", "all", tier, "schools") for tier in ("high", "targeted", "light")] == [
        "14",
        "26",
        "30",
    ]


@pytest.mark.parametrize("seed", range(2))
def test_neither_edition_is_worked_out_beside_the_other(seed: int) -> None:
    draw = random.Random(seed)
    schools = random_schools(seed, 40)
    first = shown_of(schools)
    after = moved(schools, *((draw.randrange(40), draw.choice(list(PRICES))) for _ in range(1 + 2 * seed)))
    second = shown_of(after, [Earlier(schools, first)])
    assert list(Attacker(after, second, [Earlier(schools, first)]).worked_out()) == []
    assert list(Attacker(schools, first, [Earlier(after, second)]).worked_out()) == []
    before = {(row.table_kind, row.members, row.tier): row.low for row in first if is_count(row)}
    for row in filter(is_count, second):
        old = before.get((row.table_kind, row.members, row.tier))
        assert old is None or row.low == old or abs((row.low or 0) - old) >= 5


def test_large_counts_are_all_shown() -> None:
    schools = schools_of(
        (20, "high", "primary", "maintained"), (15, "high", "secondary", "academy"),
        (30, "light", "primary", "maintained"), (12, "light", "secondary", "academy"),
    )  # fmt: skip
    rows = shown_of(schools)
    counts = {
        (r.row_group, r.tier): r.shown
        for r in rows
        if r.table_kind == "phase" and r.measure == "schools" and r.tier != "all"
    }
    assert counts == {
        ("primary", "high"): "20", ("secondary", "high"): "15", ("primary", "light"): "30", ("secondary", "light"): "12",
    }  # fmt: skip
    assert [value(rows, "tier", "all", tier, "schools") for tier in ("high", "light")] == ["35", "42"]
    assert value(rows, "tier", "all", "high", "days") == "770.0"
    assert [r.low for r in rows if (r.tier, r.measure) == ("all", "cost")] == [Decimal(833 * RATE)]
    # Primary: 20 schools of 22 days and 30 of 1.5 are 485 days for 50 schools.
    assert value(rows, "phase", "primary", "all", "days_per_school") == "9.7"


def test_one_small_tier_hides_a_second_and_their_money() -> None:
    schools = schools_of(
        (3, "high", "primary", "maintained"), (8, "targeted", "primary", "maintained"), (40, "light", "primary", "maintained"),
    )  # fmt: skip
    rows = shown_of(schools)
    tiers = ("high", "targeted", "light", "high+targeted")
    assert [value(rows, "tier", "all", t, "schools") for t in tiers] == ["withheld", "withheld", "40", "11"]
    assert [value(rows, "tier", "all", t, "cost") for t in tiers[:3]] == ["withheld", "withheld", "96000.0"]
    [cost] = [row for row in rows if (row.tier, row.measure) == ("all", "cost")]
    true = sum(school.cost or 0 for school in schools)
    assert cost.low is not None
    assert cost.high is not None
    assert cost.low <= true <= cost.high
    # Five values of the count of high are left, 12 days apart.
    assert cost.high - cost.low >= 4 * 12 * RATE


def test_two_tiers_together_are_shown_where_neither_may_be_alone() -> None:
    schools = [
        placed(tier, third=third)
        for tier, third, n in (
            ("high", "1", 4), ("targeted", "1", 4), ("light", "1", 12), ("high", "2", 8), ("targeted", "2", 9), ("light", "2", 13),
        )
        for _ in range(n)
    ]  # fmt: skip
    rows = shown_of(schools)
    assert value(rows, "disadvantage", "1", "high", "schools") == "withheld"
    assert value(rows, "disadvantage", "1", "high+targeted", "schools") == "8"


def test_a_whole_group_in_one_tier_is_not_shown_however_large() -> None:
    schools = schools_of(
        (12, "high", "special", "maintained"), (6, "high", "primary", "maintained"), (20, "light", "primary", "maintained"),
    )  # fmt: skip
    rows = shown_of(schools)
    assert [value(rows, "tier", "all", tier, "schools") for tier in ("high", "light")] == ["18", "20"]
    assert {r.shown for r in rows if r.table_kind == "phase" and r.tier != "all"} == {"withheld"}
    assert value(rows, "phase", "special", "all", "days_per_school") == "withheld"


def test_a_list_with_one_tier_only_names_no_tier() -> None:
    rows = shown_of(schools_of((30, "light", "primary", "maintained"), (9, "light", "special", "academy")))
    assert {row.tier for row in rows} == {"all"}
    assert {row.measure for row in rows} == {"schools"}


def test_money_is_withheld_where_it_would_tell_a_mix() -> None:
    """Secondaries of the tier get 20 days, primaries 10: nine schools for 110 days are seven and two."""
    high = [placed("high", "primary", days=10)] * 7 + [placed("high", "secondary", days=20)] * 2
    rest = [placed("light", "primary")] * 30 + [placed("light", "secondary")] * 13
    rows = shown_of(high + rest)
    assert value(rows, "tier", "all", "high", "schools") == "9"
    assert value(rows, "tier", "all", "high", "cost") == "withheld"
    assert value(rows, "tier", "all", "high", "days") == "withheld"


def test_phases_of_few_schools_share_a_column() -> None:
    schools = schools_of(
        (40, "light", "primary", "maintained"), (10, "light", "secondary", "maintained"),
        (6, "light", "special", "maintained"), (1, "unknown", "nursery", "maintained"),
    )  # fmt: skip
    groups = {r.row_group: r.members for r in shown_of(schools) if r.table_kind == "phase" and r.tier == "all"}
    assert groups == {"primary": ("primary",), "secondary": ("secondary",), "other": ("nursery", "special")}


@pytest.mark.parametrize(
    ("number", "before", "shown"),
    [
        (4, None, "withheld"),
        (5, None, "5"),
        (12, "12", "12"),
        (13, "12", "withheld"),
        (17, "12", "17"),
        (0, None, "withheld"),
    ],
)
def test_a_number_of_comments_is_withheld_below_five_and_where_it_moved_a_little(
    number: int, before: str | None, shown: str
) -> None:
    old = [counted("comments", "all", "comments", int(before), [])] if before else []
    assert counted("comments", "all", "comments", number, [Earlier([], old)]).shown == shown
