"""Gate 1 over the register's links between predecessors and successors: `raw.gias_links`."""

from __future__ import annotations

from school_support.quality.cells import as_date
from school_support.quality.raw_rules import (
    READ_LAYOUT,
    always_filled,
    mostly_filled,
    rule,
    six_digit_urns,
    whole_table,
)
from school_support.quality.rules import Release, Rule, no_row_where, no_rows


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    return [
        *whole_table(release),
        *always_filled("urn", "link_urn", "link_type"),
        six_digit_urns(),
        six_digit_urns("link_urn"),
        *mostly_filled(release, ["link_established_date"], 0.4),
        rule(
            "no_school_linked_to_itself",
            "No school is its own predecessor or successor.",
            no_row_where("urn = link_urn", "urn, _line, link_type"),
            "Ask the publisher; staging would otherwise chain the school to itself.",
            "warning",
        ),
        rule(
            "predecessors_and_successors_present",
            "The file has links in both directions.",
            no_rows(
                "select count(*) as links from batch having count(*) >= 100 and ("
                "count(*) filter (where link_type ilike 'predecessor%' or link_type ilike 'parent%') = 0 or "
                "count(*) filter (where link_type ilike 'successor%' or link_type ilike 'child%') = 0)"
            ),
            READ_LAYOUT,
        ),
        rule(
            "link_established_before_publication",
            "Links are established at most three years after the file was published.",
            no_row_where(
                f"{as_date('link_established_date')} > date '{release.known_from}' + 1096",
                "urn, _line, link_urn, link_established_date",
            ),
            "Ask the publisher for the date; the link counts from it, and so not yet.",
            "warning",
        ),
        rule(
            "links_answered",
            "Every predecessor link is answered by a successor link of the other school.",
            no_rows(
                "select urn, link_urn from batch where link_type = 'Predecessor' "
                "except select link_urn, urn from batch where link_type ilike 'successor%'"
            ),
            "Nothing is to be done: either direction is enough for a predecessor to be found.",
            "info",
        ),
    ]
