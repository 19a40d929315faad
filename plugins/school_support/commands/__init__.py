"""Groups of commands of support-list, one module a group."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from school_support.errors import SupportListError

screen = Console()


@contextmanager
def plain_errors() -> Iterator[None]:
    """Print an error meant for people without a traceback and end with status 1."""
    try:
        yield
    except SupportListError as error:
        Console(stderr=True).print(f"[bold red]Stopped.[/] {error}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None


def show_table(table: Table, console: Console = screen) -> None:
    """A table where it fits; else, in a narrow terminal or a pipe, a line a row that nothing is cut from."""
    if not table.row_count:
        console.print(f"{table.title or 'Nothing'}: none", style="italic", highlight=False, soft_wrap=True)
        return
    if Measurement.get(console, console.options.update(max_width=10_000), table).maximum <= console.width:
        console.print(table)
        return
    if table.title:
        console.print(table.title, style="italic", highlight=False, soft_wrap=True)
    for cells in zip(*(column.cells for column in table.columns), strict=True):
        said = (f"{column.header}: {cell}" for column, cell in zip(table.columns, cells, strict=True) if cell)
        console.print("  " + "; ".join(said), highlight=False, soft_wrap=True)
