"""Data Docs of a gate run as a folder of static pages that need no network.

Great Expectations' own index is drawn by scripts from other hosts and knows no severity, so the first page is ours; it
leads to Great Expectations' page of each table.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, select_autoescape

from school_support.quality.outcome import RuleOutcome
from school_support.settings import settings

if TYPE_CHECKING:
    from school_support.quality.adapter import GateRun

TEMPLATES = Path(__file__).parent / "templates"


def write_data_docs(run: GateRun, outcomes: Sequence[RuleOutcome], *, gate: str, subject_id: int, name: str) -> Path:
    """Write the pages of one gate run, in place of those of an earlier run over the same release or candidate.

    Args:
        run: made with pages, and gave these outcomes.
        gate: "raw" or "candidate".
        subject_id: the release or candidate.
        name: what was checked, in words.

    Returns:
        The page to open first: <data docs>/<gate>-<subject id>/index.html.
    """
    folder = settings().data_docs / f"{gate}-{subject_id}"
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    run.write_pages(draft)
    # Great Expectations' fonts and animated pictures: 4 MB that the pages here do not use.
    shutil.rmtree(draft / "static", ignore_errors=True)
    write_index(draft, name, outcomes)
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
    return folder / "index.html"


def write_index(folder: Path, name: str, outcomes: Sequence[RuleOutcome]) -> None:
    """Write the page to open first into a folder that has Great Expectations' pages below `validations/`."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    suites = list(dict.fromkeys(outcome.rule_id.partition(".")[0] for outcome in outcomes))
    found = {suite: sorted((folder / "validations" / suite).rglob("*.html")) for suite in suites}
    pages = {suite: quote(str(files[0].relative_to(folder))) for suite, files in found.items() if files}
    text = environment.get_template("index.html.j2").render(name=name, outcomes=outcomes, pages=pages)
    (folder / "index.html").write_text(text, encoding="utf-8")
