"""Gate 1 over the register that Ofsted's school information files carry: `raw.school_information`."""

from __future__ import annotations

from school_support.quality.raw_rules import (
    always_filled,
    closes_after_opening,
    la_code_has_three_digits,
    mostly_filled,
    one_row_a_school,
    rule,
    six_digit_urns,
    whole_table,
)
from school_support.quality.rules import Release, Rule, no_rows, one_of


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    return [
        *whole_table(release),
        *always_filled("urn", "la_code", "school_name", "school_type"),
        six_digit_urns(),
        one_row_a_school(),
        la_code_has_three_digits(),
        *mostly_filled(release, ["estab", "minor_group", "age_low", "age_high"], 0.9),
        rule(
            "status_known",
            "Every status is one that the publisher uses.",
            one_of("school_status", ["Open", "Closed", "Open, but proposed to close", "Proposed to open"]),
            "Openings and closings are read from the dates; add the new status to the suite when its meaning is known.",
            "warning",
        ),
        rule(
            "every_school_has_a_phase",
            "At least half of the schools are primary, secondary or post-16.",
            no_rows(
                "select count(*) as schools, count(*) filter (where '1' in (is_primary, is_secondary, is_post16)) as with_a_phase "
                "from batch having count(*) filter (where '1' in (is_primary, is_secondary, is_post16)) < 0.5 * count(*)"
            ),
        ),
        closes_after_opening("warning"),
    ]
