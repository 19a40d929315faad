"""support-list: the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from school_support.commands import (
    backfill,
    backup,
    contract,
    decide,
    deploy,
    download,
    explain,
    letters,
    maintenance,
    plain_errors,
    quarantine,
    reader,
    release,
    returns,
    school_check,
    screen,
    status,
    verify,
    what_if,
)
from school_support.errors import SupportListError
from school_support.settings import settings

app = typer.Typer(
    help="Which school gets which level of support, and why: from public files to a gated, published list.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
GROUPS = {
    "backup": backup,
    "backfill": backfill,
    "contract": contract,
    "download": download,
    "letters": letters,
    "quarantine": quarantine,
    "reader": reader,
    "release": release,
    "returns": returns,
    "school-check": school_check,
}
for name, group in GROUPS.items():
    app.add_typer(group.app, name=name)
app.command("return-template")(returns.return_template)
app.command("explain")(explain.explain)
for command in (decide.summary, decide.approve, decide.reject):
    app.command()(command)
app.command("status")(status.status)
app.command("verify")(verify.verify)
app.command("maintenance")(maintenance.maintenance)
app.command("what-if")(what_if.what_if)
app.command()(deploy.secrets)
app.command()(deploy.migrate)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})(
    deploy.airflow
)
SAMPLE_AUTHORITY = "999"
SAMPLE_AS_AT = date(2026, 6, 30)
OUTPUTS = {
    "Report": "report",
    "Public report": "public_report",
    "CSV": "csv",
    "Excel": "xlsx",
    "Parquet": "parquet",
    "Letters": "letters",
}


@app.command()
def run(
    data: Annotated[Path | None, typer.Option(help="Folder of files with a releases.csv; none: the sample.")] = None,
    la: Annotated[str | None, typer.Option(help="LA code, three digits.")] = None,
    list_year: Annotated[int | None, typer.Option(help="Academic year supported, the year it ends in.")] = None,
    as_at: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day whose knowledge is used.")
    ] = None,
) -> None:
    """Do the whole main job: ingest, assess, propose, gate, approve, publish.

    Examples:

        support-list run

        support-list run --data ../shared/data --la 874 --list-year 2020 --as-at 2019-06-30
    """
    from school_support.orchestration.main_job import run_main_job

    with plain_errors():
        if data is None:
            folder, authority, day = (
                _sample_folder(),
                la or SAMPLE_AUTHORITY,
                as_at.date() if as_at else SAMPLE_AS_AT,
            )
        elif la is None or as_at is None:
            raise SupportListError(
                "With --data say also which authority (--la 874) and which day (--as-at 2019-06-30)."
            )
        else:
            folder, authority, day = data.resolve(), la, as_at.date()
        from school_support.assessment.annual import list_year_of

        with _progress() as (on_step, on_task):
            done = run_main_job(
                folder,
                authority,
                list_year or list_year_of(day, settings().annual_cycle),
                day,
                on_step=on_step,
                on_task=on_task,
            )
        _show_edition(int(done.edition["edition_id"]), bool(done.edition["is_new"]), done.outputs)


@app.command()
def demonstrate() -> None:
    """Publish the sample, once, if the sample authority is served: shows that a new installation works."""
    from school_support.status import count_editions

    with plain_errors():
        if settings().authority != SAMPLE_AUTHORITY:
            screen.print(f"This installation serves authority {settings().authority}: there is nothing to demonstrate.")
        elif editions := count_editions():
            screen.print(f"{editions} editions stand already: there is nothing to demonstrate.")
        else:
            run()


@app.command()
def sample(
    folder: Annotated[Path | None, typer.Argument(help="Where to write it; default: the state folder.")] = None,
) -> None:
    """Write the fictional authority of Fenmere and a fictional England, in the true file layouts."""
    from school_support.sample import write_sample

    with plain_errors():
        target = folder or settings().home / "sample"
        written = write_sample(target)
        screen.print(f"{written.files} files, {written.rows:,} rows, {written.schools:,} schools in {target}")


@app.command()
def up() -> None:
    """Start PostgreSQL and Airflow with the DAGs scheduled; stay until Ctrl-C."""
    from school_support.orchestration.serve import serve
    from school_support.warehouse import server
    from school_support.warehouse.migrate import migrate

    with plain_errors():
        _sample_folder()
        server.start()
        migrate()
        serve()


@app.command()
def stop() -> None:
    """Stop Airflow and PostgreSQL of this state folder; the data stay."""
    from school_support.orchestration.local import stop_local_airflow
    from school_support.warehouse import server

    with plain_errors():
        stop_local_airflow()
        screen.print("PostgreSQL stopped." if server.stop() else "PostgreSQL was not running.")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context, role: Annotated[str, typer.Option(help="Database role.")] = "bi_reader") -> None:
    """Open psql on the warehouse, as bi_reader unless told otherwise. Further arguments go to psql.

    Examples:

        support-list psql -- -c "select tier_name, count(*) from bi.support_list_v1 group by 1"
    """
    from school_support.warehouse import server
    from school_support.warehouse.connection import parameters
    from school_support.warehouse.embedded import psql_program

    with plain_errors():
        server.start()
        address = parameters(role)
        environment = os.environ | {"PGPASSWORD": address["password"]}
        command = [
            str(psql_program()),
            "-h",
            address["host"],
            "-p",
            address["port"],
            "-U",
            role,
            address["dbname"],
        ]
        sys.exit(subprocess.run([*command, *context.args], env=environment, check=False).returncode)


@app.command()
def docs() -> None:
    """Write dbt's documentation of every model, column and test, with the lineage, as one page that needs no network."""
    from school_support.warehouse import server
    from school_support.warehouse.dbt import document

    with plain_errors():
        server.prepare()
        screen.print(f"dbt docs: {document()}", highlight=False, soft_wrap=True)


