"""support-list school-check: what schools say about their draft letters, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table

from school_support.commands import plain_errors, screen, show_table

app = typer.Typer(
    help="Let schools see their draft, record what they answer by the deadline, and what became of it.",
    no_args_is_help=True,
)
DAY = ["%Y-%m-%d"]
CandidateId = Annotated[int, typer.Argument(help="The candidate whose draft letters go to schools.")]


class Kind(StrEnum):
    """What a comment may be about."""

    factual_error = "factual_error"
    new_evidence = "new_evidence"


class Outcome(StrEnum):
    """What may become of a comment."""

    upheld = "upheld"
    partly_upheld = "partly_upheld"
    not_upheld = "not_upheld"


@app.command("open")
def open_window(
    candidate: CandidateId,
    on: Annotated[datetime | None, typer.Option(formats=DAY, help="Day the letters go out; none: today.")] = None,
) -> None:
    """Open the window in which schools may answer, and say when it closes.

    Examples:

        support-list school-check open 3

        support-list letters write --candidate 3
    """
    from school_support.clock import today
    from school_support.publication.school_check import open_check

    with plain_errors():
        check = open_check(candidate, on.date() if on else today())
        screen.print(
            f"The window of candidate {candidate} is open from {check.opened_on:%-d %B %Y} to {check.closes_on:%-d %B %Y}: "
            f"{check.working_days} working days in term. Draft letters: `support-list letters write --candidate {candidate}`."
        )


@app.command()
def comment(
    candidate: CandidateId,
    urn: Annotated[str, typer.Option(help="URN of the school.")],
    kind: Annotated[Kind, typer.Option(help="What it is about.")],
    said: Annotated[str, typer.Option(help="What the school says; no names of persons.")],
    received: Annotated[datetime | None, typer.Option(formats=DAY, help="Day of receipt; none: today.")] = None,
) -> None:
    """Record what a school answered.

    Examples:

        support-list school-check comment 3 --urn 900012 --kind factual_error --said "The Year 6 cohort had 18 pupils, not 28."
    """
    from school_support.clock import today
    from school_support.publication.school_check import record_comment

    with plain_errors():
        number = record_comment(candidate, urn, kind.value, said, received.date() if received else today())
        screen.print(
            f"Comment {number} of school {urn} recorded. Answer it with `support-list school-check answer {number}`."
        )


@app.command()
def answer(
    comment_id: Annotated[int, typer.Argument(help="Number of the comment.")],
    outcome: Annotated[Outcome, typer.Option(help="What became of it.")],
    reason: Annotated[str, typer.Option(help="Why; the school is told.")],
    on: Annotated[datetime | None, typer.Option(formats=DAY, help="Day of the decision; none: today.")] = None,
) -> None:
    """Record what became of a comment. A tier changes by a panel decision or by better data, never by this.

    Examples:

        support-list school-check answer 7 --outcome upheld --reason "The register shows 18; the release was corrected."
    """
    from school_support.clock import today
    from school_support.publication.school_check import answer_comment

    with plain_errors():
        answer_comment(comment_id, outcome.value, reason, on.date() if on else today())
        screen.print(f"Comment {comment_id}: {outcome.value.replace('_', ' ')}.")


@app.command()
def status(candidate: CandidateId) -> None:
    """Show where every school stands: letter sent, comment, outcome."""
    from school_support.clock import today
    from school_support.publication.school_check import check_of_candidate, statuses

    with plain_errors():
        check = check_of_candidate(candidate)
        table = Table(title=f"Candidate {candidate}: comments until {check.closes_on:%-d %B %Y}", title_justify="left")
        for column in ("URN", "School", "Tier shown", "Sent", "Comment", "Received", "Outcome", "Stands"):
            table.add_column(column)
        for school in statuses(candidate, today()):
            said = f"{school.comment_id}: {(school.kind or '').replace('_', ' ')}" if school.comment_id else ""
            table.add_row(
                school.urn, school.school_name, school.tier_name, str(school.sent_on or ""), said,
                str(school.received_on or ""), (school.outcome or "").replace("_", " "), school.stands,
            )  # fmt: skip
        show_table(table)
