"""Is support fair? The groups of an edition in order and in words, with the largest differences as sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from school_support.reports import words
from school_support.reports.edition_data import FairnessRow

NAMES = {"phase": words.PHASES, "disadvantage_quintile": words.QUINTILES, "sector": words.SECTORS}
# With fewer schools than this one school's need is the group's figure, and says nothing of the group.
FEW_SCHOOLS = 5
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class GroupView:
    """One kind of groups: its rows with their names, and a sentence on the most and the least support."""

    title: str
    rows: list[tuple[str, FairnessRow]]
    sentence: str


def group_views(fairness: Sequence[FairnessRow]) -> list[GroupView]:
    """The kinds in a fixed order; phases and sectors by size, fifths from fewest to most, what is not known last."""
    views = []
    for kind, title in words.GROUP_KINDS.items():
        rows = sorted((row for row in fairness if row.group_kind == kind), key=_order)
        if rows:
            named = [(words.named(row.group_name, NAMES[kind]), row) for row in rows]
            views.append(GroupView(title, named, _sentence(title, named)))
    return views


def everyone(fairness: Sequence[FairnessRow]) -> FairnessRow | None:
    """The row of all schools together."""
    return next((row for row in fairness if row.group_kind == "all"), None)


def times(ratio: Decimal | None) -> str:
    """How many times the mean of all schools: 1.4 times."""
    return "not known" if ratio is None else f"{ratio:.2f} times"


def _order(row: FairnessRow) -> tuple[bool, int, str]:
    size = 0 if row.group_kind == "disadvantage_quintile" else -row.schools
    return row.group_name == UNKNOWN, size, row.group_name


def _sentence(title: str, named: Sequence[tuple[str, FairnessRow]]) -> str:
    """Most and least days a school, among the groups that are large enough and known to be one."""
    told = [pair for pair in named if pair[1].schools >= FEW_SCHOOLS and pair[1].group_name != UNKNOWN]
    if len(told) < 2:
        return f"{title}: fewer than two groups of at least {FEW_SCHOOLS} schools are known, so nothing is compared."
    most = max(told, key=lambda pair: pair[1].mean_days)
    least = min(told, key=lambda pair: pair[1].mean_days)
    if most[1].mean_days == least[1].mean_days:
        return f"{title}: every group gets {_each(most[1])}."
    return f"{title}: most for \u201c{most[0]}\u201d, {_beside(most[1])}; least for \u201c{least[0]}\u201d, {_beside(least[1])}."


def _beside(row: FairnessRow) -> str:
    return f"{_each(row)}, {times(row.ratio_to_mean)} the mean"


def _each(row: FairnessRow) -> str:
    return f"{words.plain(row.mean_days)} {'day' if row.mean_days == 1 else 'days'} a school"
