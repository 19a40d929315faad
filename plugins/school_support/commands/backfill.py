"""support-list backfill: fills in the lists of past years, and decides what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from school_support.commands import plain_errors, screen, show_table
from school_support.errors import SupportListError

if TYPE_CHECKING:
    from school_support.backfill.plan import PlannedYear, Request
    from school_support.backfill.record import Backfill
    from school_support.backfill.stage import Move, Staged

app = typer.Typer()
NumberArgument = Annotated[int, typer.Argument(help="Number of the backfill; `support-list backfill list` names them.")]


@app.callback(invoke_without_command=True, no_args_is_help=True)
def backfill(
    context: typer.Context,
    *,
    first: Annotated[int | None, typer.Option("--from", help="First list year, the year it ends in.")] = None,
    last: Annotated[int | None, typer.Option("--to", help="Last list year.")] = None,
    la: Annotated[str | None, typer.Option(help="LA code, three digits; none: that of the settings.")] = None,
    ruleset: Annotated[
        str | None, typer.Option(help="Judge every year under this one; none: the authority's own for each day.")
    ] = None,
    as_at_day: Annotated[
        str | None, typer.Option(help="Month and day of every as-at date; none: that of the annual cycle.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why; it stands in the record for good.")] = None,
    requested_by: Annotated[str | None, typer.Option(help="Who wants it; none: the user of this computer.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be made, and stop.")] = False,
) -> None:
    """Fill in the lists of past years. Says first what it would make, builds it where nothing counts it, and compares.

    Each list year is assessed as at the day named of the year before (the list of 2016 as at 30 June 2015), from the files
    that were public by then; each is the past of the next. Then complete it or cancel it. A backfill never publishes. The
    same command again goes on where one was killed.

    Examples:

        support-list backfill --from 2016 --to 2020 --la 874 --dry-run

        support-list backfill --from 2016 --to 2020 --la 874 --reason "history for the new dashboard"

        support-list backfill --from 2018 --to 2018 --la 874 --ruleset 2026.3 --reason "how the new rules judge 2018"

        support-list backfill show 1

        support-list backfill complete 1
    """
    if context.invoked_subcommand:
        return
    from school_support.backfill.plan import Request, plan
    from school_support.warehouse import server

    with plain_errors():
        if first is None or last is None:
            raise SupportListError("Say which list years: --from 2016 --to 2020.")
        if reason is None and not dry_run:
            raise SupportListError("Say why with --reason, or look first with --dry-run.")
        server.prepare()
        from school_support.assessment.annual import AS_AT
        from school_support.settings import settings

        annual = "{:02}-{:02}".format(*AS_AT[settings().annual_cycle])
        request = Request(la or settings().authority, first, last, as_at_day or annual, ruleset)
        show_table(_planned(request, plan(request)))
        if dry_run or reason is None:
            screen.print("A dry run: nothing was recorded or built.")
            return
        staged = _stage(request, reason, requested_by)
        if staged.was_completed:
            screen.print(f"Nothing to do: backfill {staged.backfill_id} was completed with just this.")
            return
        _show(staged.backfill_id)
        number = staged.backfill_id
        screen.print(
            f"Staged as backfill {number}; nothing counts it yet. `support-list backfill complete {number}` lets it stand, "
            f"`support-list backfill cancel {number}` removes it."
        )


@app.command()
def complete(number: NumberArgument) -> None:
    """Let a staged backfill stand: its years become the past of later lists where no edition is. Never publishes.

    Refused where what was compared has changed since.

    Examples:

        support-list backfill complete 1
    """
    from school_support.backfill.decide import complete as completed
    from school_support.warehouse import server

    with plain_errors():
        server.prepare()
        done = completed(number)
        screen.print(f"Backfill {number} is {done.in_words}.", highlight=False)
        for year in done.years:
            if year.beside and year.beside.startswith("edition"):
                screen.print(f"List year {year.list_year}: {year.beside} stays what counts.", highlight=False)


@app.command()
def cancel(number: NumberArgument) -> None:
    """Remove the rows of a backfill that was not completed; its record, with reason and requester, stays.

    Examples:

        support-list backfill cancel 1
    """
    from school_support.backfill.decide import cancel as cancelled
    from school_support.warehouse import server

    with plain_errors():
        server.prepare()
        removed = cancelled(number)
        screen.print(
            f"Backfill {number} is cancelled; the rows of {len(removed)} assessments are gone.", highlight=False
        )


@app.command("list")
def list_() -> None:
    """List every backfill, newest first.

    Examples:

        support-list backfill list
    """
    from school_support.backfill.record import read_backfills
    from school_support.warehouse import server
    from school_support.warehouse.connection import connect

    table = Table(
        "number", "authority", "list years", "as at", "ruleset", "status", "requested by", "on", "reason",
        title="Backfills", title_justify="left",
    )  # fmt: skip
    with plain_errors():
        server.prepare()
        with connect("support_publisher") as connection:
            for one in read_backfills(connection):
                table.add_row(
                    str(one.backfill_id), one.authority, f"{one.first} to {one.last}", one.as_at_day,
                    one.ruleset or "its own", one.in_words, one.requested_by, f"{one.requested_at:%-d %b %Y}", one.reason,
                )  # fmt: skip
        show_table(table)


@app.command()
def show(number: NumberArgument) -> None:
    """Show one backfill: who asked and why, each year beside what stood, and the schools that move.

    Examples:

        support-list backfill show 1
    """
    from school_support.warehouse import server

    with plain_errors():
        server.prepare()
        _show(number)


def _planned(request: Request, years: list[PlannedYear]) -> Table:
    table = Table(
        "list year", "as at", "ruleset", "files known", "register events", "assessment", "stands now", "warnings",
        title=f"Authority {request.authority}, list years {request.first} to {request.last}", title_justify="left",
    )  # fmt: skip
    for year in years:
        usages = [usage for _, usage, _ in year.inputs.releases]
        number, built = year.exists or (None, False)
        table.add_row(
            str(year.inputs.list_year),
            str(year.inputs.as_at),
            year.inputs.ruleset,
            str(len(usages) - usages.count("register_events")),
            str(usages.count("register_events")),
            "to make" if number is None else f"{number}, {'built' if built else 'to build'}",
            year.standing.name if year.standing else "nothing",
            "\n".join(year.warnings),
        )
    return table


def _stage(request: Request, reason: str, requested_by: str | None) -> Staged:
    from school_support.backfill.stage import stage

    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=screen, transient=True,
    ) as progress:  # fmt: skip
        bar = progress.add_task("Backfill", total=None)
        return stage(
            request,
            reason,
            requested_by,
            on_step=lambda what: progress.reset(bar, total=None, description=what),
            on_node=lambda done, all_of_them: progress.update(bar, completed=done, total=all_of_them),
        )


def _show(number: int) -> None:
    from school_support.backfill.record import read_backfill
    from school_support.backfill.stage import moves_of
    from school_support.warehouse.connection import connect

    with connect("support_publisher") as connection:
        found = read_backfill(connection, number)
        moved = moves_of(connection, found)
    _print_backfill(found, moved)


def _print_backfill(found: Backfill, moved: list[Move]) -> None:
    lines = {
        "Backfill": f"{found.backfill_id}, {found.in_words}",
        "Authority": f"{found.authority}, list years {found.first} to {found.last}",
        "Requested by": f"{found.requested_by} ({found.os_user}) on {found.requested_at:%-d %B %Y}",
        "Reason": found.reason,
    }
    for label, text in lines.items():
        screen.print(f"{label:<14} {text}", highlight=False, markup=False, soft_wrap=True)
    table = Table("list year", "assessment", "schools", "outcome", "beside", "schools that move", "content hash")
    for year in found.years:
        table.add_row(
            str(year.list_year), str(year.assessment_id), _text(year.schools), _text(year.outcome),
            year.beside or "nothing", _text(year.moved), year.content_hash or "",
        )  # fmt: skip
    show_table(table)
    if moved:
        schools = Table("list year", "school", "stands", "backfilled", title="Schools that move", title_justify="left")
        for move in moved:
            schools.add_row(
                str(move.list_year), f"{move.school_name} ({move.urn})", move.before or "not in the list",
                move.after or "not in the list",
            )  # fmt: skip
        show_table(schools)


def _text(value: object) -> str:
    return "" if value is None else str(value)
