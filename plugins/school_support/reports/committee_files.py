"""Writes the committee's report as one page of HTML and as a tagged PDF (PDF/UA-1) from the same view."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

import typst

from school_support.reports import pages
from school_support.reports.bars import bars_svg
from school_support.reports.committee import CommitteeReport, Figure
from school_support.reports.edition_data import Edition


def committee_html(report: CommitteeReport, edition: Edition) -> str:
    """The report as a page without scripts, and without anything from elsewhere."""
    return pages.render("committee-report.html.j2", "", report=report, edition=edition, bars_svg=bars_svg)


def committee_pdf(report: CommitteeReport, published_at: datetime) -> bytes:
    """The report as a PDF; the same report gives the same bytes, for its date is that of the publication.

    Raises:
        typst.TypstError: the document does not meet PDF/UA-1.
    """
    content = asdict(report)
    for section, drawn in zip(report.sections, content["sections"], strict=True):
        for block, values in zip(section.blocks, drawn["blocks"], strict=True):
            if isinstance(block, Figure):
                values["svg"] = bars_svg(block.bars, 'font-family="Libertinus Serif"')
    pdf: bytes = typst.compile(
        str(pages.TEMPLATES / "committee-report.typ"),
        format="pdf",
        pdf_standards="ua-1",
        # Only the fonts inside typst, so that the report looks the same on every machine.
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(content, ensure_ascii=False)},
        timestamp=int(published_at.timestamp()),
    )
    return pdf
