"""support-list returns: the form for schools, a check of a filled-in one, and the folder they are dropped in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from school_support.clock import today
from school_support.commands import plain_errors, screen
from school_support.errors import SupportListError

if TYPE_CHECKING:
    from school_support.returns.template import Identity

app = typer.Typer(help="Termly returns of schools: the form, its check, and the inbox.", no_args_is_help=True)


def return_template(
    file: Annotated[Path, typer.Argument(help="Where to write the form; its name ends in .xlsx.")],
    authority: Annotated[str | None, typer.Option(help="LA code; default: the authority of the settings.")] = None,
    urn: Annotated[str | None, typer.Option(help="Fill in this school's URN, LAESTAB and name.")] = None,
) -> None:
    """Write the Excel form for a school's termly return, with drop-downs.

    With --urn the school is looked up in the newest register that was taken in.

    Examples:

        support-list return-template return.xlsx

        support-list return-template --urn 990001 alder-lane.xlsx
    """
    from school_support.returns.template import write_template
    from school_support.settings import settings

    with plain_errors():
        code = authority or settings().authority
        school = _school(code, urn) if urn else None
        write_template(file, code, today(), settings().returns_contact, school)
        whose = f" for {school.name} ({school.urn})" if school else ""
        screen.print(f"Form{whose} written to {file}.", highlight=False)


app.command("template")(return_template)


@app.command()
def check(file: Annotated[Path, typer.Argument(help="A form as a school filled it in.")]) -> None:
    """Judge a form as the inbox would, without taking it in; ends with status 1 where it would be sent back.

    Examples:

        support-list returns check alder-lane.xlsx
    """
    from school_support.returns.form import read_form
    from school_support.returns.kinds import other_kind
    from school_support.returns.pupils import refuse_pupil_level

    with plain_errors():
        if not file.is_file():
            raise SupportListError(f"There is no file {file}.")
        kind = other_kind(file)
        if kind:
            raise SupportListError(f"{file.name} is {kind[0]}. {kind[1]}")
        refuse_pupil_level(file, file.name)
        form = read_form(file, file.name, received=today())
        table = Table("cell", "label", "what is wrong", "what is allowed")
        for fault in form.faults:
            table.add_row(fault.address, fault.label, fault.problem, fault.allowed)
        if form.faults:
            screen.print(table)
            raise SupportListError(f"{file.name} would be sent back with {len(form.faults)} faults.")
        screen.print(f"{file.name} would be accepted: {len(form.rows)} rows.", highlight=False)


@app.command()
def inbox(
    received: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day of receipt, where files were put in later; default: today."),
    ] = None,
) -> None:
    """Take in what lies in the inbox and answer every file with a note.

    The folder is SUPPORT_LIST_RETURNS_INBOX, else returns/inbox in the state folder; the notes stand beside it in
    `answers`.

    Examples:

        support-list returns inbox

        support-list returns inbox --received 2026-01-12
    """
    from school_support.returns.inbox import empty_inbox
    from school_support.settings import settings
    from school_support.warehouse import server

    with plain_errors():
        server.prepare()
        done = empty_inbox(received.date() if received else None, lambda name: screen.print(f"  {name}", markup=False))
        screen.print(
            f"{done.accepted} accepted, {done.faults} sent back, {done.refused} refused. Inbox: {settings().inbox}",
            highlight=False,
        )
        for note in done.notes:
            screen.print(f"  {note}", highlight=False, markup=False, soft_wrap=True)


def _school(authority: str, urn: str) -> Identity:
    from school_support.returns.register import open_schools
    from school_support.warehouse import server
    from school_support.warehouse.connection import connect

    server.start()
    with connect("support_loader") as connection:
        known = open_schools(connection, authority, today())
    if known is None:
        raise SupportListError(
            f"No register with schools of authority {authority} was taken in yet. Leave --urn out, or ingest one first."
        )
    school = known.identity(urn)
    if school is None:
        raise SupportListError(
            f"URN {urn} is not an open school of authority {authority} in the register of {known.day:%d %B %Y}."
        )
    return school
