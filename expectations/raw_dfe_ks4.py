"""Gate 1 over a file of Key Stage 4 results: `raw.dfe_ks4`, schools mixed with authorities and England."""

from __future__ import annotations

from school_support.quality.raw_rules import (
    SCHOOL_ROWS,
    academic_year,
    la_code_has_three_digits,
    mean_within,
    mostly_measured,
    no_figures,
    not_above,
    one_row_a_school,
    rule,
    score_within_limits,
    six_digit_urns,
    whole_table,
)
from school_support.quality.rules import Release, Rule, no_rows, one_of

# These pupils took no Key Stage 2 tests, so Progress 8 has no starting point; the next is that of 2027.
YEARS_WITHOUT_PROGRESS_8 = (2025, 2026)
PLAUSIBLE_MEANS = {
    "pupils": (1, 400),
    "attainment8": (5, 80),
    "english_maths_4_pct": (3, 98),
    "english_maths_5_pct": (2, 95),
    # The measure that one provisional issue gave in fractions.
    "ebacc_entry_pct": (1.5, 95),
}


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    has = release.columns.__contains__
    schools = SCHOOL_ROWS if has("rectype") else "true"
    found = [*whole_table(release), *academic_year(release), six_digit_urns(), one_row_a_school(schools)]
    if has("rectype"):
        found += [
            rule(
                "record_type_known",
                "Every row is a mainstream school, a special school, an authority, England or England's state-funded schools.",
                one_of("rectype", ["1", "2", "4", "5", "7"]),
                "A new record type would be counted as a school or not at all: map it in staging first.",
            ),
            rule(
                "schools_have_a_urn",
                "Every row of a school has its URN.",
                no_rows(f"select _line, estab from batch where {schools} and urn is null"),  # noqa: S608
            ),
        ]
    if has("la_code"):
        found.append(la_code_has_three_digits(schools))
    found.append(mostly_measured("attainment8", 0.4, schools))
    found += [mean_within(column, low, high, schools) for column, (low, high) in PLAUSIBLE_MEANS.items() if has(column)]
    if has("english_maths_4_pct") and has("english_maths_5_pct"):
        found.append(not_above("english_maths_5_pct", "english_maths_4_pct", schools))
    if release.academic_year in YEARS_WITHOUT_PROGRESS_8:
        found.append(
            no_figures(
                ["progress8"],
                "no_progress_8_in_2025_and_2026",
                "There is no Progress 8 for 2024/25 and 2025/26, whose pupils had no starting point.",
            )
        )
    else:
        # England's mean is zero by construction; special schools lie far below, so an authority's mean may be negative.
        found.append(mean_within("progress8", -2, 2, schools, "warning"))
    if has("progress8_lower"):
        found.append(score_within_limits("progress8", schools))
    return found
