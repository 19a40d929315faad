"""What a rule of a gate is. Rules are plain values: making one neither reads data nor imports Great Expectations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

Severity = Literal["critical", "warning", "info"]

# Who answers when a rule fails.
DATA_ENGINEER = "data engineer"
IMPROVEMENT_LEAD = "school improvement lead"


@dataclass(frozen=True)
class Check:
    """An expectation, Great Expectations' or the adapter's own, by its class name and arguments.

    `failing_rows` is a query, over the table `batch`, for all rows that fail: Great Expectations itself names at most
    20, and of a query none. Its column `urn` (and, for raw rows, `_line`) says where; `shows` names the columns that say what is wrong, by
    default all others.
    """

    expectation: str
    arguments: Mapping[str, object]
    failing_rows: str
    shows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One rule of a suite.

    A critical failure stops the gate, a warning is shown and a person decides, an info is a fact worth seeing.
    `id` is unique within its suite; everywhere else it is `suite.id`.
    """

    id: str
    owner: str
    severity: Severity
    sentence: str
    how_to_resolve: str
    check: Check


@dataclass(frozen=True)
class Release:
    """The facts of a loaded release that its rules may use. `columns`: those its layout delivers."""

    release_id: int
    source: str
    file_name: str
    academic_year: int | None
    snapshot_date: date | None
    known_from: date
    rows: int
    columns: frozenset[str]


@dataclass(frozen=True)
class Pin:
    """A release that an assessment may read."""

    release_id: int
    source: str


@dataclass(frozen=True)
class Candidate:
    """The facts of a candidate that its rules may use.

    `recomputed_hash` was computed from its rows just now; `overdue` has a sentence for each source that was overdue on
    the as-at date, `changed_rules` one for each way in which the seeds are not what the candidate was made by. Nobody has
    to be heard about a `demonstration`. `pins` are the releases that its assessment reads.
    """

    candidate_id: int
    assessment_id: int
    authority: str
    list_year: int
    demonstration: bool
    recomputed_hash: str
    overdue: tuple[str, ...]
    changed_rules: tuple[str, ...] = ()
    pins: tuple[Pin, ...] = ()

    def pinned_of(self, source: str) -> tuple[int, ...]:
        """The release_ids that it reads of a source."""
        return tuple(pin.release_id for pin in self.pins if pin.source == source)


@dataclass(frozen=True)
class Boundary:
    """The rows of a release or candidate in one boundary table, and the rules they must meet.

    `suite` names both in results; `query` selects the rows.
    """

    suite: str
    query: str
    rules: Sequence[Rule]


RawSuite = Callable[[Release], Sequence[Rule]]
CandidateSuite = Callable[[Candidate], Sequence[Rule]]


def no_rows(failing_rows: str, asked: str | None = None) -> Check:
    """No row may come out of a query over `batch`, which looks at several rows at once.

    Args:
        failing_rows: the query, and what fetches the rows that fail.
        asked: a cheaper query that gives a row where `failing_rows` does.
    """
    # Great Expectations formats the query, so braces of a regular expression are doubled.
    escaped = (asked or failing_rows).replace("{", "{{").replace("}", "}}")
    query = f"with batch as (select * from {{batch}})\n{escaped}"  # noqa: S608  # a suite's own text
    return Check("NoRows", {"unexpected_rows_query": query}, failing_rows)


def no_row_where(condition: str, shown: str) -> Check:
    """No row meets a condition on its own cells; as in SQL, a row that leaves it open (null) does not meet it.

    All such rules of a boundary, and those on one column, are answered by one reading of its rows.

    Args:
        condition: SQL over the columns of `batch`; it names no table.
        shown: the select list of `failing_rows`.
    """
    return Check("NoRowWhere", {"condition": condition}, f"select {shown} from batch where {condition}")  # noqa: S608


def row_count(rows: int) -> Check:
    """The batch has exactly so many rows."""
    return Check(
        "ExpectTableRowCountToEqual",
        {"value": rows},
        f"select count(*) as rows from batch having count(*) <> {rows}",  # noqa: S608
    )


def at_least_one_row() -> Check:
    """The batch is not empty."""
    return Check(
        "ExpectTableRowCountToBeBetween",
        {"min_value": 1},
        "select count(*) as rows from batch having count(*) = 0",
    )


def matches(column: str, pattern: str) -> Check:
    """Every value that is there matches a regular expression that PostgreSQL and Python read alike."""
    return Check(
        "ExpectColumnValuesToMatchRegex",
        {"column": column, "regex": pattern},
        f"select * from batch where {column} is not null and {column} !~ '{pattern}'",  # noqa: S608
        (column,),
    )


def filled(column: str, share: float = 1.0) -> Check:
    """At least this share of the rows has a value."""
    return Check(
        "ExpectColumnValuesToNotBeNull",
        {"column": column, "mostly": share},
        f"select * from batch where {column} is null",  # noqa: S608
        (column,),
    )


def one_of(column: str, values: Sequence[str]) -> Check:
    """Every value that is there is one of a set."""
    listed = ", ".join(f"'{value}'" for value in values)
    return Check(
        "ExpectColumnValuesToBeInSet",
        {"column": column, "value_set": list(values)},
        f"select * from batch where {column} not in ({listed})",  # noqa: S608
        (column,),
    )


def between(column: str, low: float | None, high: float | None) -> Check:
    """Every number that is there lies between two ends, both included; None leaves that side open."""
    outside = " or ".join(f"{column} {sign} {end}" for sign, end in (("<", low), (">", high)) if end is not None)
    return Check(
        "ExpectColumnValuesToBeBetween",
        {"column": column, "min_value": low, "max_value": high},
        f"select * from batch where {outside}",  # noqa: S608
        (column,),
    )


def unique(*columns: str) -> Check:
    """No two rows have the same values in these columns."""
    key = ", ".join(columns)
    return Check(
        "ExpectCompoundColumnsToBeUnique" if len(columns) > 1 else "ExpectColumnValuesToBeUnique",
        {"column_list": list(columns)} if len(columns) > 1 else {"column": columns[0]},
        f"select * from batch where ({key}) in "  # noqa: S608
        f"(select {key} from batch group by {key} having count(*) > 1)",
        columns,
    )
