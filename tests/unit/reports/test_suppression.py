"""An attacker of our own, who shares no code with the suppression, tries to work the withheld counts out."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice, product

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from school_support.reports.suppression import Placed, PublicCounts, protect

PRICES = {"high": 22, "targeted": 10, "plus": 4, "light": 1.5, "unknown": 2}
RATE = 1600


def placed(tier: str, phase: str, sector: str, days: float | None = None) -> Placed:
    worth = Decimal(str(PRICES[tier] if days is None else days))
    return Placed(tier, phase, sector, worth, worth * RATE)


def schools_of(*counts: tuple[int, str, str, str]) -> list[Placed]:
    return [placed(tier, phase, sector) for n, tier, phase, sector in counts for _ in range(n)]


def tiers_of(schools: list[Placed]) -> list[str]:
    return [tier for tier in PRICES if any(school.tier == tier for school in schools)]


Kind = tuple[str, str]
Said = tuple[list[tuple[str, Kind]], dict[str, float], float, float]


def statements(schools: list[Placed], counts: PublicCounts) -> Iterator[Said]:
    """Everything the page says and the register knows: (variables, weight of each, least, greatest)."""
    register = Counter((school.phase, school.sector) for school in schools)
    for kind, n in register.items():
        yield [(tier, kind) for tier in counts.tiers], {}, n, n
    for tier in counts.tiers:
        yield [(tier, kind) for kind in register], {}, 1, np.inf
    told = [
        *(
            ((tier, lambda kind, c=column: kind[0] in counts.columns[c]), n)
            for (tier, column), n in counts.by_phase.items()
        ),
        *(((tier, lambda kind, s=sector: kind[1] == s), n) for (tier, sector), n in counts.by_sector.items()),
        *(((tier, lambda kind: True), n) for tier, n in counts.by_tier.items()),
    ]
    for (tier, belongs), n in told:
        if n is not None:
            yield [(tier, kind) for kind in register if belongs(kind)], {}, n, n
    yield from amounts(list(product(counts.tiers, register)), counts)


def amounts(everything: list[tuple[str, Kind]], counts: PublicCounts) -> Iterator[Said]:
    """What the page says of days and money, in days."""
    by_tier = [(t, counts.days[t], counts.costs[t]) for t in counts.tiers]
    for tier, days, cost in [*by_tier, (None, counts.total_days, counts.total_cost)]:
        members = [variable for variable in everything if tier in (None, variable[0])]
        for worth in (days, None if cost is None else cost / RATE):
            if worth is not None:
                yield members, PRICES, float(worth), float(worth)
    if counts.cost_range is not None:
        low, high = counts.cost_range
        yield everything, PRICES, float(low) / RATE, float(high) / RATE


def small_groups(schools: list[Placed], counts: PublicCounts) -> Iterator[tuple[str, list[Kind], int]]:
    """Every group of schools that tells of one: fewer than five in a tier, or all of their kind; with the true count."""
    register = Counter((school.phase, school.sector) for school in schools)
    phases = {frozenset([kind[0]]) for kind in register} | {frozenset(p) for p in counts.columns.values()}
    groups = {
        tuple(kind for kind in sorted(register) if kind[0] in some and kind[1] in sectors)
        for some in phases | {frozenset(kind[0] for kind in register)}
        for sectors in [{kind[1]} for kind in register] + [{kind[1] for kind in register}]
    }
    for tier, group in product(counts.tiers, sorted(groups)):
        true = sum(school.tier == tier and (school.phase, school.sector) in group for school in schools)
        if group and (true < 5 or true == sum(register[kind] for kind in group)):
            yield tier, list(group), true


def solve(schools: list[Placed], counts: PublicCounts, tier: str, group: list[Kind], fixed: int) -> bool:
    """Whether the count could be `fixed`, for all that is said."""
    register = Counter((school.phase, school.sector) for school in schools)
    variables = list(product(counts.tiers, register))
    said = [*statements(schools, counts), ([(tier, kind) for kind in group], {}, fixed, fixed)]
    matrix = np.array(
        [[weights.get(v[0], 1) if v in members else 0 for v in variables] for members, weights, _, _ in said]
    )
    answer = milp(
        np.zeros(len(variables)),
        constraints=LinearConstraint(matrix, [low for *_, low, _ in said], [high for *_, high in said]),
        integrality=np.ones(len(variables)),
        bounds=Bounds(0, [register[kind] for _, kind in variables]),
    )
    return bool(answer.success)


def random_schools(seed: int, size: int, tiers: tuple[str, ...] = tuple(PRICES)) -> list[Placed]:
    draw = random.Random(seed)
    weights = [draw.choice((1, 3, 8, 20)) for _ in tiers]
    schools = []
    for _ in range(size):
        phase = draw.choices(("primary", "secondary", "special", "nursery"), (30, 8, 4, 1))[0]
        sector = draw.choices(("maintained", "academy"), (2, 3))[0]
        schools.append(placed(draw.choices(tiers, weights)[0], phase, sector))
    return schools


@pytest.mark.parametrize("seed", range(3))
def test_a_solver_cannot_work_out_a_small_count(seed: int) -> None:
    schools = random_schools(seed, size=60 + 30 * seed)
    counts = protect(schools, tiers_of(schools))
    for tier, group, true in small_groups(schools, counts):
        assert solve(schools, counts, tier, group, true), "what is said must agree with the truth"
        size = sum((school.phase, school.sector) in group for school in schools)
        others = sorted((n for n in range(size + 1) if n != true), key=lambda n: abs(n - true))
        possible = (n for n in others if solve(schools, counts, tier, group, n))
        wanted = min(5, size + 1) - 1
        assert len(list(islice(possible, wanted))) == wanted, (tier, group, true)


@pytest.mark.parametrize("seed", range(16))
def test_trying_every_list_does_not_find_a_small_count(seed: int) -> None:
    """Brute force over all lists of three tiers and three kinds of school that agree with the page."""
    draw = random.Random(seed)
    kinds = [("primary", "maintained"), ("primary", "academy"), ("secondary", "academy")]
    while True:  # until a list is drawn of which the page says something
        sizes = [draw.randint(1, 9) for _ in kinds]
        weights = [draw.choice((1, 3, 8)) for _ in range(3)]
        schools = [
            placed(draw.choices(("high", "targeted", "light"), weights)[0], *kind)
            for kind, n in zip(kinds, sizes, strict=True)
            for _ in range(n)
        ]
        counts = protect(schools, tiers_of(schools))
        if counts.says_anything:
            break
    rows = len(counts.tiers)
    ways = [
        [split for split in product(range(n + 1), repeat=rows) if sum(split) == n] for n in sizes
    ]  # of each kind, how many go to each tier
    lists = np.array([np.concatenate(way) for way in product(*ways)])
    position = {(tier, kind): k * rows + t for k, kind in enumerate(kinds) for t, tier in enumerate(counts.tiers)}
    agrees = np.ones(len(lists), dtype=bool)
    for members, prices, low, high in statements(schools, counts):
        told = sum(lists[:, position[m]] * prices.get(m[0], 1) for m in members)
        agrees &= (told >= low - 1e-6) & (told <= high + 1e-6)
    left = lists[agrees]
    for tier, group, true in small_groups(schools, counts):
        values = set(left[:, [position[tier, kind] for kind in group]].sum(axis=1).tolist())
        size = sum((school.phase, school.sector) in group for school in schools)
        assert true in values
        assert len(values) >= min(5, size + 1), (tier, group, true, values)


@pytest.mark.parametrize("seed", range(5))
def test_no_number_below_five_is_shown_and_all_shown_are_true(seed: int) -> None:
    schools = random_schools(seed, size=25 + 40 * seed)
    counts = protect(schools, tiers_of(schools))
    for (tier, column), n in counts.by_phase.items():
        assert n is None or n == sum(s.tier == tier and s.phase in counts.columns[column] for s in schools) >= 5
    for (tier, sector), n in counts.by_sector.items():
        assert n is None or n == sum(s.tier == tier and s.sector == sector for s in schools) >= 5
    for tier, n in counts.by_tier.items():
        assert n is None or n == sum(s.tier == tier for s in schools) >= 5
        assert counts.costs[tier] is None or n is not None
    true_cost = sum(s.cost for s in schools if s.cost is not None)
    assert counts.total_cost in (None, true_cost)
    assert counts.cost_range is None or counts.cost_range[0] <= true_cost <= counts.cost_range[1]


def test_large_counts_are_all_shown() -> None:
    schools = schools_of(
        (20, "high", "primary", "maintained"), (15, "high", "secondary", "academy"),
        (30, "light", "primary", "maintained"), (12, "light", "secondary", "academy"),
    )  # fmt: skip
    counts = protect(schools, ["high", "light"])
    assert counts.by_phase == {
        ("high", "primary"): 20, ("high", "secondary"): 15, ("light", "primary"): 30, ("light", "secondary"): 12,
    }  # fmt: skip
    assert counts.by_tier == {"high": 35, "light": 42}
    assert counts.days == {"high": Decimal(770), "light": Decimal(63)}
    assert counts.total_cost == Decimal(833 * RATE)


def test_one_small_tier_hides_a_second_and_their_money() -> None:
    schools = schools_of(
        (3, "high", "primary", "maintained"), (8, "targeted", "primary", "maintained"),
        (40, "light", "primary", "maintained"),
    )  # fmt: skip
    counts = protect(schools, ["high", "targeted", "light"])
    assert counts.by_tier == {"high": None, "targeted": None, "light": 40}
    assert counts.costs == {"high": None, "targeted": None, "light": Decimal(60 * RATE)}
    assert counts.total_days is None
    assert counts.total_cost is None
    # Eleven schools in both, at least one in each: 60 + 22 + 100 = 182 days at least, 60 + 220 + 10 = 290 at most.
    assert counts.cost_range == (Decimal(290_000), Decimal(470_000))


def test_a_whole_group_in_one_tier_is_not_shown_however_large() -> None:
    schools = schools_of(
        (12, "high", "special", "maintained"), (6, "high", "primary", "maintained"),
        (20, "light", "primary", "maintained"),
    )  # fmt: skip
    counts = protect(schools, ["high", "light"])
    assert counts.by_tier == {"high": 18, "light": 20}
    assert set(counts.by_phase.values()) == {None}


def test_a_list_with_one_tier_only_says_nothing() -> None:
    counts = protect(schools_of((30, "light", "primary", "maintained"), (9, "light", "special", "academy")), ["light"])
    assert not counts.says_anything
    assert counts.total_cost is None
    assert counts.cost_range is None


def test_money_is_withheld_where_it_would_tell_a_mix() -> None:
    """Secondaries of the tier get 20 days, primaries 10: nine schools for 110 days are seven and two."""
    high = [placed("high", "primary", "academy", 10)] * 7 + [placed("high", "secondary", "academy", 20)] * 2
    rest = schools_of((30, "light", "primary", "academy"), (13, "light", "secondary", "academy"))
    counts = protect(high + rest, ["high", "light"])
    assert counts.by_tier == {"high": 9, "light": 43}
    assert counts.costs["high"] is None
    assert counts.days["high"] is None


def test_phases_of_few_schools_share_a_column() -> None:
    schools = schools_of(
        (40, "light", "primary", "maintained"), (10, "light", "secondary", "maintained"),
        (6, "light", "special", "maintained"), (1, "unknown", "nursery", "maintained"),
    )  # fmt: skip
    columns = protect(schools, ["light", "unknown"]).columns
    assert columns == {
        "primary": frozenset(["primary"]), "secondary": frozenset(["secondary"]),
        "other": frozenset(["special", "nursery"]),
    }  # fmt: skip
