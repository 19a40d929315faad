"""Writes everything that leaves the warehouse for an edition: two reports, the exports and the letters; and draft letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from school_support.publication.written import WrittenLetter, record_files, record_letters
from school_support.quality.history import in_history
from school_support.reports import exports, pages
from school_support.reports.committee import committee_report
from school_support.reports.committee_files import committee_html, committee_pdf
from school_support.reports.edition_data import Edition, EditionData, read_candidate, read_edition
from school_support.reports.folder import only_writer, private_folder, replace_file
from school_support.reports.letters import Letter, OnLetter, draft_letters, edition_letters
from school_support.reports.public_counts import PublicReport, read_report
from school_support.settings import settings

LETTERS = "letters"


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where the files of an edition are.

    `public_report` is the committee's, its PDF lies beside it; `parquet` is the support list, school_indicator.parquet
    lies beside it.
    """

    folder: Path
    report: Path
    public_report: Path
    csv: Path
    xlsx: Path
    parquet: Path
    letters: Path


@dataclass(frozen=True, slots=True)
class Posting:
    """Letters that were written: the folder they are in, and how many."""

    folder: Path
    letters: int


@in_history("publication", lambda edition_id: f"outputs of edition {edition_id}")
def write_outputs(edition_id: int) -> Outputs:
    """Write the pages, files and letters of a published edition to <home>/editions/<authority>-<list year>-<edition>/.

    The same edition gives the same bytes, so it may be called again at any time. Every file and letter is recorded with
    its hash.

    Raises:
        SupportListError: there is no such edition, or the warehouse does not answer.
    """
    data = read_edition(edition_id)
    letters = edition_letters(data, settings().returns_contact)
    folder = _folder(data.edition)
    files = page_files(data, read_report(edition_id, data)) | _letter_files(letters)
    write_files(files, folder)
    _record_edition(edition_id, data.edition, files, letters)
    return Outputs(
        folder=folder,
        report=folder / "support-list.html",
        public_report=folder / "committee-report.html",
        csv=folder / "support-list.csv",
        xlsx=folder / "support-list.xlsx",
        parquet=folder / "support_list.parquet",
        letters=folder / LETTERS,
    )


def write_edition_letters(edition_id: int, on_letter: OnLetter | None = None) -> Posting:
    """Write the letters of a published edition alone, as write_outputs does.

    Raises:
        SupportListError: there is no such edition, or the warehouse does not answer.
    """
    data = read_edition(edition_id)
    letters = edition_letters(data, settings().returns_contact, on_letter)
    folder = _folder(data.edition)
    files = _letter_files(letters)
    write_files(files, folder)
    _record_edition(edition_id, data.edition, files, letters)
    return Posting(folder / LETTERS, len(letters))


def write_draft_letters(candidate_id: int, on_letter: OnLetter | None = None) -> Posting:
    """Write the draft letters of a candidate whose school check is open, to <home>/drafts/<authority>-<list year>-<candidate>/.

    Raises:
        SupportListError: there is no such candidate, or its school check was never opened.
    """
    data = read_candidate(candidate_id)
    letters = draft_letters(data, settings().returns_contact, on_letter)
    candidate = data.candidate
    folder = settings().drafts / f"{candidate.authority}-{candidate.list_year}-{candidate_id}"
    write_files(_letter_files(letters), folder)
    record_letters(candidate_id, None, _written(letters, folder))
    return Posting(folder / LETTERS, len(letters))


def page_files(data: EditionData, public: PublicReport) -> dict[str, bytes]:
    """The reports and exports of an edition, by file name."""
    report = committee_report(data, public)
    return {
        "support-list.html": pages.internal_page(data).encode(),
        "committee-report.html": committee_html(report, data.edition).encode(),
        "committee-report.pdf": committee_pdf(report, data.edition.published_at),
        "support-list.csv": exports.support_list_csv(data),
        "support-list.xlsx": exports.support_list_xlsx(data),
        "support_list.parquet": exports.support_list_parquet(data),
        "school_indicator.parquet": exports.school_indicator_parquet(data),
    }


def write_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files into a folder, each whole or not at all; the folder of the letters opens to its owner alone."""
    folder.mkdir(parents=True, exist_ok=True)
    private_folder(folder / LETTERS)
    with only_writer(folder):
        for name, content in files.items():
            replace_file(folder / name, content)


def _folder(edition: Edition) -> Path:
    return settings().editions / f"{edition.authority}-{edition.list_year}-{edition.edition}"


def _letter_files(letters: Sequence[Letter]) -> dict[str, bytes]:
    return {f"{LETTERS}/{letter.urn}.pdf": letter.pdf for letter in letters}


def _record_edition(edition_id: int, edition: Edition, files: Mapping[str, bytes], letters: Sequence[Letter]) -> None:
    record_files(edition_id, files)
    record_letters(edition.candidate_id, edition_id, _written(letters, _folder(edition)))


def _written(letters: Sequence[Letter], folder: Path) -> list[WrittenLetter]:
    where = folder.relative_to(settings().home)
    return [
        WrittenLetter(
            urn=letter.urn,
            kind=letter.kind,
            addressed_to=letter.addressed_to,
            file_name=f"{where}/{LETTERS}/{letter.urn}.pdf",
            sha256=letter.sha256,
        )
        for letter in letters
    ]
