"""Numbers that may be shown in public: none from which the support of a single school can be worked out.

The reader we guard against knows the register (how many schools of each phase, sector and third by disadvantage there
are), the rules (what each tier gets) and everything else in the report. A count below five is never shown, and a larger
count, an amount or an average only if, for every count below five, shown nowhere but perhaps implied, that reader is
still left with at least five possible values, or with all that the register allows where it holds fewer schools of the
kind. Counts that make up all of a group (every special school in one tier) are guarded like those below five, for they
tell the tier of each school in it. All tables are protected together, down to the crosses that no table shows.

A correction is read beside the editions that it replaces. Two nearly equal lists tell of the few schools between them, so
the reader is taken to believe that no count moved by more than four, and then:

- a count that moved by one to four is not shown again, and keeps five possible values for all else that is shown;
- a count, shown only now, must not make a hidden count of an earlier edition any less hidden;
- days, cost and averages are shown only where they say no more than before, or at least five schools moved.

List years need no such care: each has a list of its own, and nothing shown ties a school's tier of one year to the next.

Not guarded against: a reader who runs this program itself over every list he can think of and keeps those that print the
same report. That is the known limit of every suppression that draws no lots. What was shown is therefore kept, and read
again rather than chosen anew: two versions of this program may choose differently for the same list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from itertools import product

from school_support.reports.reader import NOT_KNOWN, THRESHOLD, Cell, Placed, Reader, Shown

SMALL_GROUP = 10
"""Phases with fewer schools than this share a column: alone they could hardly show a number."""
OTHER_PHASES = "other"
ROUND_TO = Decimal(10_000)
"""GBP to which the ends of a range of costs are rounded, outwards."""
STEPS = (Decimal(1), Decimal(2))
"""Days a school: widths of the ranges tried where the average itself may not be shown."""
TENTH = Decimal("0.1")
ALL = "all"
WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class PublicCount:
    """A number that the report shows or withholds: a row of publication.public_count.

    `table_kind`: tier, phase, sector, disadvantage, coverage, comments or decisions. `row_group` is a row of it, `members`
    the codes that it counts together. `tier`: one tier, two joined by "+", or all. `measure`: schools, days, cost (GBP),
    days_per_school, comments or decisions. The true number lies between `low` and `high`; both are None where withheld.
    """

    table_kind: str
    row_group: str
    members: tuple[str, ...]
    tier: str
    measure: str
    shown: str
    low: Decimal | None
    high: Decimal | None

    @property
    def cell(self) -> Cell:
        """The schools that it is about."""
        groups = {} if self.table_kind not in FIELDS else {FIELDS[self.table_kind]: frozenset(self.members)}
        return Cell(None if self.tier == ALL else frozenset(self.tier.split("+")), **groups)


AMOUNTS = ("days", "cost", "days_per_school")
FIELDS = {"phase": "phases", "sector": "sectors", "disadvantage": "disadvantage"}


@dataclass(frozen=True, slots=True)
class Earlier:
    """An edition of the same list year that is out: its schools, and what its report shows."""

    schools: Sequence[Placed]
    rows: Sequence[PublicCount]
    at_most: Sequence[tuple[Cell, int]] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A row of a table: all schools, a phase or several, a sector, a third by disadvantage."""

    kind: str
    name: str
    members: tuple[str, ...]

    def cell(self, tier: str = ALL) -> Cell:
        """The group's schools in a tier."""
        return self.row(tier, "schools", "", None, None).cell

    def row(self, tier: str, measure: str, shown: str, low: Decimal | None, high: Decimal | None) -> PublicCount:
        """A number of the group."""
        return PublicCount(self.kind, self.name, self.members, tier, measure, shown, low, high)


EVERYONE = Group("tier", ALL, ())


