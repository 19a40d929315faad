"""The proposed lists: all of them, one with its gate, its money and its schools, and what is decided about it."""

from __future__ import annotations

from typing import Any, Literal, cast

from fastapi import APIRouter, Depends, Request, Response

from school_support.errors import SupportListError
from school_support.publication import panel
from school_support.publication.approve import record_decision
from school_support.web import warehouse
from school_support.web.access import PROPOSE, PUBLISH, Person
from school_support.web.context import Context, Number, Sent, see_other
from school_support.web.filters import Filters
from school_support.web.rows import MOVES, CandidateRow, by_list_year


def routes(context: Context) -> APIRouter:
    """The routes under / and /candidates."""
    router = APIRouter()
    officer_form, approver_form = context.sent_by(context.officer), context.sent_by(context.approver)

    @router.get("/")
    def index(request: Request, person: Person = Depends(context.officer)) -> Response:
        return context.pages.show(request, person, "candidates.html.j2", lists=by_list_year(warehouse.candidates()))

    @router.get("/candidates/{number}")
    def one(request: Request, number: Number, person: Person = Depends(context.officer)) -> Response:
        return _page(context, request, person, warehouse.candidate(number))

    @router.post("/candidates/{number}/decision")
    def decide(request: Request, number: Number, sent: Sent = Depends(approver_form)) -> Response:
        candidate = warehouse.candidate(number)
        decision = sent.said("decision")
        if decision not in ("approved", "rejected"):
            return _page(
                context, request, sent.person, candidate, refusal="Say whether you approve or reject the list."
            )
        try:
            record_decision(
                number,
                cast("Literal['approved', 'rejected']", decision),
                sent.said("note") or None,
                person=sent.person.name,
                channel="page",
            )
        except SupportListError as error:
            return _page(context, request, sent.person, candidate, faults={"note": str(error)}, note=sent.said("note"))
        return see_other(request, f"/candidates/{number}?said={decision}#decide")

    @router.post("/candidates/{number}/publication")
    def publish(request: Request, number: Number, sent: Sent = Depends(approver_form)) -> Response:
        candidate = warehouse.candidate(number)
        reason = sent.said("reason")
        if candidate.needs_reason and not reason:
            fault = f"It replaces edition {candidate.current_edition}: say why, in words that schools will read."
            return _page(context, request, sent.person, candidate, faults={"reason": fault})
        run_id = context.runs.start(sent.person, PUBLISH, {"candidate_id": number, "reason": reason or None})
        return see_other(request, f"/runs/{PUBLISH}/{run_id}")

    @router.post("/candidates/{number}/proposal")
    def propose(request: Request, number: Number, sent: Sent = Depends(officer_form)) -> Response:
        candidate = warehouse.candidate(number)
        conf = {
            "authority": candidate.authority,
            "list_year": candidate.list_year,
            "as_at": candidate.as_at.isoformat(),
            "decisions_as_at": max(context.today(), candidate.as_at).isoformat(),
            "purpose": candidate.purpose,
            "previous_assessment_id": candidate.previous_assessment_id,
            "demonstration": candidate.demonstration,
        }
        return see_other(request, f"/runs/{PROPOSE}/{context.runs.start(sent.person, PROPOSE, conf)}")

    return router


def _page(
    context: Context,
    request: Request,
    person: Person,
    candidate: CandidateRow,
    *,
    faults: dict[str, str] | None = None,
    refusal: str | None = None,
    note: str = "",
) -> Response:
    former = warehouse.compared_with(candidate.candidate_id)
    schools = warehouse.schools(candidate, former)
    filters = Filters.of(request.query_params)
    urns = {school.urn for school in schools}
    values: dict[str, Any] = {
        "candidate": candidate,
        "former": former,
        "left": warehouse.left(candidate, former),
        "filters": filters,
        "schools": schools,
        "listed": filters.listed(schools),
        "phases": sorted({school.phase for school in schools}),
        "sectors": sorted({school.sector for school in schools if school.sector}),
        "moves": MOVES,
        "tiers": warehouse.tiers(candidate),
        "rules": warehouse.gate_rules(candidate),
        "names": {school.urn: school.school_name for school in schools},
        "waiting": [
            row for row in panel.waiting() if row["list_year"] == str(candidate.list_year) and row["urn"] in urns
        ],
        "note": note,
        "faults": faults or {},
        "refusal": refusal,
    }
    return context.pages.show(
        request, person, "candidate.html.j2", status_code=422 if faults or refusal else 200, **values
    )
