"""support-list reader: who reads single authorities in the bi views."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from school_support.commands import plain_errors, screen

app = typer.Typer(help="Readers of single authorities: add, list, drop.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Name, such as city_dashboard; the role is bi_reader_NAME.")],
    authority: Annotated[list[str], typer.Option(help="LA code that it sees; may be said several times.")],
) -> None:
    """Make a login that sees some authorities in the bi views and nothing else; its password is shown once.

    Examples:

        support-list reader add city_dashboard --authority 874

        support-list reader add shared_service --authority 874 --authority 999
    """
    from school_support.warehouse.readers import add_reader

    with plain_errors():
        reader, password = add_reader(name, authority)
        screen.print(f"{reader.role} reads {', '.join(reader.authorities)}.", highlight=False)
        said = f"Its password, shown only now: {password}" if password else "Its password is that of the environment."
        screen.print(said, highlight=False, markup=False)


@app.command("list")
def list_() -> None:
    """Show the readers of single authorities."""
    from school_support.warehouse.readers import list_readers

    with plain_errors():
        table = Table("role", "authorities", title="Readers of single authorities")
        for reader in list_readers():
            table.add_row(reader.role, ", ".join(reader.authorities))
        screen.print(table)


@app.command()
def drop(name: Annotated[str, typer.Argument(help="Name without bi_reader_.")]) -> None:
    """Remove a reader and end its sessions."""
    from school_support.warehouse.readers import drop_reader

    with plain_errors():
        drop_reader(name)
        screen.print(f"bi_reader_{name} is gone.", highlight=False)
