"""Great Expectations' result pages without what they fetch from other hosts: style sheets, scripts, fonts, a logo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from great_expectations.render.view.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, FileSystemLoader

TEMPLATES = Path(__file__).parent / "templates"


class OfflinePageView(DefaultJinjaPageView):
    """The page view with our own frame (templates/page.j2) around Great Expectations' own sections."""

    def __init__(self, **directories: Any) -> None:
        super().__init__(**directories)
        theirs = [self.env.loader] if self.env.loader else []
        self.env.loader = ChoiceLoader([FileSystemLoader(TEMPLATES), *theirs])
