"""Gate 1 over what the panel decided about schools: `raw.panel_decisions`."""

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

ASK_THE_PANEL = "The clerk of the panel corrects the row and sends the file again."


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    return [
        *whole_table(release),
        *always_filled("list_year", "decision", "reason", "evidence", "decided_by_1", "decided_by_2"),
        *always_filled("decided_on", "expires_on"),
        six_digit_urns(),
        day_not_after_publication(release, "decided_on"),
        rule(
            "override_names_a_tier",
            "An override names a tier, and a confirmation names none.",
            no_row_where("(decision = 'override') <> (tier is not null)", "urn, _line, decision, tier"),
            ASK_THE_PANEL,
        ),
        rule(
            "two_people_decided",
            "Two different people decided.",
            no_row_where("lower(btrim(decided_by_1)) = lower(btrim(decided_by_2))", "urn, _line, decision"),
            ASK_THE_PANEL,
        ),
        rule(
            "expires_after_the_panel",
            "Every decision expires after the day of the panel.",
            no_row_where(f"{as_date('expires_on')} <= {as_date('decided_on')}", "urn, _line, decided_on, expires_on"),
            ASK_THE_PANEL,
        ),
    ]
