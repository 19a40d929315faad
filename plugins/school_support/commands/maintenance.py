"""support-list maintenance: what is old and rests on nothing goes."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from school_support.commands import plain_errors, screen


def maintenance(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
) -> None:
    """Delete what is older than it is kept (docs/retention.md); editions and all that they rest on stay.

    Examples:

        support-list maintenance --dry-run
    """
    from school_support.orchestration.own_database import clean_airflow
    from school_support.warehouse import server
    from school_support.warehouse.housekeeping import sweep
    from school_support.warehouse.migrate import migrate

    with plain_errors():
        server.start()
        migrate()
        swept = [*sweep(dry_run=dry_run), clean_airflow(dry_run=dry_run)]
        table = Table("what", title="Would go" if dry_run else "Gone", title_justify="left")
        table.add_column("things", justify="right")
        table.add_column("bytes", justify="right")
        for item in swept:
            table.add_row(item.what, f"{item.things:,}", "" if item.bytes is None else f"{item.bytes:,}")
        screen.print(table)
