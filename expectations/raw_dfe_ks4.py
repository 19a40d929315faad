"""Gate 1 over a file of Key Stage 4 results: `raw.dfe_ks4`, schools mixed with authorities and England."""

from __future__ import annotations

from school_support.quality.raw_rules import (
    READ_LAYOUT,
    SCHOOL_LEVEL,
    SCHOOL_ROWS,
    academic_year,
    always_filled,
    la_code_has_three_digits,
    long_file,
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
from school_support.quality.rules import Release, Rule, no_row_where, no_rows, one_of

# These pupils took no Key Stage 2 tests, so Progress 8 has no starting point; the next is that of 2027.
YEARS_WITHOUT_PROGRESS_8 = (2025, 2026)
PLAUSIBLE_MEANS = {
    "pupils": (1, 400),
    "attainment8": (5, 80),
    "english_maths_4_pct": (3, 98),
    "english_maths_5_pct": (2, 95),
    # The measure that one provisional issue gave in fractions.
    "ebacc_entry_pct": (1.5, 95),
    "five_good_passes_pct": (3, 98),
    # England's mean is 1000 by construction; special schools lie below.
    "value_added": (940, 1040),
    "contextual_value_added": (940, 1040),
}


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    has = release.columns.__contains__
    schools = SCHOOL_ROWS if has("rectype") else "true"
    number = "urn" if has("urn") else "estab"
    if has("time_period"):
        return _explore_education_statistics(release)
    found = [*whole_table(release), *academic_year(release)]
    if has("urn"):
        found += [six_digit_urns(), one_row_a_school(schools)]
    if has("rectype"):
        found += [
            rule(
                "record_type_known",
                "Every row is a mainstream school, a special school, an authority, England or England's state-funded schools.",
                one_of("rectype", ["1", "2", "4", "5", "7"]),
                "A new record type would be counted as a school or not at all: map it in staging first.",
            ),
            rule(
                "schools_have_a_number",
                "Every row of a school has its URN, or to 2009/10 its number within the authority.",
                no_row_where(f"{schools} and {number} is null", "_line, school_type, pupils"),
            ),
        ]
    if has("la_code"):
        found.append(la_code_has_three_digits(schools, number))
    if has("five_good_passes_pct"):
        found += [mostly_measured("five_good_passes_pct", 0.4, schools)] if has("urn") else []
    else:
        found.append(mostly_measured("attainment8", 0.4, schools))
    found += [mean_within(column, low, high, schools) for column, (low, high) in PLAUSIBLE_MEANS.items() if has(column)]
    if has("english_maths_4_pct") and has("english_maths_5_pct"):
        found.append(not_above("english_maths_5_pct", "english_maths_4_pct", schools))
    if release.academic_year in YEARS_WITHOUT_PROGRESS_8 and has("progress8"):
        found.append(
            no_figures(
                ["progress8"],
                "no_progress_8_in_2025_and_2026",
                "There is no Progress 8 for 2024/25 and 2025/26, whose pupils had no starting point.",
            )
        )
    elif has("progress8"):
        # England's mean is zero by construction; special schools lie far below, so an authority's mean may be negative.
        found.append(mean_within("progress8", -2, 2, schools, "warning"))
    if has("progress8_lower"):
        found.append(score_within_limits("progress8", schools))
    return found


def _explore_education_statistics(release: Release) -> list[Rule]:
    """A file with a row for every breakdown, or one about the schools behind the results."""
    found = [
        *long_file(release),
        *academic_year(release),
    ]
    if "breakdown" not in release.columns:
        return [
            *found,
            one_row_a_school(),
            mean_within("pupils", 20, 400),
            mean_within("disadvantaged_pct", 5, 70),
            mean_within("ks2_average_scaled_score", 85, 115),
        ]
    everybody = f"{SCHOOL_LEVEL} and breakdown = 'Total'"
    return [
        *found,
        *always_filled("breakdown_topic", "breakdown"),
        mostly_measured("attainment8", 0.4, everybody),
        mean_within("attainment8", 5, 80, everybody),
        mean_within("english_maths_4_pct", 3, 98, everybody),
        not_above("english_maths_5_pct", "english_maths_4_pct", SCHOOL_LEVEL),
        rule(
            "all_pupils_together",
            "The file has results of all pupils together.",
            no_rows(f"select 'Total' as missing where not exists (select 1 from batch where {everybody})"),
            "The publisher has renamed a breakdown: staging picks those rows by their names. " + READ_LAYOUT,
        ),
    ]
