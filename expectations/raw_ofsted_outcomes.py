"""Gate 1 over Ofsted's workbook of latest outcomes (as at July 2018): `raw.ofsted_outcomes`."""

from __future__ import annotations

from school_support.quality.cells import as_date
from school_support.quality.raw_rules import (
    READ_LAYOUT,
    always_filled,
    day_not_after_publication,
    one_row_a_school,
    rule,
    six_digit_urns,
    whole_table,
)
from school_support.quality.rules import Release, Rule, no_row_where, one_of


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    return [
        *whole_table(release),
        *always_filled("urn", "inspection_date", "overall_effectiveness"),
        six_digit_urns(),
        one_row_a_school(),
        day_not_after_publication(release, "inspection_date"),
        day_not_after_publication(release, "publication_date"),
        rule(
            "inspection_date_since_1990",
            "No inspection lies before 1990; Ofsted began in 1992.",
            no_row_where(f"{as_date('inspection_date')} < date '1990-01-01'", "urn, _line, inspection_date"),
            READ_LAYOUT,
        ),
        rule("grade_known", "Every overall grade is 1 to 4.", one_of("overall_effectiveness", ["1", "2", "3", "4"])),
        rule(
            "publication_date_after_inspection",
            "No report was published before its inspection.",
            no_row_where(
                f"{as_date('publication_date')} < {as_date('inspection_date')}",
                "urn, _line, inspection_date, publication_date",
            ),
            "Compare with the school's report; a publication before the inspection would let it count too early.",
            "warning",
        ),
    ]
