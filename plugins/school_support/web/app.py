"""The application: its routes, its headers, its error pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException

from school_support.clock import today as today_in_london
from school_support.errors import SupportListError
from school_support.web import candidates, editions, runs, schools
from school_support.web.access import Runs
from school_support.web.context import Context
from school_support.web.form_token import FormTokens
from school_support.web.pages import Pages, assets

HEADERS = {
    # Nothing from elsewhere, nothing inline; Airflow may frame the pages, nobody else.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
TITLES = {401: "You are not logged in", 403: "This is not open to you", 404: "There is no such page"}


def make_app(
    *,
    officer: Callable[..., Any],
    approver: Callable[..., Any],
    starts: Runs,
    secret: str,
    today: Callable[[], date] = today_in_london,
) -> FastAPI:
    """The officers' pages as an application that can be mounted anywhere.

    Args:
        officer: FastAPI dependency that gives the Person who may read and enter panel decisions, or raises HTTPException.
        approver: the same for who may approve and publish.
        starts: starts the DAG runs.
        secret: signs the forms; the same in every process of the server.
    """
    app = FastAPI(title="School support list", docs_url=None, redoc_url=None, openapi_url=None)
    context = Context(officer, approver, starts, Pages(FormTokens(secret)), today)
    for room in (candidates, schools, editions, runs):
        app.include_router(room.routes(context))

    @app.get("/assets/{name}")
    def asset(name: str) -> Response:
        if name not in assets():
            raise HTTPException(404)
        content, media_type = assets()[name]
        return Response(content, media_type=media_type)

    @app.middleware("http")
    async def add_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers.update(HEADERS)
        return response

    def refused(request: Request, status_code: int, message: str, headers: Any = None) -> Response:
        title = TITLES.get(status_code, "That could not be done")
        page = context.pages.show(request, None, "error.html.j2", status_code, title=title, message=message)
        page.headers.update(headers or {})
        return page

    @app.exception_handler(StarletteHTTPException)
    def http_error(request: Request, error: StarletteHTTPException) -> Response:
        return refused(request, error.status_code, str(error.detail), error.headers)

    @app.exception_handler(RequestValidationError)
    def bad_address(request: Request, error: RequestValidationError) -> Response:
        return refused(request, 404, "The address names nothing that is here.")

    @app.exception_handler(SupportListError)
    def plain_error(request: Request, error: SupportListError) -> Response:
        return refused(request, 409, str(error))

    return app
