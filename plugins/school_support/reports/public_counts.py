"""The numbers of an edition's public report: chosen once, kept in publication.public_count, and read from there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from school_support.reports import words
from school_support.reports.edition_data import EditionData, read_edition
from school_support.reports.reader import NOT_KNOWN, THRESHOLD, Cell, Placed
from school_support.reports.suppression import (
    ALL,
    OTHER_PHASES,
    WITHHELD,
    Earlier,
    PublicCount,
    counted,
    protect,
)
from school_support.warehouse.connection import connect

# Two writers must not choose for the same edition.
PUBLIC_COUNT_LOCK = 720_015
BANDS = (("most", Decimal("0.9")), ("good", Decimal("0.75")), ("least", Decimal(0)))
"""Bands of the share of the evidence that was known, and the least share of each."""
DISADVANTAGED = "fsm_ever_pct"
THIRDS = 3
UPPER_TIERS = 2
NAMES = {"phase": words.PHASES | {OTHER_PHASES: "Other phases"}, "sector": words.SECTORS, "disadvantage": words.THIRDS}


@dataclass(frozen=True, slots=True)
class People:
    """What people did for a list: comments of schools and what became of them, and panel decisions, as numbers."""

    comments: int = 0
    upheld: int = 0
    not_upheld: int = 0


@dataclass(frozen=True, slots=True)
class Past:
    """What an earlier list year showed: the last edition of it that was out."""

    list_year: int
    edition: int
    demonstration: bool
    rows: Sequence[PublicCount]


@dataclass(frozen=True, slots=True)
class PublicReport:
    """All that a public report may say in numbers, and what earlier list years said."""

    rows: Sequence[PublicCount]
    past: Sequence[Past] = field(default_factory=tuple)


def choose(data: EditionData, people: People, earlier: Sequence[Earlier] = ()) -> list[PublicCount]:
    """Choose what may be shown of an edition beside the earlier editions of its list year."""
    schools = placed(data)
    ranked = sorted(data.support, key=lambda row: (row.tier_rank is None, -(row.tier_rank or 0), row.tier))
    tiers = list(dict.fromkeys(row.tier for row in ranked))
    upper = list(dict.fromkeys(row.tier for row in ranked if row.tier_rank is not None))[:UPPER_TIERS]
    bands = _coverage(data, earlier)
    made = protect(schools, tiers, upper, earlier, at_most=_limits(data, bands))
    if made is None:
        bands, made = [], protect(schools, tiers, upper, earlier) or []
    decided = [row.decision for row in data.support]
    overridden, confirmed = decided.count("override"), decided.count("confirm")
    return [
        *made,
        *bands,
        *_parts("comments", people.comments, {"upheld": people.upheld, "not_upheld": people.not_upheld}, earlier),
        *_parts("decisions", overridden + confirmed, {"override": overridden, "confirm": confirmed}, earlier),
    ]


def read_report(edition_id: int, data: EditionData) -> PublicReport:
    """The numbers of an edition, chosen and kept if this is the first time, and those of earlier list years.

    Raises:
        SupportListError: an earlier edition of the list year cannot be read, or the warehouse does not answer.
    """
    with connect("support_publisher") as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (PUBLIC_COUNT_LOCK,))
        return PublicReport(_kept_or_chosen(connection, edition_id, data), _past(connection, edition_id))


def placed(data: EditionData) -> list[Placed]:
    """Where each school stands, with its third by disadvantage."""
    thirds = _thirds(data)
    return [
        Placed(row.tier, row.phase, row.sector or "not recorded", row.support_days, row.support_cost, thirds[row.urn])
        for row in data.support
    ]


def group_name(row: PublicCount) -> str:
    """A row group in words."""
    if row.row_group == ALL:
        return {"comments": "All comments", "decisions": "All decisions"}.get(row.table_kind, "All schools")
    return words.named(row.row_group, NAMES.get(row.table_kind, words.PUBLIC_GROUPS))


def tier_name(tier: str, names: dict[str, str]) -> str:
    """A tier, or two together, in words."""
    return "All levels" if tier == ALL else " or ".join(names.get(part, part) for part in tier.split("+"))


def _thirds(data: EditionData) -> dict[str, str]:
    """The third of the authority's schools of its phase that a school belongs to: 1 has the fewest disadvantaged pupils.

    By the newest share known of pupils eligible for free school meals in the past six years. Thirds of the authority's
    own schools, because the fifths of the country that the officers' page has hold too few of them to show a number.
    Schools with the same share are in the same third, the lowest that one of them falls into.
    """
    newest: dict[str, Decimal] = {}
    for row in sorted(data.results, key=lambda r: r.academic_year):
        if row.measure == DISADVANTAGED and row.value is not None:
            newest[row.urn] = row.value
    shares: dict[str, list[Decimal]] = defaultdict(list)
    for school in data.support:
        if school.urn in newest:
            shares[school.phase].append(newest[school.urn])
    thirds = defaultdict(lambda: NOT_KNOWN)
    for school in data.support:
        if school.urn in newest:
            of_phase = shares[school.phase]
            lower = sum(share < newest[school.urn] for share in of_phase)
            thirds[school.urn] = str(1 + THIRDS * lower // len(of_phase))
    return thirds


def _coverage(data: EditionData, earlier: Sequence[Earlier]) -> list[PublicCount]:
    """Schools by the share of their evidence that was known; bands with too few schools join the one above."""
    shares = [row.coverage or Decimal(0) for row in data.support]
    bands: list[tuple[str, int]] = []
    above: Decimal | None = None
    for name, least in BANDS:
        bands.append((name, sum(least <= share and (above is None or share < above) for share in shares)))
        above = least
    while len(bands) > 1 and min(n for _, n in bands) < THRESHOLD:
        small = min(range(len(bands)), key=lambda i: bands[i][1])
        into = small - 1 if small else 1
        first, second = sorted((small, into))
        bands[first : second + 1] = [(f"{bands[first][0]}+{bands[second][0]}", bands[first][1] + bands[second][1])]
    rows = [counted("coverage", name, "schools", n, earlier) for name, n in bands]
    # The bands add up to all schools: one withheld alone would be no secret.
    return rows if len(rows) > 1 and all(row.low is not None for row in rows) else []


def _limits(data: EditionData, rows: Sequence[PublicCount]) -> list[tuple[Cell, int]]:
    """Too little evidence means that little was known: the lowest band holds at least the schools of that outcome."""
    lowest = [int(row.high) for row in rows if row.table_kind == "coverage" and row.high is not None][-1:]
    cell = Cell(frozenset(row.tier for row in data.support if row.tier_rank is None))
    return [(cell, n) for n in lowest if cell.count(placed(data)) <= n]


def _parts(kind: str, total: int, parts: dict[str, int], earlier: Sequence[Earlier]) -> list[PublicCount]:
    """A total and what it is made of; the parts are shown together or not at all."""
    whole = counted(kind, ALL, kind, total, earlier)
    rows = [counted(kind, name, kind, n, earlier) for name, n in parts.items()]
    if any(row.low is None for row in (whole, *rows)):
        rows = [PublicCount(kind, row.row_group, (), ALL, kind, WITHHELD, None, None) for row in rows]
    return [whole, *rows]


COLUMNS = "table_kind, row_group, members, tier, measure, shown, low, high"
READ = f"select {COLUMNS} from publication.public_count where edition_id = %s order by place"  # noqa: S608
WRITE = (
    "insert into publication.public_count (edition_id, place, group_name, tier_name, table_kind, row_group, members, tier, "
    "measure, shown, low, high) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
# Of the list year's editions, those that were out before this one.
BEFORE = """
select before.edition_id
from publication.edition as this
inner join publication.edition as before using (authority, list_year)
where this.edition_id = %s and before.edition < this.edition
order by before.edition
"""
PAST = """
select distinct on (past.list_year) past.edition_id, past.list_year, past.edition, past.demonstration
from publication.edition as this
inner join publication.edition as past using (authority)
where this.edition_id = %s and past.list_year < this.list_year and past.published_at < this.published_at
order by past.list_year, past.edition desc
"""
# Comments on the list year's drafts and their outcomes, as recorded when the edition came out.
PEOPLE = """
select
    count(*),
    count(*) filter (where outcome in ('upheld', 'partly_upheld')),
    count(*) filter (where outcome = 'not_upheld')
