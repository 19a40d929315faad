"""What an assessment is asked for: from a run's parameters, and where they are empty from its date and the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import Param, get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from school_support.clock import LONDON
from school_support.errors import SupportListError

if TYPE_CHECKING:
    from school_support.backfill.plan import Request

# How Airflow calls such runs, and how their run_id begins.
BACKFILL = "backfill"

ASSESSMENT_PARAMS = {
    "authority": Param(
        None,
        type=["null", "string"],
        pattern="^[0-9]{3}$",
        title="Authority",
        description_md="LA code, three digits. Empty: the authority of the settings (`SUPPORT_LIST_AUTHORITY`).",
    ),
    "list_year": Param(
        None,
        type=["null", "integer"],
        minimum=2000,
        maximum=2100,
        title="List year",
        description_md="Academic year the list supports, by the year it ends in. Empty: the one that the as-at date serves.",
    ),
    "as_at": Param(
        None,
        type=["null", "string"],
        format="date",
        title="As-at date",
        description_md="The day whose knowledge is used, `YYYY-MM-DD`. Empty: it follows from the date of the run.",
    ),
    "purpose": Param(
        "annual",
        enum=["annual", "backfill", "monitoring", "backtest", "what_if"],
        title="Purpose",
        description_md="What the assessment is for. Only an `annual` one, or a `backfill` that was completed, can be published. "
        "A run of `airflow backfill` is always a `backfill`.",
    ),
    "decisions_as_at": Param(
        None,
        type=["null", "string"],
        format="date",
        title="Panel decisions as at",
        description_md="The day whose panel decisions count, `YYYY-MM-DD`; the panel meets after the as-at date. Empty: the as-at date.",
    ),
    "previous_assessment_id": Param(
        None,
        type=["null", "integer"],
        minimum=1,
        title="Assessment before",
        description_md="The assessment whose tiers are this one's past. Empty: what stands for the list year before, an edition or a completed backfill.",
    ),
}

PROPOSAL_PARAMS = ASSESSMENT_PARAMS | {
    "assessment_id": Param(
        None,
        type=["null", "integer"],
        minimum=1,
        title="Assessment",
        description_md="A built assessment's number; the other parameters are not read then. Empty: they find it.",
    ),
    "demonstration": Param(
        False,
        type="boolean",
        title="Demonstration",
        description_md="Nobody has to be heard and the builder may approve it; its edition says so for ever.",
    ),
}

WATCH_PARAMS = {name: ASSESSMENT_PARAMS[name] for name in ("authority", "as_at")}


@dataclass(frozen=True)
class AssessmentRequest:
    """The arguments of `prepare_assessment`."""

    authority: str
    list_year: int
    as_at: date
    purpose: str
    previous: int | None
    decisions_as_at: date | None


def requested(params: Mapping[str, Any], default_as_at: date) -> AssessmentRequest:
    """The assessment that a run's parameters ask for; an empty parameter takes its default."""
    from school_support.assessment.annual import list_year_of
    from school_support.settings import settings

    as_at = date.fromisoformat(params["as_at"]) if params["as_at"] else default_as_at
    return AssessmentRequest(
        authority=params["authority"] or settings().authority,
        list_year=params["list_year"] or list_year_of(as_at, settings().annual_cycle),
        as_at=as_at,
        purpose=params["purpose"],
        previous=params["previous_assessment_id"],
        decisions_as_at=date.fromisoformat(params["decisions_as_at"]) if params["decisions_as_at"] else None,
    )


def requested_watch(params: Mapping[str, Any], day: date) -> tuple[str, date]:
    """The authority that a run watches and the day whose knowledge it uses; an empty parameter takes its default.

    Raises:
        AirflowSkipException: it is a run of `airflow backfill`. People would be told of news of long ago, and what a night
            that was missed would have found, the next one finds.
    """
    from school_support.settings import settings

    if is_backfill():
        raise AirflowSkipException(
            "Past nights are not watched again: the next night finds what they would have found."
        )
    as_at = date.fromisoformat(params["as_at"]) if params["as_at"] else day
    return params["authority"] or settings().authority, as_at


def with_past(request: AssessmentRequest) -> AssessmentRequest:
    """The request with the assessment that stands for the list year before, unless it names another."""
    from school_support.publication.edition import past_of_list

    if request.previous is not None:
        return request
    return replace(request, previous=past_of_list(request.authority, request.list_year))


def is_backfill() -> bool:
    """Whether this run is one of `airflow backfill`."""
    return bool(get_current_context()["dag_run"].run_type == BACKFILL)


def requested_backfill() -> Request | None:
    """The list years that a run of `airflow backfill` is the last of; none if this run is no backfill.

    The years form a chain, each the past of the next. So that every run makes the same of it, whichever comes first, a
    run takes the backfilled runs before it, year by year, as its years too.

    Raises:
        SupportListError: a parameter sets what follows from the date of the run.
    """
    from school_support.assessment.annual import list_year_of
    from school_support.backfill.plan import Request
    from school_support.settings import settings

    if not is_backfill():
        return None
    context = get_current_context()
    params = context["params"]
    said = [name for name in ("list_year", "as_at", "decisions_as_at", "previous_assessment_id") if params[name]]
    if said:
        raise SupportListError(f"In a backfill the date of each run says it: leave out {', '.join(said)}.")
    day = day_of_run()
    cycle = settings().annual_cycle
    last = year = list_year_of(day, cycle)
    moment = context["dag_run"].logical_date
    while (
        (before := context["ti"].get_previous_ti(logical_date=moment))
        and before.run_id.startswith(BACKFILL)
        and before.logical_date
        and list_year_of(london_day(before.logical_date), cycle) == year - 1
    ):
        year, moment = year - 1, before.logical_date
    return Request(params["authority"] or settings().authority, year, last, f"{day:%m-%d}")


def person_of_run() -> str | None:
    """The user who started this run; none where its schedule did."""
    return get_current_context()["dag_run"].triggering_user_name


def day_of_run() -> date:
    """The London day a run is due (its logical date); for a run started by hand the day it was started."""
    run = get_current_context()["dag_run"]
    return london_day(run.logical_date or run.run_after)


def london_day(moment: datetime) -> date:
    """The calendar day in London at a moment; 30 June 23:30 UTC is 1 July there."""
    return moment.astimezone(LONDON).date()


def default_as_at() -> date:
    """The latest annual as-at date before the day of this run, in the cycle of the settings."""
    from school_support.assessment.annual import last_as_at
    from school_support.settings import settings

    return last_as_at(day_of_run(), settings().annual_cycle)
