"""What an assessment is asked for: from a run's parameters, and where they are empty from its date and the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from airflow.sdk import Param, get_current_context

from school_support.clock import LONDON

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
        description_md="What the assessment is for. Only an `annual` or a `backfill` can be published.",
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
        description_md="The assessment whose tiers are this one's past. Empty: the one behind the edition of the list year before.",
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
    """The authority that a run watches and the day whose knowledge it uses; an empty parameter takes its default."""
    from school_support.settings import settings

    as_at = date.fromisoformat(params["as_at"]) if params["as_at"] else day
    return params["authority"] or settings().authority, as_at


def with_past(request: AssessmentRequest) -> AssessmentRequest:
    """The request with the assessment behind the current edition of the list year before, unless it names another."""
    from school_support.publication.edition import assessment_of_edition

    if request.previous is not None:
        return request
    return replace(request, previous=assessment_of_edition(request.authority, request.list_year - 1))


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