def protect(
    schools: Sequence[Placed],
    tiers: Sequence[str],
    upper: Sequence[str] = (),
    earlier: Sequence[Earlier] = (),
    at_most: Sequence[tuple[Cell, int]] = (),
) -> list[PublicCount] | None:
    """Choose what may be shown of a list: totals of tiers first, then money, then groups of schools, then averages.

    Args:
        schools: one place a school.
        tiers: the tiers that occur, in the order in which to show them.
        upper: the tiers of most support, also counted together.
        earlier: the editions of the same list year before this one, oldest first.
        at_most: what the report says of cells elsewhere: they hold no more schools than this.

    Returns:
        Everything that the tables show, withheld numbers among it. Where no count by tier may be shown no tier is
        named: beside nothing at all a name alone could give one away. None: `at_most` alone tells too much.
    """
    groups = groups_of(schools)
    together = ["+".join(upper)] if len(upper) > 1 else []
    page = _Page(schools, _guarded(schools, tiers, together, groups), earlier)
    if not page.say(at_most):
        return None
    sizes = [g.row(ALL, "schools", str(n), Decimal(n), Decimal(n)) for g in groups for n in [g.cell().count(schools)]]

    def counts(of: Iterable[Group], named: Sequence[str]) -> list[PublicCount]:
        wanted = [(g, tier, g.cell(tier).count(schools)) for g in of for tier in named]
        rows = [g.row(tier, "schools", str(n), Decimal(n), Decimal(n)) for g, tier, n in wanted]
        large = sorted((row for row in rows if row.low >= THRESHOLD), key=lambda r: (-r.low, rows.index(r)))  # type: ignore[operator]
        out = set(page.show(large))
        return [
            row if row in out else g.row(tier, "schools", WITHHELD, None, None)
            for row, (g, tier, _) in zip(rows, wanted, strict=True)
        ]

    totals = counts([EVERYONE], tiers)
    costs = [_of_tier(page, row, "cost", schools) for row in totals]
    # Days are money under another name (days times the day rate): both are shown or neither.
    days = [_of_tier(page, row, "days", schools) for row in costs]
    details = counts([EVERYONE], together) + counts(groups[1:], [*tiers, *together])
    if all(row.low is None for row in totals + details):
        return sizes
    means = [_mean(page, group, schools) for group in groups] if all(s.days is not None for s in schools) else []
    return [*sizes, *totals, *days, *costs, *details, *means, *_whole_cost(page, days, costs, schools)]


def groups_of(schools: Sequence[Placed]) -> list[Group]:
    """All schools, then the rows of the tables: large phases alone, largest first, the small ones together."""
    sizes = Counter(school.phase for school in schools)
    large = sorted((phase for phase, n in sizes.items() if n >= SMALL_GROUP), key=lambda p: (-sizes[p], p))
    rest = tuple(sorted(frozenset(sizes) - frozenset(large)))
    groups = [EVERYONE, *(Group("phase", phase, (phase,)) for phase in large)]
    if rest:
        groups.append(Group("phase", rest[0] if len(rest) == 1 else OTHER_PHASES, rest))
    groups += [Group("sector", sector, (sector,)) for sector in sorted({school.sector for school in schools})]
    thirds = Counter(school.disadvantage for school in schools if school.disadvantage != NOT_KNOWN)
    return groups + [Group("disadvantage", third, (third,)) for third in sorted(thirds) if thirds[third] >= SMALL_GROUP]


