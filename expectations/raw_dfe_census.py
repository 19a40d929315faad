"""Gate 1 over a school census: `raw.dfe_census`, schools with rows for England by phase among them."""

from __future__ import annotations

from school_support.quality.cells import as_number
from school_support.quality.raw_rules import (
    READ_LAYOUT,
    always_filled,
    la_code_has_three_digits,
    mean_within,
    mostly_measured,
    one_row_a_school,
    rule,
    whole_table,
    year_had_begun,
)
from school_support.quality.rules import Release, Rule, matches, no_rows

SCHOOLS = "urn <> 'NAT'"
# Means of schools; a national file has 15 to 20 % of pupils with another first language, one authority's up to 60 %.
PLAUSIBLE_MEANS = {
    "girls_pct": (25, 70),
    "sen_plan_pct": (0.5, 40),
    "sen_support_pct": (2, 40),
    "sen_statement_or_action_plus_pct": (2, 40),
    "sen_school_action_pct": (1, 40),
    "eal_pct": (1.5, 80),
    "fsm_pct": (2, 60),
    "fsm_ever_pct": (4, 70),
}


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    measures = [column for column in PLAUSIBLE_MEANS if column in release.columns]
    found = [
        *whole_table(release),
        year_had_begun(release),
        *always_filled("urn", "pupils"),
        rule(
            "urn_has_six_digits",
            "Every URN has six digits, or the row is one for England.",
            matches("urn", "^([0-9]{6}|NAT)$"),
            READ_LAYOUT,
        ),
        one_row_a_school(SCHOOLS),
        mean_within("pupils", 100, 1500, SCHOOLS),
        *(mean_within(column, *PLAUSIBLE_MEANS[column], SCHOOLS) for column in measures),
        *(mostly_measured(column, 0.5, SCHOOLS) for column in measures),
        rule(
            "england_is_the_sum_of_more_schools_than_one",
            "A row for England has more pupils than any school.",
            no_rows(
                f"select urn, _line, pupils from batch where urn = 'NAT' and {as_number('pupils')} > 0 and "
                f"{as_number('pupils')} <= (select max({as_number('pupils')}) from batch where {SCHOOLS})"
            ),
            READ_LAYOUT,
        ),
    ]
    if "la_code" in release.columns:
        found.append(la_code_has_three_digits(SCHOOLS))
    return found
