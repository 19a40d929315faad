"""The published lists: what each is made of, who let it out, and what it corrects."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from school_support.reports.edition_data import releases_of
from school_support.web import warehouse
from school_support.web.access import Person
from school_support.web.context import Context, Number
from school_support.web.rows import by_list_year


def routes(context: Context) -> APIRouter:
    """The routes under /editions."""
    router = APIRouter(prefix="/editions")

    @router.get("")
    def every(request: Request, person: Person = Depends(context.officer)) -> Response:
        return context.pages.show(request, person, "editions.html.j2", lists=by_list_year(warehouse.editions()))

    @router.get("/{number}")
    def one(request: Request, number: Number, person: Person = Depends(context.officer)) -> Response:
        edition = warehouse.edition(number)
        corrected_by = [other for other in warehouse.editions() if other.replaces_edition_id == number]
        return context.pages.show(
            request,
            person,
            "edition.html.j2",
            edition=edition,
            corrected_by=corrected_by,
            releases=releases_of(edition.manifest),
            tiers=warehouse.tiers(warehouse.candidate(edition.candidate_id)),
        )

    return router
