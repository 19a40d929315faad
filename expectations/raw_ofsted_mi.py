"""Gate 1 over Ofsted's management information, one row a school with its latest inspections: `raw.ofsted_mi`."""

from __future__ import annotations

from school_support.quality.cells import as_date
from school_support.quality.raw_rules import (
    READ_LAYOUT,
    TAKE_AGAIN,
    always_filled,
    day_not_after_publication,
    mostly_filled,
    one_row_a_school,
    rule,
    six_digit_urns,
    whole_table,
)
from school_support.quality.rules import Check, Release, Rule, matches, no_row_where, no_rows, one_of

# 9 and a dash: not applicable, in the files of 2013. NULL: not inspected under that framework.
GRADES = ["1", "2", "3", "4", "9", "-", "NULL", "Not judged"]
CATEGORIES = ["SM", "SWK", "NTI", "RSI", "-", "NULL"]
DATES = (
    "inspection_date",
    "publication_date",
    "ungraded_inspection_date",
    "ungraded_publication_date",
    "card_inspection_date",
    "card_publication_date",
    "previous_inspection_date",
    "card_safeguarding_date",
    "card_inclusion_date",
    "card_curriculum_and_teaching_date",
    "card_achievement_date",
    "card_attendance_and_behaviour_date",
    "card_personal_development_and_wellbeing_date",
    "card_early_years_date",
    "card_post16_date",
    "card_leadership_and_governance_date",
)
# Inspection, and the publication of its report.
PUBLISHED = (
    ("inspection_date", "publication_date"),
    ("ungraded_inspection_date", "ungraded_publication_date"),
    ("card_inspection_date", "card_publication_date"),
)
# State-funded schools inspected from this day on get no overall grade.
LAST_OVERALL_GRADE = "2024-09-02"


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    has = release.columns.__contains__
    found = [
        *whole_table(release),
        *always_filled("urn", "school_name", "local_authority", "ofsted_phase", "type_of_education"),
        six_digit_urns(),
        one_row_a_school(),
        rule(
            "laestab_has_seven_digits",
            "Every LAESTAB has seven digits, of which the first three are the authority.",
            matches("laestab", "^[0-9]{7}$"),
            READ_LAYOUT,
        ),
        *mostly_filled(release, ["inspection_date", "overall_effectiveness"], 0.5),
        *(day_not_after_publication(release, column) for column in DATES if has(column)),
        *(_not_before_1990(column) for column in DATES if has(column)),
        *(_published_after(day, report) for day, report in PUBLISHED if has(day) and has(report)),
        rule("grade_known", "Every overall grade is 1 to 4 or a known word.", one_of("overall_effectiveness", GRADES)),
        rule("category_known", "Every category of concern is a known one.", one_of("category_of_concern", CATEGORIES)),
        rule(
            "grades_spread_plausibly",
            "Of 100 graded schools or more, most are good or outstanding and fewer than a quarter inadequate.",
            _grades_spread(),
            "Look whether the scale is turned round: in Ofsted's files 1 is best and 4 is worst.",
        ),
        rule(
            "category_goes_with_grade_4",
            "A school in a category of concern was judged inadequate.",
            no_row_where(
                "category_of_concern in ('SM', 'SWK') and overall_effectiveness in ('1', '2', '3')",
                "urn, _line, overall_effectiveness, category_of_concern",
            ),
            "Compare with the school's report; the category decides the tier whatever the grade says.",
            "warning",
        ),
        rule(
            "no_overall_grade_since_2024",
            "No inspection from 2 September 2024 on has an overall grade.",
            no_row_where(
                f"{as_date('inspection_date')} >= date '{LAST_OVERALL_GRADE}' and overall_effectiveness ~ '^[1-4]$'",
                "urn, _line, inspection_date, overall_effectiveness",
            ),
            "An independent school still gets a grade; at a state-funded one compare with its report.",
            "warning",
        ),
    ]
    if has("previous_inspection_date"):
        found.append(
            rule(
                "previous_before_latest",
                "The previous inspection was before the latest.",
                no_row_where(
                    f"{as_date('previous_inspection_date')} >= {as_date('inspection_date')}",
                    "urn, _line, previous_inspection_date, inspection_date",
                ),
                TAKE_AGAIN,
                "warning",
            )
        )
    return found


def _not_before_1990(column: str) -> Rule:
    return rule(
        f"{column}_since_1990",
        f"No {column} lies before 1990; Ofsted began in 1992.",
        no_row_where(f"{as_date(column)} < date '1990-01-01'", f"urn, _line, {column}"),
        READ_LAYOUT,
    )


def _published_after(day: str, report: str) -> Rule:
    return rule(
        f"{report}_after_inspection",
        f"No {report} lies before its {day}.",
        no_row_where(f"{as_date(report)} < {as_date(day)}", f"urn, _line, {day}, {report}"),
        "Compare with the school's report; a publication before the inspection would let it count too early.",
        "warning",
    )


def _grades_spread() -> Check:
    return no_rows(
        "select count(*) as graded, count(*) filter (where grade <= '2') as good, count(*) filter (where grade = '4') as inadequate "
        "from (select overall_effectiveness as grade from batch where overall_effectiveness ~ '^[1-4]$') as grades "
        "having count(*) >= 100 and (count(*) filter (where grade <= '2') < 0.5 * count(*) "
        "or count(*) filter (where grade = '4') >= 0.25 * count(*))"
    )
