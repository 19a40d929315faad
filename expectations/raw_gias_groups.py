"""Gate 1 over the register of trusts, sponsors and federations: `raw.gias_groups`."""

from __future__ import annotations

from school_support.quality.cells import as_date
from school_support.quality.raw_rules import READ_LAYOUT, always_filled, mostly_filled, rule, whole_table
from school_support.quality.rules import Release, Rule, matches, no_row_where, one_of, unique


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    return [
        *whole_table(release),
        *always_filled("group_uid", "group_type", "group_status"),
        rule("one_row_a_group", "Each group stands in the file once.", unique("group_uid")),
        *mostly_filled(release, ["group_name", "companies_house_number"], 0.3),
        rule(
            "group_type_code_has_two_digits",
            "Every group type has its two digits, the leading zero among them.",
            matches("group_type_code", "^[0-9]{2}$"),
            "The file went through a spreadsheet, which took leading zeros away: take it from its publisher again.",
        ),
        rule(
            "company_number_has_eight_characters",
            "Every company number has eight characters.",
            matches("companies_house_number", "^[A-Z0-9]{8}$"),
            "The file went through a spreadsheet, which took leading zeros away: take it from its publisher again.",
            "warning",
        ),
        rule(
            "status_known",
            "Every status is a known one.",
            one_of("group_status", ["Open", "Closed", "Proposed to open"]),
        ),
        rule(
            "closed_groups_have_a_day",
            "A group that is closed has the day on which it closed, and an open one has none.",
            no_row_where(
                "(group_status = 'Closed') <> (closed_date is not null)", "_line, group_uid, group_status, closed_date"
            ),
            "Nothing reads the status; the days of the links count. " + READ_LAYOUT,
            "warning",
        ),
        rule(
            "closing_not_far_ahead",
            "No group closed more than a year after the file was published.",
            no_row_where(
                f"{as_date('closed_date')} > date '{release.known_from}' + 366", "_line, group_uid, closed_date"
            ),
            READ_LAYOUT,
        ),
    ]
