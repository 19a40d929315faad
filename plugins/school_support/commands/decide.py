"""support-list summary, approve and reject: a person's decision on a candidate."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markdown import Markdown

from school_support.commands import plain_errors, screen

Candidate = Annotated[int, typer.Argument(help="Number of the candidate; `support-list status` lists them.")]


def summary(candidate: Candidate) -> None:
    """Show what the approver has to know: gate, money, and what moves against the current edition.

    Examples:

        support-list summary 2
    """
    from school_support.publication.difference import summarise_candidate
    from school_support.reports.approver import approver_page

    with plain_errors():
        screen.print(Markdown(approver_page(summarise_candidate(candidate))))


def approve(candidate: Candidate, note: Annotated[str | None, typer.Option(help="Why.")] = None) -> None:
    """Approve a candidate that passed gate 2; not your own.

    Examples:

        support-list summary 2

        support-list approve 2 --note "Seen with the panel's minutes."
    """
    from school_support.publication.approve import record_decision

    with plain_errors():
        approval = record_decision(candidate, "approved", note)
        screen.print(
            f"Approval {approval} of candidate {candidate} recorded. Publish it with the DAG publish_support_list."
        )


def reject(candidate: Candidate, note: Annotated[str, typer.Option(help="Why.")]) -> None:
    """Reject a candidate; the last edition stays.

    Examples:

        support-list reject 2 --note "The panel meets again on Monday."
    """
    from school_support.publication.approve import record_decision

    with plain_errors():
        screen.print(f"Rejection {record_decision(candidate, 'rejected', note)} of candidate {candidate} recorded.")
