"""Gate 1 over destinations of pupils and students: `raw.dfe_destinations`, a different table after every stage."""

from __future__ import annotations

from school_support.quality.raw_rules import (
    READ_LAYOUT,
    always_filled,
    la_code_has_three_digits,
    mean_within,
    mostly_measured,
    not_above,
    nothing_lost,
    one_row_a_school,
    rule,
    time_periods_known,
    year_had_begun,
)
from school_support.quality.rules import Release, Rule, matches

SCHOOLS = "urn ~ '^[0-9]{6}$'"
PLAUSIBLE_MEANS = {
    "ks4_sustained_pct": (40, 100),
    "ks4_education_pct": (30, 100),
    "post16_sustained_pct": (40, 100),
    "post16_higher_education_pct": (5, 90),
    "progressed_pct": (10, 95),
}


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    has = release.columns.__contains__
    found = [
        *nothing_lost(release),
        year_had_begun(release),
        rule(
            "urn_has_six_digits",
            "Every URN has six digits, or the row is one for England or of a college without one.",
            matches("urn", "^([0-9]{6}|NAT|NA|z|x)$"),
            READ_LAYOUT,
        ),
    ]
    if has("time_period"):
        # Rows of numbers stand among those of percentages, so no mean says anything.
        return [*found, time_periods_known(release), *always_filled("breakdown_topic", "breakdown")]
    measures = [column for column in PLAUSIBLE_MEANS if has(column)]
    found += [
        one_row_a_school(SCHOOLS),
        *(mean_within(column, *PLAUSIBLE_MEANS[column], SCHOOLS) for column in measures),
        *(mostly_measured(column, 0.4, SCHOOLS) for column in measures),
    ]
    if has("ks4_education_pct"):
        found.append(not_above("ks4_education_pct", "ks4_sustained_pct", SCHOOLS))
    if has("post16_higher_education_pct"):
        found.append(not_above("post16_higher_education_pct", "post16_sustained_pct", SCHOOLS))
    if has("la_code"):
        found.append(la_code_has_three_digits(SCHOOLS))
    return found
