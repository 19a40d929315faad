"""Gate 1 over results of multi-academy trusts: `raw.dfe_trusts`, one table a key stage."""

from __future__ import annotations

from school_support.quality.raw_rules import (
    READ_LAYOUT,
    academic_year,
    always_filled,
    mean_within,
    nothing_lost,
    rule,
    score_within_limits,
)
from school_support.quality.rules import Release, Rule, matches, no_row_where, unique

PROGRESS = ("reading_progress", "writing_progress", "maths_progress", "progress8")
PLAUSIBLE_MEANS = {
    "schools": (3, 20),
    "pupils": (50, 2000),
    "disadvantaged_pct": (10, 60),
    "eal_pct": (3, 50),
    "rwm_expected_pct": (30, 90),
    "attainment8": (25, 65),
    "english_maths_5_pct": (15, 80),
    "ebacc_entry_pct": (10, 80),
}


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    has = release.columns.__contains__
    return [
        *nothing_lost(release),
        *academic_year(release),
        *always_filled("trust_uid", "trust_id", "trust_name"),
        rule("trust_uid_is_a_number", "Every UID is a number.", matches("trust_uid", "^[0-9]{4,5}$"), READ_LAYOUT),
        rule("one_row_a_trust", "Each trust stands in the file once.", unique("trust_uid")),
        rule(
            "three_schools_or_more",
            "Every trust has at least three schools in the measure.",
            no_row_where("schools::integer < 3", "_line, trust_name, schools"),
            "Compare with the publisher's conditions for the measure; smaller trusts were left out so far.",
            "warning",
        ),
        *(mean_within(column, *PLAUSIBLE_MEANS[column]) for column in PLAUSIBLE_MEANS if has(column)),
        *(score_within_limits(column, key="trust_uid") for column in PROGRESS if has(column)),
    ]
