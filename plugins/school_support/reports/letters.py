"""One PDF letter a school, from the frozen rows of an edition or a candidate; the same rows give the same bytes."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import typst

from school_support.reports import letter_figures
from school_support.reports.edition_data import (
    CandidateData,
    EditionData,
    IndicatorRow,
    ListData,
    PanelRow,
    ResultRow,
    SupportRow,
)
from school_support.reports.letter_text import Kind, Letterhead, draft_head, edition_head, letter_text, offices

TEMPLATES = Path(__file__).parent / "templates"
OfSchool = TypeVar("OfSchool", IndicatorRow, PanelRow, ResultRow)
OnLetter = Callable[[int, int], None]
"""Told after each letter how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A school's letter as it leaves the authority."""

    urn: str
    kind: Kind
    addressed_to: str
    pdf: bytes

    @property
    def sha256(self) -> str:
        """Hash of the PDF."""
        return hashlib.sha256(self.pdf).hexdigest()


def edition_letters(data: EditionData, contact: str, on_letter: OnLetter | None = None) -> list[Letter]:
    """The letters of an edition: one a school.

    Of an edition that corrects another, one a school whose row is another than it was: the others keep the letter
    that they have.

    Args:
        contact: to whom a school answers, an office or a shared mailbox.
    """
    before = {row.urn: row for row in data.replaced}
    changed = [row for row in data.support if row != before.get(row.urn)]
    return _letters(data, edition_head(data.edition, contact), changed, before, on_letter)


def draft_letters(data: CandidateData, contact: str, on_letter: OnLetter | None = None) -> list[Letter]:
    """The draft letters of a candidate, one a school, for its school check.

    Raises:
        SupportListError: its school check was never opened.
    """
    return _letters(data, draft_head(data.candidate, contact), data.support, {}, on_letter)


def _letters(
    data: ListData,
    head: Letterhead,
    support: Sequence[SupportRow],
    before: Mapping[str, SupportRow],
    on_letter: OnLetter | None,
) -> list[Letter]:
    indicators, results, panel = _by_urn(data.indicators), _by_urn(data.results), _by_urn(data.panel)
    rules = {rule.indicator: rule for rule in data.rules}
    press = Press()
    letters = []
    for row in support:
        of_school = indicators[row.urn]
        decision = panel[row.urn][-1] if panel[row.urn] else None
        content = asdict(letter_text(head, row, data.meanings, decision, before.get(row.urn))) | {
            "figures": [asdict(figure) for figure in letter_figures.figures(of_school, rules)],
            "trends": [asdict(trend) for trend in letter_figures.trends(of_school, results[row.urn], rules)],
            "borderline": letter_figures.borderline(row, of_school),
            "strengths": letter_figures.strengths(of_school, rules),
            "sources": letter_figures.sources(of_school, data.releases),
        }
        letters.append(Letter(row.urn, head.kind, "; ".join(offices(row)), press.pdf(content)))
        if on_letter:
            on_letter(len(letters), len(support))
    return letters


class Press:
    """Sets letters with one typst compiler, which keeps its fonts and the parsed template from letter to letter.

    Only the fonts inside typst are used, so that a letter has the same bytes on every machine.
    """

    def __init__(self) -> None:
        self._compiler = typst.Compiler(
            input=str(TEMPLATES / "letter.typ"), root=str(TEMPLATES), font_paths=[], ignore_system_fonts=True
        )

    def pdf(self, content: dict[str, object]) -> bytes:
        """An accessible PDF (PDF/UA-1) of a letter.

        The content goes in as data: nothing in it is ever read as markup. A letter whose text has a character that the
        fonts lack cannot be PDF/UA-1, and is a tagged PDF without the claim.
        """
        inputs = {"letter": json.dumps(_printable(content), ensure_ascii=False)}
        try:
            made = self._compiler.compile(sys_inputs=inputs, pdf_standards="ua-1")
        except typst.TypstError as error:
            if "could not be displayed with font" not in str(error):
                raise
            made = self._compiler.compile(sys_inputs=inputs)
        assert isinstance(made, bytes)  # noqa: S101  # one file, and no other output was asked for
        return made


def _printable(content: object) -> object:
    """The same without control characters, which no font shows."""
    if isinstance(content, str):
        return "".join(c for c in content if unicodedata.category(c) not in ("Cc", "Cf") or c == "\n")
    if isinstance(content, dict):
        return {key: _printable(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_printable(value) for value in content]
    return content


def _by_urn(rows: Sequence[OfSchool]) -> dict[str, list[OfSchool]]:
    found: dict[str, list[OfSchool]] = defaultdict(list)
    for row in rows:
        found[row.urn].append(row)
    return found
