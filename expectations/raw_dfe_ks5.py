"""Gate 1 over results at 16 to 18: `raw.dfe_ks5`, schools and colleges mixed with authorities and England."""

from __future__ import annotations

from school_support.quality.raw_rules import (
    academic_year,
    la_code_has_three_digits,
    mean_within,
    one_row_a_school,
    rule,
    score_within_limits,
    six_digit_urns,
    whole_table,
)
from school_support.quality.rules import Release, Rule, no_row_where, one_of

INSTITUTIONS = "rectype in ('1', '2', '3')"
# The scale of points changed in 2015/16: an A is worth 270 before and 50 since.
PLAUSIBLE_MEANS = {
    "points_per_entry_to_2015": (120, 270),
    "alevel_points_per_entry_to_2015": (120, 270),
    "alevel_points_per_entry": (15, 45),
    "alevel_value_added": (-1, 1),
    "value_added_to_2011": (950, 1050),
}


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    has = release.columns.__contains__
    found = [
        *whole_table(release),
        *academic_year(release),
        rule(
            "record_type_known",
            "Every row is a school, a special school, a college, an authority, England or England's state-funded schools.",
            one_of("rectype", ["1", "2", "3", "4", "5", "7"]),
            "A new record type would be counted as a school or not at all: map it in staging first.",
        ),
        la_code_has_three_digits(INSTITUTIONS, "urn" if has("urn") else "estab"),
        *(mean_within(column, *PLAUSIBLE_MEANS[column], INSTITUTIONS) for column in PLAUSIBLE_MEANS if has(column)),
    ]
    if has("urn"):
        found += [
            six_digit_urns(),
            one_row_a_school(INSTITUTIONS),
            rule(
                "institutions_have_a_urn",
                "Every row of a school or college has its URN.",
                no_row_where(f"{INSTITUTIONS} and urn is null", "_line, school_name"),
            ),
        ]
    if has("alevel_value_added_lower"):
        found.append(score_within_limits("alevel_value_added", INSTITUTIONS, severity="warning"))
    return found
