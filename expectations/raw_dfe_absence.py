"""Gate 1 over a file of absence: `raw.dfe_absence`, with national rows by phase among the schools."""

from __future__ import annotations

from school_support.quality.raw_rules import (
    SCHOOL_LEVEL,
    academic_year,
    always_filled,
    long_file,
    mean_within,
    mostly_measured,
    one_row_a_school,
    rule,
    six_digit_urns,
    whole_table,
)
from school_support.quality.rules import Release, Rule, no_rows

# National rows say NAT in one of the three key columns.
SCHOOLS = "la_code <> 'NAT'"
# Means of schools: 4 to 8 % of sessions missed, 5 to 25 % of pupils persistently absent.
PLAUSIBLE_MEANS = {
    "overall_absence_pct": (1, 25),
    "persistent_absence_10_pct": (2, 70),
    "persistent_absence_15_pct": (1, 60),
}


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    measures = [column for column in PLAUSIBLE_MEANS if column in release.columns]
    if "time_period" in release.columns:
        return [
            *long_file(release),
            *academic_year(release),
            *(mean_within(column, *PLAUSIBLE_MEANS[column], SCHOOL_LEVEL) for column in measures),
            *(mostly_measured(column, 0.5, SCHOOL_LEVEL) for column in measures),
        ]
    return [
        *whole_table(release),
        *academic_year(release),
        *always_filled("la_code", "estab"),
        six_digit_urns(),
        one_row_a_school(SCHOOLS),
        rule(
            "national_rows_present",
            "The file has the national rows for primary and secondary schools, which are the comparator.",
            no_rows(
                "select phase as missing from (values ('PRI'), ('SEC')) as phases (phase) where not exists "
                "(select 1 from batch where 'NAT' in (la_code, estab, urn) and phases.phase in (la_code, estab, urn))"
            ),
            "Without them the year has no comparator, so absence of that year gives no points. Take the whole file.",
            "warning",
        ),
        *(mean_within(column, *PLAUSIBLE_MEANS[column], SCHOOLS) for column in measures),
        *(mostly_measured(column, 0.5, SCHOOLS) for column in measures),
    ]
