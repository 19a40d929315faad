"""support-list release: the ledger of files taken in, and taking one out of use."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from school_support.commands import plain_errors, screen, show_table

app = typer.Typer(help="The ledger of every file taken in; withdraw one that must not count.", no_args_is_help=True)
DAY = ["%Y-%m-%d"]


@app.command("list")
def list_(
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    status: Annotated[str | None, typer.Option(help="landed, loaded, accepted, quarantined or withdrawn.")] = None,
) -> None:
    """List releases, newest knowledge first.

    Examples:

        support-list release list --source dfe_ks4

        support-list release list --status withdrawn
    """
    from school_support.warehouse.connection import connect

    columns = (
        "id",
        "source",
        "file",
        "layout",
        "year",
        "stage",
        "known from",
        "rows",
        "left out",
        "status",
        "recorded",
    )
    table = Table(*columns, title="Releases", title_justify="left")
    with plain_errors(), connect("support_publisher") as connection:
        rows = connection.execute(
            """
            select release_id, source, file_name, layout, coalesce(academic_year::text, snapshot_date::text), stage, known_from,
                rows, nullif(rows_rejected, 0), status, date_trunc('second', recorded_at at time zone 'Europe/London')
            from landing.release
            where (%(source)s::text is null or source = %(source)s) and (%(status)s::text is null or status = %(status)s)
            order by source, known_from desc, sha256
            """,
            {"source": source, "status": status},
        )
        for row in rows:
            table.add_row(*("" if value is None else str(value) for value in row))
    show_table(table)


@app.command()
def show(named: Annotated[str, typer.Argument(help="Id, file name or beginning of the sha256.")]) -> None:
    """Show all the ledger knows of one release, and the editions that were made with it.

    Examples:

        support-list release show performance/2017-18/england_ks4provisional.csv.gz
    """
    from psycopg.rows import dict_row

    from school_support.landing.ledger import find_release
    from school_support.warehouse.connection import connect

    with plain_errors():
        release = find_release(named)
        with connect("support_publisher") as connection, connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                "select * from landing.release where release_id = %s", (release.release_id,)
            ).fetchone()
            events = cursor.execute(
                "select at, event, os_user, reason from landing.release_event where release_id = %s order by at",
                (release.release_id,),
            ).fetchall()
        for name, value in (row or {}).items():
            if value is not None:
                screen.print(f"{name:<20} {value}", highlight=False, markup=False, soft_wrap=True)
        for event in events:
            said = f"{event['event']} on {event['at']:%-d %B %Y} by {event['os_user']}: {event['reason']}"
            screen.print(said, highlight=False, markup=False, soft_wrap=True)
        _show_editions(release.release_id)


@app.command()
def withdraw(
    named: Annotated[str, typer.Argument(help="Id, file name or beginning of the sha256.")],
    reason: Annotated[str, typer.Option(help="Why; it stands in the ledger for good.")],
    from_day: Annotated[
        datetime | None,
        typer.Option("--from", formats=DAY, help="The day its publisher withdrew it; none: it never counts again."),
    ] = None,
) -> None:
    """Take an accepted release out of use, and list the editions made with it.

    Published editions stay as they are. With --from, an assessment as at an earlier day still reads the release: it is what
    was known then.

    Examples:

        support-list release withdraw 118 --reason "wrong year in the file"

        support-list release withdraw england_ks4provisional.csv.gz --from 2018-11-02 --reason "withdrawn by the DfE"
    """
    from school_support.landing.ledger import withdraw as withdraw_release

    with plain_errors():
        release, editions = withdraw_release(named, reason, from_day.date() if from_day else None)
        screen.print(f"{release.file_name} is withdrawn.", highlight=False)
        _show_editions(release.release_id)
        if editions:
            screen.print(
                "They stay as they were published. To correct one, propose the list again (DAG propose_support_list, or "
                "`support-list run`): a candidate without the release becomes the next edition once it is approved.",
                highlight=False,
            )


def _show_editions(release_id: int) -> None:
    from school_support.landing.ledger import editions_made_with

    editions = editions_made_with(release_id)
    if not editions:
        screen.print("No edition was made with it.")
        return
    table = Table(
        "authority", "list year", "edition", "current", "read as", title="Editions made with it", title_justify="left"
    )
    for made in editions:
        table.add_row(
            made.authority, str(made.list_year), str(made.edition), "yes" if made.is_current else "", made.usage
        )
    show_table(table)