from publication.edition
inner join publication.school_check using (authority, list_year)
inner join publication.school_comment using (school_check_id)
left join publication.comment_outcome as decided
    on decided.comment_id = school_comment.comment_id and decided.recorded_at <= edition.published_at
where edition.edition_id = %s and school_comment.recorded_at <= edition.published_at
"""


def _kept_or_chosen(connection: Connection[Any], edition_id: int, data: EditionData | None = None) -> list[PublicCount]:
    if kept := _kept(connection, edition_id):
        return kept
    data = data or read_edition(edition_id)
    earlier = []
    for (before,) in connection.execute(BEFORE, (edition_id,)).fetchall():
        out = read_edition(before)
        shown = _kept_or_chosen(connection, before, out)
        earlier.append(Earlier(placed(out), shown, _limits(out, shown)))
    counted_people = connection.execute(PEOPLE, (edition_id,)).fetchone()
    rows = choose(data, People(*counted_people or ()), earlier)
    names = {row.tier: row.tier_name for row in data.support}
    with connection.cursor() as cursor:
        cursor.executemany(
            WRITE,
            [
                (edition_id, place, group_name(row), tier_name(row.tier, names), row.table_kind, row.row_group,
                 list(row.members), row.tier, row.measure, row.shown, row.low, row.high)
                for place, row in enumerate(rows, start=1)
            ],
        )  # fmt: skip
    return rows


def _kept(connection: Connection[Any], edition_id: int) -> list[PublicCount]:
    found = connection.cursor(row_factory=class_row(PublicCount)).execute(READ, (edition_id,)).fetchall()
    return [
        PublicCount(r.table_kind, r.row_group, tuple(r.members), r.tier, r.measure, r.shown, r.low, r.high)
        for r in found
    ]


def _past(connection: Connection[Any], edition_id: int) -> list[Past]:
    found = connection.execute(PAST, (edition_id,)).fetchall()
    return [Past(year, edition, demonstration, _kept(connection, past)) for past, year, edition, demonstration in found]
