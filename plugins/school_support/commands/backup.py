"""support-list backup: create, list, restore."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from school_support.commands import plain_errors, screen

app = typer.Typer(help="Backups of the databases and of every file: create, list, restore.", no_args_is_help=True)
To = Annotated[Path, typer.Argument(help="Folder of the backups; keep it on another disk.")]


@app.command()
def create(folder: To) -> None:
    """Dump both databases and copy every file that is not in the folder yet. Readers and runs go on meanwhile.

    The secrets are not in it: keep secrets.env, or the volumes secrets-*, apart from the backups.

    Examples:

        support-list backup create /backups
    """
    from school_support.warehouse import server
    from school_support.warehouse.backup import create_backup

    with plain_errors():
        server.start()
        with _steps() as on_step:
            made = create_backup(folder.resolve(), on_step)
        screen.print(
            f"{made.folder}: {made.editions} editions, {made.files} files of {decimal(made.file_bytes)}, of which "
            f"{decimal(made.new_bytes)} were new.",
            highlight=False,
            soft_wrap=True,
        )


@app.command("list")
def list_(folder: To) -> None:
    """Show the finished backups in a folder."""
    from school_support.warehouse.backup import list_backups

    with plain_errors():
        table = Table("backup", "version", "editions", "files", "size of the files", title=f"Backups in {folder}")
        for backup in list_backups(folder):
            table.add_row(
                backup.folder.name, backup.version, str(backup.editions), str(backup.files), decimal(backup.file_bytes)
            )
        screen.print(table)


@app.command()
def restore(
    backup: Annotated[Path, typer.Argument(help="One backup, such as /backups/2026-11-27T020000Z.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace a warehouse that has assessments.")] = False,
) -> None:
    """Put databases and files back as they were, migrate them, and verify every edition. Stop Airflow first.

    Examples:

        support-list backup restore /backups/2026-11-27T020000Z
    """
    from school_support.publication.verify import edition_ids, verify_edition
    from school_support.warehouse import server
    from school_support.warehouse.backup import restore_backup

    with plain_errors():
        server.start()
        wrong = 0
        with _steps() as on_step:
            record = restore_backup(backup.resolve(), replace, on_step)
            for edition_id in edition_ids():
                on_step(f"verifying edition {edition_id}")
                for check in verify_edition(edition_id):
                    for text in check.wrong:
                        wrong += 1
                        screen.print(f"Edition {edition_id}, {check.what}: {text}", highlight=False, markup=False)
        if wrong:
            raise typer.Exit(1)
        screen.print(
            f"As it was on {record['made_at']}: {record['editions']} editions, each verified.", highlight=False
        )


@contextmanager
def _steps() -> Iterator[Callable[[str], None]]:
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=screen, transient=True
    ) as progress:
        task = progress.add_task("starting")
        yield lambda what: progress.update(task, description=what)