def _sample_folder() -> Path:
    """The sample's folder; the sample is written whole before its folder has its name, so a kill leaves none or all."""
    from school_support.sample import write_sample

    folder = settings().home / "sample"
    if not folder.exists():
        draft = settings().home / "sample.draft"
        write_sample(draft)
        draft.rename(folder)
    return folder


@contextmanager
def _progress() -> Iterator[tuple]:  # type: ignore[type-arg]
    """A bar of the job's steps, and a line for every task that ends."""
    steps = 6
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(), console=screen,
    ) as progress:  # fmt: skip
        bar = progress.add_task("Main job", total=steps)

        def on_step(what: str) -> None:
            started = progress.tasks[0].description != "Main job"
            progress.update(bar, description=what, advance=1 if started else 0)

        def on_task(task) -> None:  # type: ignore[no-untyped-def]
            if task.state in ("success", "failed"):
                mark = "[green]done[/]" if task.state == "success" else "[red]failed[/]"
                seconds = f"{task.seconds:.1f} s" if task.seconds is not None else ""
                progress.console.print(f"  {mark} {task.dag_id}.{task.task_id} {seconds}", highlight=False)

        yield on_step, on_task
        progress.update(bar, description="Finished", completed=steps)


def _show_edition(edition_id: int, is_new: bool, outputs: dict[str, str]) -> None:
    """The last thing a run says: what was published, how many schools a tier, and where everything is."""
    from school_support.status import read_edition_summary
    from school_support.warehouse.connection import WAREHOUSE, address
    from school_support.warehouse.secrets import secrets_file

    summary = read_edition_summary(edition_id)
    if not is_new:
        screen.print(
            f"\nNothing new: the input says what edition {summary.edition} already says. Nothing was published."
        )
    screen.print(summary.table)
    host, port = address()
    kept = settings().secrets or secrets_file()
    stamp = " (demonstration)" if summary.demonstration else ""
    lines = {"Edition": f"{summary.edition} of list year {summary.list_year}{stamp}", "Hash": summary.content_hash}
    lines |= {f"Warning {number}": text for number, text in enumerate(summary.warnings, start=1)}
    if summary.quarantined:
        files = ", ".join(summary.quarantined)
        lines["Quarantined"] = (
            f"{len(summary.quarantined)} files, none of them used: {files}. `support-list status` says why."
        )
    lines |= {label: outputs[key] for label, key in OUTPUTS.items()}
    lines["psql"] = "make psql"
    lines["BI tools"] = (
        f"PostgreSQL at {host} port {port}, database {WAREHOUSE}, user bi_reader, schema bi; "
        f"password: SUPPORT_LIST_PG_PASSWORD_BI_READER in {kept}"
    )
    for label, text in lines.items():
        screen.print(f"{label:<14} {text}", highlight=False, markup=False, soft_wrap=True)
