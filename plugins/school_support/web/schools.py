"""One school of a proposed list: why it has its tier, what it had before, and the panel's decision on it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from school_support.publication import panel
from school_support.reports import words
from school_support.reports.edition_data import IndicatorRow
from school_support.web import charts, warehouse
from school_support.web.access import Person
from school_support.web.context import Context, Number, Sent, Urn, see_other
from school_support.web.rows import CandidateRow, ListedSchool


def routes(context: Context) -> APIRouter:
    """The routes under /candidates/N/schools."""
    router = APIRouter(prefix="/candidates/{number}/schools/{urn}")
    officer_form = context.sent_by(context.officer)

    @router.get("")
    def one(request: Request, number: Number, urn: Urn, person: Person = Depends(context.officer)) -> Response:
        candidate, school = _school(number, urn)
        indicators = warehouse.indicators(candidate, urn)
        results = warehouse.trend(candidate, urn)
        inspections = warehouse.inspections(candidate, urn)
        decisions = warehouse.panel_decisions(candidate, urn)
        return context.pages.show(
            request,
            person,
            "school.html.j2",
            candidate=candidate,
            school=school,
            indicators=[
                (indicator, charts.strip(indicator))
                for indicator in sorted(
                    indicators, key=lambda row: (words.domain_order(row.domain), row.indicator_name)
                )
            ],
            trends=charts.trends(indicators, results),
            inspections=inspections[::-1],
            decisions=decisions,
            history=warehouse.history(candidate, urn),
            releases=_releases(indicators, [inspection.release for inspection in inspections]),
            waiting=[row for row in panel.waiting() if row["urn"] == urn],
        )

    @router.get("/decision")
    def empty_form(request: Request, number: Number, urn: Urn, person: Person = Depends(context.officer)) -> Response:
        candidate, school = _school(number, urn)
        return context.pages.show(request, person, "decision.html.j2", **_form(context, candidate, school))

    @router.post("/decision")
    def decide(request: Request, number: Number, urn: Urn, sent: Sent = Depends(officer_form)) -> Response:
        candidate, school = _school(number, urn)
        in_force = warehouse.panel_decisions(candidate, urn)
        proposal = panel.Proposal(
            authority=candidate.authority,
            list_year=candidate.list_year,
            urn=urn,
            computed_tier=school.computed_tier or school.tier,
            decided_on=max((decision.decided_on for decision in in_force), default=None),
        )
        try:
            panel.hand_in(sent.fields, proposal, context.today(), sent.person.name)
        except panel.DecisionRefused as refused:
            form = _form(context, candidate, school) | {"entered": sent.fields, "faults": refused.faults}
            return context.pages.show(request, sent.person, "decision.html.j2", status_code=422, **form)
        return see_other(request, f"/candidates/{number}/schools/{urn}?said=decided")

    return router


def _school(number: int, urn: str) -> tuple[CandidateRow, ListedSchool]:
    candidate = warehouse.candidate(number)
    for school in warehouse.schools(candidate, warehouse.compared_with(number)):
        if school.urn == urn:
            return candidate, school
    raise HTTPException(404, f"Candidate {number} has no school {urn}.")


def _form(context: Context, candidate: CandidateRow, school: ListedSchool) -> dict[str, Any]:
    """What the form of a decision needs, empty."""
    return {
        "candidate": candidate,
        "school": school,
        "labels": panel.labels(),
        "tiers": warehouse.tiers(candidate),
        "decisions": warehouse.panel_decisions(candidate, school.urn),
        "entered": {},
        "today": context.today(),
    }


def _releases(indicators: list[IndicatorRow], of_inspections: list[str | None]) -> list[tuple[str, list[str]]]:
    """Each release that speaks of the school, with what was taken from it."""
    used: defaultdict[str, list[str]] = defaultdict(list)
    for indicator in indicators:
        for release in (indicator.releases_used or "").split(", "):
            if release and indicator.indicator_name not in used[release]:
                used[release].append(indicator.indicator_name)
    for release in filter(None, of_inspections):
        if "Inspections" not in used[release]:
            used[release].append("Inspections")
    return sorted((release, what) for release, what in used.items())
