"""support-list download: bring a mirror of the publishers' files up to date."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table

from school_support.commands import plain_errors, screen, show_table
from school_support.errors import SupportListError
from school_support.settings import settings

if TYPE_CHECKING:
    from school_support.downloads.refresh import DownloadSummary, Failure
    from school_support.downloads.wanted import Choice

app = typer.Typer()


@app.callback(invoke_without_command=True)
def download(
    source: Annotated[list[str] | None, typer.Option(help="Only this source; may be given several times.")] = None,
    to: Annotated[Path | None, typer.Option(help="The mirror folder; default: mirror in the state folder.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Everything since this day, where the publisher lists it; else the newest."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print every address; fetch no file.")] = False,
) -> None:
    """Fetch what the publishers have that the mirror has not, and index it in the mirror's releases.csv.

    Nothing is overwritten, and what is there already is not fetched again. Ends with status 1 where anything could
    not be had; the rest is there all the same.

    Examples:

        support-list download --dry-run

        support-list download --source ofsted_mi --source gias

        support-list download --to /srv/mirror --since 2024-01-01
    """
    from school_support.downloads.addresses import load_addresses
    from school_support.downloads.refresh import list_wanted

    with plain_errors():
        offered = load_addresses().sources
        for name in source or ():
            if name not in offered:
                raise SupportListError(f"No address is known for source {name}; there are {', '.join(offered)}.")
        day = since.date() if since else None
        if dry_run:
            choices, failed = list_wanted(source or offered, since=day)
            _show_addresses(choices, failed)
        else:
            summary = _refresh(source or list(offered), to or settings().mirror, day)
            failed = summary.failed
            _show(summary)
    if failed:
        raise typer.Exit(1)


def _refresh(sources: list[str], folder: Path, since: date | None) -> DownloadSummary:
    from school_support.downloads.refresh import refresh_mirror

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=screen, transient=True) as progress:
        bar = progress.add_task("asking the publishers", total=None)
        return refresh_mirror(
            sources,
            folder,
            on_file=lambda name: progress.reset(bar, description=name, total=None),
            on_bytes=lambda received, expected: progress.update(bar, completed=received, total=expected),
            since=since,
        )


def _show(summary: DownloadSummary) -> None:
    table = Table("source", "file", "known from", "size", "", title="Downloads", title_justify="left")
    for files, word in ((summary.new, "[green]new[/]"), (summary.unchanged, "unchanged")):
        for file in files:
            table.add_row(file.source, file.file, str(file.known_from), f"{file.bytes / 1e6:,.1f} MB", word)
    show_table(table)
    _show_failed(summary.failed)


def _show_addresses(choices: list[Choice], failed: list[Failure]) -> None:
    for first, *others in choices:
        earlier = f"  or one of {len(others)} earlier days" if others else ""
        screen.print(f"{first.source}  {first.address}{earlier}", highlight=False, markup=False, soft_wrap=True)
    _show_failed(failed)


def _show_failed(failed: list[Failure]) -> None:
    for failure in failed:
        screen.print(f"[bold red]Failed.[/] {failure.source}, {failure.what}:", highlight=False)
        screen.print(f"  {failure.reason}", highlight=False, markup=False, soft_wrap=True)
