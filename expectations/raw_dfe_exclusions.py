"""Gate 1 over suspensions and permanent exclusions by school: `raw.dfe_exclusions`, several years in one file."""

from __future__ import annotations

from school_support.quality.cells import as_number
from school_support.quality.raw_rules import (
    READ_LAYOUT,
    SCHOOL_LEVEL,
    long_file,
    mean_within,
    rule,
    year_had_begun,
)
from school_support.quality.rules import Release, Rule, no_row_where

# Rates are rounded to two decimals; the headcount of a school with few pupils moves them by more.
ROUNDED = 0.02


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    suspensions, headcount, rate = (as_number(name) for name in ("suspensions", "headcount", "suspension_rate"))
    return [
        *long_file(release),
        year_had_begun(release),
        rule(
            "schools_have_a_urn",
            "Every row of a school has its URN.",
            no_row_where(f"{SCHOOL_LEVEL} and urn !~ '^[0-9]{{6}}$'", "_line, time_period, phase"),
        ),
        rule(
            "suspension_rate_per_100_pupils",
            "Every suspension rate is suspensions per 100 pupils on roll.",
            no_row_where(
                f"{headcount} > 0 and abs({rate} - 100 * {suspensions} / {headcount}) > {ROUNDED}",
                "urn, _line, suspensions, headcount, suspension_rate",
            ),
            "Look at the unit of the rates: they are per 100 pupils, not per 1,000 and no fractions. " + READ_LAYOUT,
        ),
        mean_within("suspension_rate", 0.5, 60, SCHOOL_LEVEL),
        mean_within("permanent_exclusion_rate", 0, 3, SCHOOL_LEVEL),
    ]
