"""Gate 1 over a file of Key Stage 2 results: `raw.dfe_ks2`, schools mixed with authorities and England."""

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

PROGRESS = ("reading_progress", "writing_progress", "maths_progress")
# These pupils took no Key Stage 1 tests, in the two years of the pandemic, so progress from there cannot be measured.
YEARS_WITHOUT_PROGRESS = (2024, 2025)


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    has = release.columns.__contains__
    schools = SCHOOL_ROWS if has("rectype") else "true"
    if has("time_period"):
        return _explore_education_statistics(release)
    found = [*whole_table(release), *academic_year(release), six_digit_urns(), one_row_a_school(schools)]
    if has("rectype"):
        found.append(
            rule(
                "record_type_known",
                "Every row is a mainstream school, a special school, an authority, England or England's state-funded schools.",
                one_of("rectype", ["1", "2", "3", "4", "5"]),
                "A new record type would be counted as a school or not at all: map it in staging first.",
            )
        )
        found.append(
            rule(
                "schools_have_a_urn",
                "Every row of a school has its URN.",
                no_row_where(f"{schools} and urn is null", "_line, school_name"),
            )
        )
    if has("la_code"):
        found.append(la_code_has_three_digits(schools))
    if has("rwm_expected_pct"):
        found += [
            mostly_measured("rwm_expected_pct", 0.5, schools),
            mean_within("rwm_expected_pct", 10, 98, schools),
            mean_within("rwm_higher_pct", 0.8, 60, schools),
            not_above("rwm_higher_pct", "rwm_expected_pct", schools),
        ]
    found += _levels(release, schools)
    if has("eligible_pupils"):
        found.append(mean_within("eligible_pupils", 1, 400, schools))
    if has("reading_average"):
        found += [mean_within(column, 90, 115, schools) for column in ("reading_average", "maths_average")]
    if not has("reading_progress"):
        return found
    if release.academic_year in YEARS_WITHOUT_PROGRESS:
        found.append(
            no_figures(
                PROGRESS,
                "no_progress_in_2024_and_2025",
                "There is no progress figure for 2023/24 and 2024/25, whose pupils had no starting point.",
            )
        )
    else:
        # England's mean is zero by construction; an authority's schools stay within a few points of it.
        found += [mean_within(column, -5, 5, schools, "warning") for column in PROGRESS]
    if has("reading_progress_lower"):
        found += [score_within_limits(column, schools) for column in PROGRESS]
    return found


def _explore_education_statistics(release: Release) -> list[Rule]:
    """A file of several years, with a row for every subject and breakdown, or one about the schools behind it."""
    found = [
        *long_file(release),
        *academic_year(release),
    ]
    if "subject" not in release.columns:
        return [*found, mean_within("eligible_pupils", 1, 400, SCHOOL_LEVEL)]
    combined = f"{SCHOOL_LEVEL} and breakdown = 'Total' and subject = 'Reading, writing and maths'"
    return [
        *found,
        *always_filled("subject", "breakdown"),
        mostly_measured("subject_expected_pct", 0.5, combined),
        mean_within("subject_expected_pct", 10, 98, combined),
        mean_within("subject_higher_pct", 0.8, 60, combined),
        not_above("subject_higher_pct", "subject_expected_pct", SCHOOL_LEVEL),
        rule(
            "reading_writing_and_maths_together",
            "The file has results in reading, writing and mathematics together of all pupils.",
            no_rows(f"select 'Total' as missing where not exists (select 1 from batch where {combined})"),
            "The publisher has renamed a subject or a breakdown: staging picks those rows by their names. "
            + READ_LAYOUT,
        ),
    ]


def _levels(release: Release, schools: str) -> list[Rule]:
    """What the years before scaled scores have in their place."""
    has = release.columns.__contains__
    found = []
    if has("rwm_level4_pct"):
        found += [mostly_measured("rwm_level4_pct", 0.5, schools), mean_within("rwm_level4_pct", 20, 99, schools)]
    if has("rwm_level5_pct"):
        found += [
            mean_within("rwm_level5_pct", 1.5, 70, schools),
            not_above("rwm_level5_pct", "rwm_level4_pct", schools),
        ]
    if has("value_added"):
        # England's mean is 100 by construction.
        found.append(mean_within("value_added", 97, 103, schools, "warning"))
    return found
