"""support-list contract: which vintage a file is, and what the contracts hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from school_support.commands import plain_errors, screen
from school_support.errors import SupportListError

if TYPE_CHECKING:
    from school_support.sources.faults import FileRefused
    from school_support.sources.reader import OpenRelease

app = typer.Typer(help="The file layouts that are read, source by source and vintage by vintage.", no_args_is_help=True)
SHOWN = 20


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A delivered file: CSV, gzip, zip or Excel workbook.")],
    source: Annotated[str | None, typer.Option(help="Only the layouts of this source.")] = None,
) -> None:
    """Say which vintage a file is and read it whole, or name the nearest layout and every difference.

    Nothing is landed or loaded. Ends with status 1 where the file would be refused.

    Examples:

        support-list contract check england_ks2final.csv

        support-list contract check --source dfe_ks4 england_ks4final.csv.gz
    """
    from school_support.sources.contract import load_sources

    with plain_errors():
        if not file.is_file():
            raise SupportListError(f"There is no file {file}.")
        if source is not None and source not in load_sources():
            raise SupportListError(f"There is no source {source}; there are {', '.join(load_sources())}.")
        known, refused = _tried(file, [source] if source else list(load_sources()))
        if not known:
            _explain(file, refused)
        for name, release in known.items():
            _read_through(file, name, release)


@app.command("list")
def list_() -> None:
    """List every source with its publisher, vintages and kept columns."""
    from school_support.sources.contract import load_sources

    table = Table("source", "publisher", "layouts", "kept columns")
    for source in load_sources().values():
        layouts = "\n".join(layout.layout for layout in source.layouts)
        table.add_row(source.name, source.publisher, layouts, str(len(source.columns)))
    screen.print(table)


def _tried(file: Path, sources: list[str]) -> tuple[dict[str, OpenRelease], dict[str, FileRefused]]:
    """The sources with a layout that the file is, and what the others say against it."""
    from school_support.sources.reader import FileRefused, open_release

    known: dict[str, OpenRelease] = {}
    refused: dict[str, FileRefused] = {}
    for source in sources:
        try:
            known[source] = open_release(file, source)
        except FileRefused as refusal:
            refused[source] = refusal
    return known, refused


def _read_through(file: Path, source: str, release: OpenRelease) -> None:
    layout = release.layout
    screen.print(
        f"{file.name} is [bold]{layout.layout}[/] of source [bold]{source}[/]: {layout.describes}", highlight=False
    )
    for _ in release.blocks():
        pass
    screen.print(f"{release.rows:,} rows would be loaded, {release.rejected_rows} left out.", highlight=False)
    for fault in release.rejected[:SHOWN]:
        screen.print(f"  {fault}", highlight=False, markup=False, soft_wrap=True)


def _explain(file: Path, refused: dict[str, FileRefused]) -> None:
    """End with the refusal that comes nearest: a layout that was recognised, else the most headers in common."""
    source, refusal = max(refused.items(), key=lambda item: (item[1].layout is not None, item[1].shared))
    if refusal.layout is None and not refusal.shared and len({str(other.faults) for other in refused.values()}) > 1:
        raise SupportListError(
            f"{file.name} has no header in common with any of the {len(refused)} sources. If it is a new source, write its "
            "contract; `support-list contract list` shows those that exist."
        )
    said = "\n".join(f"  {fault}" for fault in refusal.faults[:SHOWN])
    more = f"\n  and {refusal.count - SHOWN:,} more" if refusal.count > SHOWN else ""
    raise SupportListError(f"{file.name} is no file of {source} that a contract knows:\n{said}{more}")
