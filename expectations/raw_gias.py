"""Gate 1 over an extract of the register of schools (GIAS, formerly EduBase): `raw.gias`."""

from __future__ import annotations

from school_support.quality.cells import as_date
from school_support.quality.raw_rules import (
    READ_LAYOUT,
    always_filled,
    closes_after_opening,
    la_code_has_three_digits,
    mostly_filled,
    one_row_a_school,
    rule,
    whole_table,
)
from school_support.quality.rules import Release, Rule, matches, no_row_where, one_of

STATUSES = ["Open", "Closed", "Open, but proposed to close", "Proposed to open"]


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    found = [
        *whole_table(release),
        *always_filled("urn", "la_code", "establishment_name", "type_of_establishment"),
        rule(
            "urn_has_five_or_six_digits",
            "Every URN has six digits, or five as children's centres have.",
            matches("urn", "^[0-9]{5,6}$"),
            READ_LAYOUT,
        ),
        one_row_a_school(),
        la_code_has_three_digits(),
        *mostly_filled(release, ["establishment_number", "phase"], 0.5),
        rule(
            "number_has_four_digits",
            "Every establishment number has one to four digits.",
            matches("establishment_number", "^[0-9]{1,4}$"),
            READ_LAYOUT,
        ),
        rule(
            "status_known",
            "Every status is one that the register uses.",
            one_of("establishment_status", STATUSES),
            "Nothing reads the status of a later extract; add the new word to the suite when its meaning is known.",
            "warning",
        ),
        rule(
            "opening_not_far_ahead",
            "No school opens more than three years after the extract.",
            no_row_where(f"{as_date('open_date')} > date '{release.known_from}' + 1096", "urn, _line, open_date"),
            "Ask the publisher for the date; until it is right the school counts as not open yet.",
            "warning",
        ),
    ]
    if "close_date" in release.columns:
        found.append(closes_after_opening("warning"))
    return found
