"""support-list explain."""

from __future__ import annotations

from typing import Annotated

import typer

from school_support.commands import plain_errors, screen


def explain(
    urn: Annotated[str, typer.Argument(help="Unique reference number, six digits.")],
    edition: Annotated[
        int | None, typer.Option(help="Number of the edition; none: the newest with the school.")
    ] = None,
    assessment: Annotated[int | None, typer.Option(help="An assessment that was not published, by its number.")] = None,
) -> None:
    """Show why a school has its tier, from the points back to file and line.

    Examples:

        support-list explain 900017

        support-list explain 900017 --edition 3
    """
    from school_support.explain import explain as explained

    with plain_errors():
        screen.print(explained(urn, edition, assessment), highlight=False)
