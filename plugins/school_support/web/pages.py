"""Renders the templates: the words of the reports, every value escaped, nothing from elsewhere."""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from school_support.reports import words
from school_support.reports.pages import FILTERS
from school_support.reports.pages import TEMPLATES as REPORTS
from school_support.web.access import Person
from school_support.web.form_token import FormTokens

TEMPLATES = Path(__file__).parent / "templates"
# What a page may say after a form was sent: a code in its address, never a text from it.
SAID = {
    "decided": "The panel decision waits in the inbox. It counts when the list is proposed again.",
    "approved": "The approval is recorded. The list can be published.",
    "rejected": "The rejection is recorded. The last edition stays.",
}


class Pages:
    """The pages of one application.

    Args:
        tokens: signs the forms.
    """

    def __init__(self, tokens: FormTokens) -> None:
        self.tokens = tokens

    def show(
        self, request: Request, person: Person | None, template: str, status_code: int = 200, **values: object
    ) -> HTMLResponse:
        """A page as a response.

        Args:
            person: who sees it; none where nobody may.
            values: what the template needs; `faults` are messages by the id of the field they are about.
        """
        page = _environment().get_template(template)
        content = page.render(
            root=request.scope.get("root_path", ""),
            person=person,
            form_token=self.tokens.make(person.name) if person else "",
            said=SAID.get(request.query_params.get("said", "")),
            **{"faults": {}, "refusal": None, **values},
        )
        return HTMLResponse(content, status_code=status_code)


@lru_cache(maxsize=1)
def assets() -> dict[str, tuple[str, str]]:
    """The style, which is that of the reports and our own, and the one script; each with its media type."""
    style = (REPORTS / "style.css").read_text(encoding="utf-8") + (TEMPLATES / "page.css").read_text(encoding="utf-8")
    script = (TEMPLATES / "run.js").read_text(encoding="utf-8")
    return {"page.css": (style, "text/css"), "run.js": (script, "text/javascript")}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS | {
        "moment": words.moment,
        "readable": partial(words.named, names={}),
        "zip_with": lambda one, other: list(zip(one, other, strict=True)),
    }
    return environment
