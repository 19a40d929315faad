"""Gate 1 over a school workforce census: `raw.dfe_workforce`, schools with rows for England by phase among them."""

from __future__ import annotations

from school_support.quality.raw_rules import (
    READ_LAYOUT,
    always_filled,
    mean_within,
    mostly_measured,
    not_above,
    one_row_a_school,
    rule,
    time_periods_known,
    whole_table,
    year_had_begun,
)
from school_support.quality.rules import Release, Rule, matches, no_rows

SCHOOLS = "urn ~ '^[0-9]{6}$'"
PLAUSIBLE_MEANS = {
    "pupil_teacher_ratio": (8, 35),
    "pupil_qualified_teacher_ratio": (8, 40),
    "teachers_fte": (3, 120),
}


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    has = release.columns.__contains__
    measures = [column for column in PLAUSIBLE_MEANS if has(column)]
    found = [
        *whole_table(release),
        year_had_begun(release),
        rule(
            "urn_is_one_or_a_phase",
            "Every URN has six digits, or the row is one for a phase in England.",
            matches("urn", "^([0-9]{6}|PRI|SEC|SPE|z|x)$"),
            READ_LAYOUT,
        ),
        *(mean_within(column, *PLAUSIBLE_MEANS[column], SCHOOLS) for column in measures),
        *(mostly_measured(column, 0.5, SCHOOLS) for column in measures),
    ]
    if has("time_period"):
        found.append(time_periods_known(release))
    else:
        found += [*always_filled("la_code"), one_row_a_school(SCHOOLS)]
        found.append(not_above("teachers_fte", "teachers", SCHOOLS, "warning"))
        found.append(
            rule(
                "a_row_for_england_present",
                "The file has a row for England.",
                no_rows("select 'NAT' as missing where not exists (select 1 from batch where la_code = 'NAT')"),
                "Nothing is to be done if the file was cut to one authority; else take the whole file.",
                "warning",
            )
        )
    return found
