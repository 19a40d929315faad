"""support-list verify."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from school_support.commands import plain_errors, screen


def verify(
    edition: Annotated[int, typer.Argument(help="Number of the edition in the warehouse (edition_id).")],
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Also make it again from the landing store, in a warehouse of its own.")
    ] = False,
) -> None:
    """Check that an edition is what was published: rows, manifest, files, releases; ends with 1 where it is not.

    Examples:

        support-list verify 1

        support-list verify 1 --rebuild
    """
    from school_support.publication.rebuild import rebuild as make_again
    from school_support.publication.verify import Checked, read_published, rebuilt_differs, verify_edition
    from school_support.settings import settings
    from school_support.warehouse.connection import connect

    with plain_errors():
        checked: list[Checked] = []
        with Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=screen, transient=True
        ) as progress:
            task = progress.add_task("verifying")
            checked += verify_edition(edition, lambda what: progress.update(task, description=what))
            with connect("support_publisher") as connection:
                published = read_published(connection, edition)
            if rebuild:
                again = make_again(
                    published["manifest"], settings().landing, lambda what: progress.update(task, description=what)
                )
                checked.append(rebuilt_differs(published, again.content_hash, again.row_hashes))
        for check in checked:
            screen.print(f"[{'red' if check.wrong else 'green'}]{'WRONG' if check.wrong else 'right'}[/] {check.what}")
            for wrong in check.wrong:
                screen.print(f"      {wrong}", highlight=False, markup=False, soft_wrap=True)
        screen.print(
            f"manifest  {published['manifest_sha256']}\ncontent   {published['content_hash']}", highlight=False
        )
        if any(check.wrong for check in checked):
            raise typer.Exit(1)
