"""Gate 1 over what officers know of schools: `raw.local_intelligence`."""

from __future__ import annotations

from school_support.quality.cells import as_date
from school_support.quality.raw_rules import (
    always_filled,
    day_not_after_publication,
    rule,
    six_digit_urns,
    whole_table,
)
from school_support.quality.rules import Release, Rule, no_row_where

ASK_THE_AUTHOR = "The author corrects the note and sends it again."


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    return [
        *whole_table(release),
        *always_filled("note_date", "category", "concern", "note", "author", "expires_on"),
        six_digit_urns(),
        day_not_after_publication(release, "note_date"),
        rule(
            "expires_after_it_was_written",
            "Every note expires after the day on which it was written.",
            no_row_where(f"{as_date('expires_on')} <= {as_date('note_date')}", "urn, _line, note_date, expires_on"),
            ASK_THE_AUTHOR,
        ),
        rule(
            "expires_within_three_years",
            "No note is to count for more than three years.",
            no_row_where(
                f"{as_date('expires_on')} > {as_date('note_date')} + 1096", "urn, _line, note_date, expires_on"
            ),
            "Ask the author whether the year is right; what is still true then can be written anew.",
            "warning",
        ),
        rule(
            "note_is_short",
            "A note has at most 2,000 characters, so that it is no case history.",
            no_row_where("length(note) > 2000", "urn, _line, length(note) as characters"),
            ASK_THE_AUTHOR,
        ),
    ]
