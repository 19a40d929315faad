"""Gate 1 over a history of graded inspections, many rows a school: `raw.ofsted_history`."""

from __future__ import annotations

from school_support.quality.cells import as_date
from school_support.quality.raw_rules import (
    READ_LAYOUT,
    always_filled,
    day_not_after_publication,
    rule,
    six_digit_urns,
    whole_table,
)
from school_support.quality.rules import Release, Rule, no_row_where, no_rows, one_of

RATINGS = ["Outstanding", "Good", "Requires Improvement", "Requires improvement", "Satisfactory", "Inadequate"]
# The four grades of today's scale began in September 2005.
FIRST_DAY = "2005-09-01"


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    return [
        *whole_table(release),
        *always_filled("urn", "rating", "inspection_date"),
        six_digit_urns(),
        day_not_after_publication(release, "inspection_date"),
        rule(
            "inspection_date_since_2005",
            "No inspection lies before September 2005, when this scale of four grades began.",
            no_row_where(f"{as_date('inspection_date')} < date '{FIRST_DAY}'", "urn, _line, inspection_date"),
            READ_LAYOUT,
        ),
        rule(
            "rating_known",
            "Every rating is a grade.",
            one_of("rating", RATINGS),
            "Map the new word in xwalk_inspection_grade.csv, then add it here.",
        ),
        rule(
            "one_rating_a_day",
            "No school has two different ratings of the same day.",
            no_rows(
                "select urn, min(_line) as _line, inspection_date, string_agg(distinct rating, ', ') as ratings "
                "from batch group by urn, inspection_date having count(distinct rating) > 1"
            ),
            "Ask the publisher which is right; the assessment takes the worse.",
            "warning",
        ),
    ]
