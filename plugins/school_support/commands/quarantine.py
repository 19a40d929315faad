"""support-list quarantine: files and rows that were not taken in, why, and how to let one be read again."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from school_support.commands import plain_errors, screen, show_table

app = typer.Typer(help="Files and rows that were not taken in, and why.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """List quarantined files, and accepted files of which single rows were left out.

    Examples:

        support-list quarantine list
    """
    from school_support.warehouse.connection import connect

    with plain_errors(), connect("support_publisher") as connection:
        files = Table("id", "source", "file", "recorded", "reason", title="Quarantined files", title_justify="left")
        for row in connection.execute(
            "select release_id, source, file_name, recorded_at::date, reason from landing.release "
            "where status = 'quarantined' order by release_id"
        ):
            files.add_row(*map(str, row))
        rows = Table(
            "id", "source", "file", "rows left out", "of", title="Rows left out of accepted files", title_justify="left"
        )
        for row in connection.execute(
            "select release_id, source, file_name, rows_rejected, rows + rows_rejected from landing.release "
            "where rows_rejected > 0 and status <> 'quarantined' order by release_id"
        ):
            rows.add_row(*map(str, row))
    for table, none in ((files, "No file is quarantined."), (rows, "No rows were left out of accepted files.")):
        if table.row_count:
            show_table(table)
        else:
            screen.print(none)


@app.command()
def show(named: Annotated[str, typer.Argument(help="Id, file name or beginning of the sha256.")]) -> None:
    """Show what is wrong with a file or with the rows left out of it: line, school, column, value, reason.

    Examples:

        support-list quarantine show performance/2009-10/england_ks4.csv.gz
    """
    from school_support.landing.ledger import find_release
    from school_support.warehouse.connection import connect

    with plain_errors():
        release = find_release(named)
        with connect("support_publisher") as connection:
            reason = connection.execute(
                "select reason from landing.release where release_id = %s", (release.release_id,)
            ).fetchone()
            faults = connection.execute(
                "select line, null, column_name, value, reason_code, message from landing.fault where release_id = %(id)s "
                "union all select line, urn, column_name, value, reason_code, message from quality.rejected_row "
                "where release_id = %(id)s order by 1, 3",
                {"id": release.release_id},
            ).fetchall()
        screen.print(f"{release.file_name} is {release.status}.", highlight=False)
        if reason and reason[0]:
            screen.print(reason[0], highlight=False, markup=False)
        if faults:
            table = Table("line", "URN", "column", "value", "kind", "what is wrong")
            for row in faults:
                table.add_row(*("" if value is None else str(value) for value in row))
            show_table(table)


@app.command()
def release(
    named: Annotated[str, typer.Argument(help="Id, file name or beginning of the sha256.")],
    reason: Annotated[str, typer.Option(help="What was corrected: the contract, the index, the rule.")],
) -> None:
    """Let a quarantined file be read again, under the contracts as they are now. Nothing passes unread.

    Examples:

        support-list quarantine release england_ks2final.csv --reason "layout ks2_tables_2027 added"
    """
    from school_support.landing.ledger import release_from_quarantine

    with plain_errors():
        let_out = release_from_quarantine(named, reason)
        screen.print(
            f"{let_out.file_name} will be read again by the next ingest of {let_out.source}, and accepted or quarantined anew.",
            highlight=False,
        )
