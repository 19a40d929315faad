"""Gate 1 over the links between academies and their trusts and sponsors: `raw.gias_group_links`."""

from __future__ import annotations

from school_support.quality.cells import as_date
from school_support.quality.raw_rules import (
    READ_LAYOUT,
    always_filled,
    la_code_has_three_digits,
    mostly_filled,
    rule,
    whole_table,
)
from school_support.quality.rules import Release, Rule, matches, no_row_where, no_rows


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    return [
        *whole_table(release),
        *always_filled("urn", "group_uid", "group_type"),
        rule(
            "urn_has_five_or_six_digits",
            "Every URN has six digits, or five as children's centres have.",
            matches("urn", "^[0-9]{5,6}$"),
            READ_LAYOUT,
        ),
        la_code_has_three_digits(),
        *mostly_filled(release, ["joined_date"], 0.9),
        rule(
            "joined_before_publication",
            "Schools joined their group at most three years after the file was published.",
            no_row_where(
                f"{as_date('joined_date')} > date '{release.known_from}' + 1096", "urn, _line, group_uid, joined_date"
            ),
            "Ask the publisher for the date; the link counts from it, and so not yet.",
            "warning",
        ),
        rule(
            "one_trust_at_a_time",
            "No academy is in two open trusts at once.",
            no_rows(
                "select urn, min(_line) as _line, count(distinct group_uid) as trusts from batch "
                "where group_type like '%-academy trust' and closed_date is null "
                "group by urn having count(distinct group_uid) > 1"
            ),
            "The trust joined last counts; ask the publisher which is right.",
            "warning",
        ),
    ]
