"""support-list status: what is there, what ran, what is overdue; and whether anything is wrong."""

from __future__ import annotations

from typing import Annotated

import typer

from school_support.commands import plain_errors, screen, show_table


def status(
    runs: Annotated[bool, typer.Option("--runs", help="Show the last runs and the slowest models instead.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only name faults, a line each; ends with 1 if any.")] = False,
) -> None:
    """Show sources and what is overdue, releases, quarantine, gates, editions, the last runs and the disk.

    Examples:

        support-list status --runs

        support-list status --check || mail -s "Support list" ops@example.org
    """
    from school_support.faults import read_faults
    from school_support.status import read_runs, read_status

    with plain_errors():
        if check:
            faults = read_faults()
            for fault in faults:
                screen.print(fault, highlight=False, markup=False, soft_wrap=True)
            raise typer.Exit(1 if faults else 0)
        for table in read_runs() if runs else read_status():
            show_table(table)
