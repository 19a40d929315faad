"""What a backfill would make: an assessment for each list year, each the past of the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from psycopg import Connection

from school_support.assessment.prepare import (
    Inputs,
    find_assessment,
    input_hash_of,
    prepare_assessment,
    read_inputs,
)
from school_support.assessment.rulesets import hashes_in_seeds
from school_support.authorities import authority_of
from school_support.backfill.standing import Standing, read_standing
from school_support.clock import today
from school_support.errors import SupportListError
from school_support.landing.freshness import overdue, read_freshness
from school_support.publication.edition import past_of_list
from school_support.warehouse.connection import connect

FIRST_LIST_YEAR = 2000


@dataclass(frozen=True)
class Request:
    """The list years wanted, both ends included, and the month and day (`06-30`) of every as-at date.

    `ruleset`: for every year; none: the authority's own for each day.
    """

    authority: str
    first: int
    last: int
    as_at_day: str = "06-30"
    ruleset: str | None = None

    @property
    def days(self) -> dict[int, date]:
        """The as-at date of each list year: the list of 2016, for 2015/16, is made in the summer of 2015."""
        return {year: date.fromisoformat(f"{year - 1}-{self.as_at_day}") for year in range(self.first, self.last + 1)}


@dataclass(frozen=True)
class PlannedYear:
    """A list year: what its assessment would be made of, whether it exists (number, built), and what stands."""

    inputs: Inputs
    exists: tuple[int, bool] | None
    standing: Standing | None
    warnings: tuple[str, ...]


def plan(request: Request) -> list[PlannedYear]:
    """What a backfill would make, without making it.

    Raises:
        SupportListError: no such authority or ruleset, a range or day that cannot be, a day in the future, or one by
            which no file was known.
    """
    refuse(request)
    collection = authority_of(request.authority).collection
    before = past_of_list(request.authority, request.first)
    _refuse_later_past(request, before)
    years = []
    with connect("support_transformer") as transformer, connect("support_publisher") as publisher:
        past = input_hash_of(transformer, before)
        for list_year, as_at in request.days.items():
            inputs = read_inputs(
                transformer, request.authority, list_year, as_at, "backfill", ruleset=request.ruleset, past=past
            )
            past = inputs.input_hash
            years.append(
                PlannedYear(
                    inputs,
                    find_assessment(transformer, inputs),
                    read_standing(publisher, request.authority, list_year),
                    tuple(overdue(read_freshness(transformer, collection, request.authority, as_at))),
                )
            )
        _refuse_without_files(transformer, years, collection)
    return years


def prepare_years(request: Request) -> list[int]:
    """The assessments of a backfill, one a list year in order, each the past of the next; made where they are new.

    The first year's past is the list that stands for the year before it, if there is one.

    Raises:
        SupportListError: as `plan` does.
    """
    plan(request)
    previous = past_of_list(request.authority, request.first)
    prepared = []
    for list_year, as_at in request.days.items():
        previous = prepare_assessment(
            request.authority, list_year, as_at, "backfill", ruleset=request.ruleset, previous=previous
        )
        prepared.append(previous)
    return prepared


def refuse(request: Request) -> None:
    """Refuse what cannot be: raises SupportListError as `plan` does, of all that needs no warehouse."""
    if authority_of(request.authority).scope == "national":
        raise SupportListError(f"Authority {request.authority} is a whole country, which has no list of its own.")
    if request.first > request.last:
        raise SupportListError(
            f"The list years end before they begin: --from {request.first} --to {request.last}. Turn them round."
        )
    if request.first < FIRST_LIST_YEAR:
        raise SupportListError(
            f"List year {request.first} lies before {FIRST_LIST_YEAR}, the first that is known here."
        )
    try:
        latest = max(request.days.values())
    except ValueError:
        raise SupportListError(
            f"--as-at-day {request.as_at_day} is no day of every year from {request.first - 1} to {request.last - 1}: "
            "say month and day, such as 06-30."
        ) from None
    if latest > today():
        been = max((year for year, day in request.days.items() if day <= today()), default=None)
        remedy = f"end with --to {been}" if been else "take earlier years"
        raise SupportListError(
            f"List year {request.last} would be as at {latest:%-d %B %Y}, which has not been: {remedy}."
        )
    known = hashes_in_seeds()
    if request.ruleset and request.ruleset not in known:
        raise SupportListError(f"There is no ruleset {request.ruleset}. There are {', '.join(known)}.")


def _refuse_later_past(request: Request, before: int | None) -> None:
    """What stands for the list year before may be a correction of a later day, which no earlier list can have as its past."""
    if before is None:
        return
    with connect("support_transformer") as connection:
        [(as_at,)] = connection.execute(
            "select as_at from control.assessment where assessment_id = %s", (before,)
        ).fetchall()
    first = request.days[request.first]
    if as_at >= first:
        raise SupportListError(
            f"What stands for list year {request.first - 1} is as at {as_at:%-d %B %Y}, and so cannot be the past of a list as at "
            f"{first:%-d %B %Y}: begin with an earlier list year, or name a later --as-at-day."
        )


def _refuse_without_files(connection: Connection, years: list[PlannedYear], collection: str) -> None:
    empty = [year.inputs for year in years if all(usage != "known" for _, usage, _ in year.inputs.releases)]
    if not empty:
        return
    [(first,)] = connection.execute(
        "select min(known_from) from landing.release where status = 'accepted' and collection = %s", (collection,)
    ).fetchall()
    since = f"The first is of {first:%-d %B %Y}." if first else "Take files in first."
    raise SupportListError(
        f"No file was known by {empty[0].as_at:%-d %B %Y}, the day of list year {empty[0].list_year}: there is nothing to "
        f"assess. {since}"
    )
