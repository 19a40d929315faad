"""What every group of routes is given: who may do what, the runs, the pages, and the day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Path, Request
from fastapi.responses import RedirectResponse

from school_support.web.access import Person, Runs
from school_support.web.pages import Pages

Number = Annotated[int, Path(ge=1, le=2**62)]
Urn = Annotated[str, Path(pattern=r"^[0-9]{6}$")]


@dataclass(frozen=True)
class Sent:
    """A form that came from our page, and the person who sent it."""

    person: Person
    fields: dict[str, str]

    def said(self, name: str) -> str:
        """The text of a field without outer spaces; empty where it was left out."""
        return self.fields.get(name, "").strip()


@dataclass(frozen=True)
class Context:
    """Dependencies of the routes.

    `officer` and `approver` are FastAPI dependencies that give a Person, or raise HTTPException: 303 to the login, 401, 403.
    `today` is the day of receipt of what is entered.
    """

    officer: Callable[..., Any]
    approver: Callable[..., Any]
    runs: Runs
    pages: Pages
    today: Callable[[], date]

    def sent_by(self, who: Callable[..., Any]) -> Callable[..., Any]:
        """A dependency that gives a form, once its sender and its token are known to be good."""

        async def sent(request: Request, person: Person = Depends(who)) -> Sent:
            fields = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
            self.pages.tokens.check(fields.get("form_token", ""), person.name)
            return Sent(person, fields)

        return sent


def see_other(request: Request, path: str) -> RedirectResponse:
    """Go on to another of our pages, so that loading it again sends no form again."""
    return RedirectResponse(f"{request.scope.get('root_path', '')}{path}", status_code=303)
