"""support-list letters: writes each school's letter, records which were sent, and tells who was sent what, when."""

from __future__ import annotations

import datetime as dt
import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from school_support.commands import plain_errors, screen, show_table
from school_support.errors import SupportListError

if TYPE_CHECKING:
    from school_support.publication.dispatch import Posting, SchoolPost
    from school_support.reports.letters import OnLetter

app = typer.Typer(help="One PDF letter a school: write, list, and record what was sent.", no_args_is_help=True)
EditionOption = Annotated[
    str | None,
    typer.Option("--edition", help="999/2027: the current edition of that list; 999/2027/2: its second; or the id."),
]
CandidateOption = Annotated[
    int | None, typer.Option("--candidate", help="A candidate: its draft letters for the school check.")
]


@app.command()
def write(edition: EditionOption = None, candidate: CandidateOption = None) -> None:
    """Write the letters of an edition, or the draft letters of a candidate whose school check is open.

    Publishing writes an edition's letters; this writes them again. The same rows give the same bytes. An edition that
    corrects another has letters for the schools whose row changed; the others keep the letter that they have.

    Examples:

        support-list letters write --edition 999/2027

        support-list letters write --candidate 3
    """
    from school_support.reports.outputs import write_draft_letters, write_edition_letters

    with plain_errors():
        posting = _posting(edition, candidate)
        with _progress() as on_letter:
            if posting.edition_id is None:
                done = write_draft_letters(posting.candidate_id, on_letter)
            else:
                done = write_edition_letters(posting.edition_id, on_letter)
        screen.print(f"{done.letters} letters of {posting.said} in {done.folder}", highlight=False, soft_wrap=True)


@app.command("list")
def list_(
    edition: EditionOption = None,
    candidate: CandidateOption = None,
    urn: Annotated[str | None, typer.Option(help="Every letter ever written to this school.")] = None,
) -> None:
    """Show who was sent what, when: a line a school with its letter and how it was sent, or that it was not.

    Examples:

        support-list letters list --edition 999/2027

        support-list letters list --candidate 3

        support-list letters list --urn 990001
    """
    from school_support.publication.dispatch import read_post, read_school_post

    with plain_errors():
        if urn is not None:
            if edition is not None or candidate is not None:
                raise SupportListError("Say either a school with --urn or a list with --edition or --candidate.")
            rows, title = read_school_post(urn), f"Letters to school {urn}"
            if not rows:
                raise SupportListError(f"No letter was ever written to school {urn}.")
        else:
            posting = _posting(edition, candidate)
            rows, title = read_post(posting), f"Letters of {posting.said}"
            if not rows:
                raise SupportListError(
                    f"There is no school in {posting.said}. `support-list status` shows what there is."
                )
        columns = ("URN", "school", "letter", "written", "sha256", "sent", *(("to",) if urn is not None else ()))
        table = Table(*columns, title=title, title_justify="left")
        for row in rows:
            table.add_row(*_cells(row)[: len(columns)])
        show_table(table)
        sent = len({row.urn for row in rows if row.sent_on})
        screen.print(f"{sent} of {len({row.urn for row in rows})} schools were sent a letter.", highlight=False)


@app.command()
def sent(
    on: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="The day on which they were sent.")],
    channel: Annotated[str, typer.Option(help="e-mail, post, portal or by hand.")],
    edition: EditionOption = None,
    candidate: CandidateOption = None,
    urn: Annotated[list[str] | None, typer.Option(help="Only this school; may be said again. None: every one.")] = None,
) -> None:
    """Record that letters were sent. It sends nothing itself. Recorded twice, it counts once.

    Examples:

        support-list letters sent --edition 999/2027 --on 2026-07-10 --channel e-mail

        support-list letters sent --candidate 3 --on 2026-06-12 --channel post --urn 990001 --urn 990004
    """
    from school_support.publication.dispatch import record_dispatch

    with plain_errors():
        posting = _posting(edition, candidate)
        done = record_dispatch(posting, on.date(), channel, urn, person=getpass.getuser())
        already = f", {done.stood_already} were recorded already" if done.stood_already else ""
        screen.print(
            f"{done.recorded} letters of {posting.said} recorded as sent on {on:%-d %B %Y} by {channel}{already}.",
            highlight=False,
            soft_wrap=True,
        )


def _posting(edition: str | None, candidate: int | None) -> Posting:
    from school_support.publication.dispatch import posting_of_candidate, posting_of_edition

    if edition is not None and candidate is None:
        return posting_of_edition(edition)
    if candidate is not None and edition is None:
        return posting_of_candidate(candidate)
    raise SupportListError("Say which letters: either --edition 999/2027 or --candidate 3.")


def _cells(row: SchoolPost) -> list[str]:
    letter = f"{row.list_year} edition {row.edition}, {row.kind}" if row.edition is not None else row.kind
    return [
        row.urn,
        row.school_name,
        letter or "not written",
        f"{row.written_at:%Y-%m-%d}" if row.written_at else "",
        (row.sha256 or "")[:8],
        f"{row.sent_on:%Y-%m-%d} {row.channel}" if row.sent_on else "not sent",
        row.addressed_to or "",
    ]


@contextmanager
def _progress() -> Iterator[OnLetter]:
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=screen
    ) as progress:
        bar = progress.add_task("Letters", total=None)
        yield lambda done, total: progress.update(bar, completed=done, total=total)