class _Page:
    """What is shown so far, as the reader of this edition and the readers of the earlier ones have it."""

    def __init__(self, schools: Sequence[Placed], guarded: Sequence[Cell], earlier: Sequence[Earlier]) -> None:
        self.schools, self.earlier = schools, earlier
        out = [(edition, row) for edition in earlier for row in edition.rows if _is_count(row)]
        moves = [(row, row.cell.count(schools) - int(row.low or 0)) for _, row in out]
        close = [(row, move) for row, move in moves if abs(move) < THRESHOLD]
        self.now = Reader(schools, list(dict.fromkeys([*guarded, *(row.cell for row, move in close if move)])))
        # What the page itself says, without the beliefs: a range that is printed must not confirm them.
        self.said = Reader(schools)
        for row, _ in close:
            self.now.add(_about(self.now, row, THRESHOLD - 1))
        self.before = []
        for edition in earlier:
            reader = Reader(edition.schools, _guarded_in(edition))
            for row in edition.rows:
                if row.low is not None and (row.tier != ALL or row.measure in AMOUNTS):
                    reader.add(_about(reader, row))
            for cell, most in edition.at_most:
                reader.add(reader.schools_in(cell, 0, most))
            self.before.append(reader)

    def say(self, at_most: Sequence[tuple[Cell, int]]) -> bool:
        """Take in what is said elsewhere; whether it leaves all safe that was safe before."""
        for reader in (self.now, self.said) if at_most else ():
            for cell, most in at_most:
                reader.add(reader.schools_in(cell, 0, most))
        return not at_most or self.now.is_safe()

    def show(self, rows: Sequence[PublicCount]) -> list[PublicCount]:
        """Show what is safe: as if one row were tried after the other, but whole blocks at once where they may stand.

        What is unsafe beside some rows is unsafe beside more, so the halves of a block give what its rows alone would.
        """
        allowed = [row for row in rows if self._tells_no_move(row)]
        if not allowed or self._show(allowed):
            return allowed
        if len(allowed) == 1:
            return []
        middle = len(allowed) // 2
        return [*self.show(allowed[:middle]), *self.show(allowed[middle:])]

    def _show(self, rows: Sequence[PublicCount]) -> bool:
        told = [(self.now, [s for row in rows for s in _about(self.now, row)])]
        for reader, edition in zip(self.before, self.earlier, strict=True):
            close = [
                r for r in rows if _is_count(r) and abs(r.cell.count(edition.schools) - int(r.low or 0)) < THRESHOLD
            ]
            told.append((reader, [s for row in close for s in _about(reader, row, THRESHOLD - 1)]))
        before = [(reader, reader.add(shown)) for reader, shown in told]
        if all(reader.is_safe() for reader, shown in told if shown):
            self.said.add([s for row in rows for s in _about(self.said, row)])
            return True
        for reader, known in before:
            reader.back(known)
        return False

    def _tells_no_move(self, row: PublicCount) -> bool:
        """Whether a number, beside the same number of each earlier edition, tells of no school or of at least five.

        An amount that an earlier edition withheld may tell of it too: what is nearly the same list has nearly its amounts.
        """
        for edition in self.earlier:
            old = next((old for old in edition.rows if _key(old) == _key(row)), None)
            if old is not None and _covers(row, old):
                continue
            if _is_count(row):
                moved = abs(int(row.low or 0) - int(old.low)) if old is not None and old.low is not None else THRESHOLD
            else:
                moved = _moved(row.cell, self.schools, edition.schools)
            if moved < THRESHOLD:
                return False
        return True


def counted(table_kind: str, row_group: str, measure: str, number: int, earlier: Sequence[Earlier]) -> PublicCount:
    """A number of a kind of its own, tied to no table: withheld below five, and where it moved by one to four."""
    olds = [old for e in earlier for old in e.rows if (old.table_kind, old.row_group) == (table_kind, row_group)]
    moved = [abs(int(old.low) - number) for old in olds if old.low is not None]
    is_safe = number >= THRESHOLD and not any(0 < move < THRESHOLD for move in moved)
    amount = Decimal(number) if is_safe else None
    return PublicCount(table_kind, row_group, (), ALL, measure, str(number) if is_safe else WITHHELD, amount, amount)


def _is_count(row: PublicCount) -> bool:
    return row.measure == "schools" and row.tier != ALL and row.low is not None


def _key(row: PublicCount) -> tuple[object, ...]:
    return row.table_kind, row.members, row.tier, row.measure


def _covers(row: PublicCount, old: PublicCount) -> bool:
    """Whether a number or range says no more than the earlier one."""
    ends = row.low, row.high, old.low, old.high
    return None not in ends and row.low <= old.low and old.high <= row.high  # type: ignore[operator]


def _about(reader: Reader, row: PublicCount, more_or_less: int = 0) -> list[Shown]:
    """A number as constraints of a reader."""
    low, high = row.low or Decimal(0), row.high or Decimal(0)
    if row.measure == "schools":
        return reader.schools_in(row.cell, float(low - more_or_less), float(high + more_or_less))
    if row.measure == "days_per_school":
        n = reader.known(row.cell)
        return reader.amount(row.cell, "days", n * low, n * high)
    return reader.amount(row.cell, row.measure, low, high)


def _moved(cell: Cell, now: Sequence[Placed], before: Sequence[Placed]) -> int:
    """How many schools of the cell, at least, came to a tier between two lists."""
    tiers = {school.tier for school in (*now, *before)} if cell.tiers is None else cell.tiers
    parts = [Cell(frozenset([tier]), cell.phases, cell.sectors, cell.disadvantage) for tier in sorted(tiers)]
    moves = [part.count(now) - part.count(before) for part in parts]
    return max(sum(move for move in moves if move > 0), -sum(move for move in moves if move < 0))


