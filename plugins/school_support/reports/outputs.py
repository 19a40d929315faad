"""Writes everything that leaves the warehouse for an edition: two reports, a CSV, a workbook and two Parquet files."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from school_support.reports import exports, pages
from school_support.reports.committee import committee_report
from school_support.reports.committee_files import committee_html, committee_pdf
from school_support.reports.edition_data import EditionData, read_edition
from school_support.reports.public_counts import PublicReport, read_report
from school_support.settings import settings


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where the files of an edition are. `public_report` is the committee's, its PDF lies beside it; `parquet` is the support list; school_indicator.parquet lies beside it."""

    folder: Path
    report: Path
    public_report: Path
    csv: Path
    xlsx: Path
    parquet: Path


def write_outputs(edition_id: int) -> Outputs:
    """Write the pages and files of a published edition to <home>/editions/<authority>-<list year>-<edition>/.

    The same edition gives the same bytes, so it may be called again at any time.

    Raises:
        SupportListError: there is no such edition, or the warehouse does not answer.
    """
    data = read_edition(edition_id)
    edition = data.edition
    public = read_report(edition_id, data)
    return write_files(data, public, settings().editions / f"{edition.authority}-{edition.list_year}-{edition.edition}")


def write_files(data: EditionData, public: PublicReport, folder: Path) -> Outputs:
    """Write all files into a folder, each whole or not at all."""
    report = committee_report(data, public)
    contents = {
        "support-list.html": pages.internal_page(data).encode(),
        "committee-report.html": committee_html(report, data.edition).encode(),
        "committee-report.pdf": committee_pdf(report, data.edition.published_at),
        "support-list.csv": exports.support_list_csv(data),
        "support-list.xlsx": exports.support_list_xlsx(data),
        "support_list.parquet": exports.support_list_parquet(data),
        "school_indicator.parquet": exports.school_indicator_parquet(data),
    }
    folder.mkdir(parents=True, exist_ok=True)
    with _only_writer(folder):
        for name, content in contents.items():
            _replace(folder / name, content)
    return Outputs(
        folder=folder,
        report=folder / "support-list.html",
        public_report=folder / "committee-report.html",
        csv=folder / "support-list.csv",
        xlsx=folder / "support-list.xlsx",
        parquet=folder / "support_list.parquet",
    )


@contextmanager
def _only_writer(folder: Path) -> Iterator[None]:
    """Hold the folder: the temporary names are fixed, so that a killed writer leaves nothing the next does not replace."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
