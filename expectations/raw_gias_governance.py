"""Gate 1 over appointments of governors, without their names: `raw.gias_governance`."""

from __future__ import annotations

from school_support.quality.cells import as_date
from school_support.quality.raw_rules import READ_LAYOUT, always_filled, mostly_filled, rule, whole_table
from school_support.quality.rules import Release, Rule, matches, no_row_where


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    return [
        *whole_table(release),
        *always_filled("role"),
        *mostly_filled(release, ["appointed_on"], 0.8),
        rule(
            "urn_has_five_or_six_digits",
            "Every URN has six digits, or five as children's centres have.",
            matches("urn", "^[0-9]{5,6}$"),
            READ_LAYOUT,
        ),
        rule(
            "a_school_or_a_group",
            "Every appointment is to a school or to a group.",
            no_row_where("urn is null and group_uid is null", "_line, role"),
            READ_LAYOUT,
        ),
        rule(
            "term_ends_after_appointment",
            "No term of office ends before it begins.",
            no_row_where(
                f"{as_date('term_ends_on')} < {as_date('appointed_on')}", "urn, _line, appointed_on, term_ends_on"
            ),
            "Nothing reads the end of a term; ask the publisher which day is right.",
            "warning",
        ),
    ]