def _guarded(
    schools: Sequence[Placed], tiers: Sequence[str], together: Sequence[str], groups: Sequence[Group]
) -> list[Cell]:
    """Every count, shown or implied, that is below five or all of its group."""

    def sets(kind: str, codes: Iterable[str]) -> list[frozenset[str] | None]:
        alone = [frozenset([code]) for code in sorted(set(codes))]
        merged = [frozenset(group.members) for group in groups if group.kind == kind]
        return [None, *dict.fromkeys([*alone, *merged])]

    guarded = []
    for phases, sectors, thirds in product(
        sets("phase", (s.phase for s in schools)), sets("sector", (s.sector for s in schools)),
        sets("disadvantage", (s.disadvantage for s in schools)),
    ):  # fmt: skip
        of_group = [
            s for s in schools if Cell(None, phases, sectors, thirds).covers(s.tier, s.phase, s.sector, s.disadvantage)
        ]
        for tier in [*tiers, *together]:
            cell = Cell(frozenset(tier.split("+")), phases, sectors, thirds)
            count = cell.count(of_group)
            if of_group and (count < THRESHOLD or count == len(of_group)):
                guarded.append(cell)
    return guarded


def _guarded_in(edition: Earlier) -> list[Cell]:
    tiers = sorted({school.tier for school in edition.schools})
    together = sorted({row.tier for row in edition.rows if "+" in row.tier})
    return _guarded(edition.schools, tiers, together, groups_of(edition.schools))


def _of_tier(page: _Page, beside: PublicCount, measure: str, schools: Sequence[Placed]) -> PublicCount:
    """Days or cost of a tier, shown only beside its count or the other of the two."""
    total = _sum(getattr(s, measure) for s in schools if s.tier == beside.tier)
    if beside.low is not None and total is not None:
        row = EVERYONE.row(beside.tier, measure, f"{total:f}", total, total)
        if page.show([row]):
            return row
    return EVERYONE.row(beside.tier, measure, WITHHELD, None, None)


def _mean(page: _Page, group: Group, schools: Sequence[Placed]) -> PublicCount:
    """The average days a school of a group to a tenth; where that tells too much, the narrowest range that does not."""
    days = [
        school.days or Decimal(0)
        for school in schools
        if group.cell().covers(school.tier, school.phase, school.sector, school.disadvantage)
    ]
    mean = sum(days, Decimal(0)) / len(days)
    rounded = mean.quantize(TENTH, ROUND_HALF_UP)
    tries: list[tuple[str, Decimal, Decimal]] = [(str(rounded), rounded - TENTH / 2, rounded + TENTH / 2)]
    for step in STEPS:
        low = (mean / step).to_integral_value(ROUND_FLOOR) * step
        tries.append((f"{low} to {low + step}", low, low + step))
    for shown, low, high in tries:
        row = group.row(ALL, "days_per_school", shown, low, high)
        if page.show([row]):
            return row
    return group.row(ALL, "days_per_school", WITHHELD, None, None)


def _whole_cost(
    page: _Page, days: Sequence[PublicCount], costs: Sequence[PublicCount], schools: Sequence[Placed]
) -> list[PublicCount]:
    """Days and cost of the whole list where those of all tiers are shown; else between what amounts it must cost."""
    if any(school.cost is None for school in schools):
        return []
    rows = []
    for measure, parts in (("days", days), ("cost", costs)):
        total = _sum(part.low for part in parts)
        if total is not None:
            rows.append(EVERYONE.row(ALL, measure, f"{total:f}", total, total))
    if not rows:
        least, most = page.said.cost_range()
        low, high = _rounded(least, ROUND_FLOOR), _rounded(most, ROUND_CEILING)
        rows.append(EVERYONE.row(ALL, "cost", f"{low:f} to {high:f}", low, high))
    return rows


def _rounded(amount: float, how: str) -> Decimal:
    return (Decimal(amount) / ROUND_TO).to_integral_value(how) * ROUND_TO


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, or None if any part of it is not known."""
    total = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
