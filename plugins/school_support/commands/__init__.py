"""Groups of commands of support-list, one module a group."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

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
