"""Rules that several raw suites share. The contract has judged every cell and line before; these look at the table.

Blank cells reach the rules as null, and a column that the release's layout lacks does not reach them at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from school_support.quality.cells import as_date, as_number
from school_support.quality.rules import (
    DATA_ENGINEER,
    Check,
    Release,
    Rule,
    Severity,
    at_least_one_row,
    filled,
    matches,
    no_row_where,
    no_rows,
    row_count,
)

TAKE_AGAIN = "Take the file from its publisher again; if it is the same, ask the publisher."
LOAD_AGAIN = "Stop the other loader if one runs, and load the file anew under a fresh copy of its bytes."
READ_LAYOUT = "Compare the file with its layout in sources/contracts: a column may have moved or changed its meaning."

# No school-level results were published for the two years of the pandemic.
YEARS_WITHOUT_RESULTS = (2020, 2021)
# Rows that are a school's, in tables that mix schools with authorities and England; a layout without the column holds schools alone.
SCHOOL_ROWS = "rectype in ('1', '2')"
# The same in the files of Explore Education Statistics.
SCHOOL_LEVEL = "geographic_level = 'School'"


def rule(
    name: str, sentence: str, check: Check, how_to_resolve: str = TAKE_AGAIN, severity: Severity = "critical"
) -> Rule:
    """A rule of the data engineer's."""
    return Rule(name, DATA_ENGINEER, severity, sentence, how_to_resolve, check)


def whole_table(release: Release) -> list[Rule]:
    """Nothing was lost or doubled on the way into raw, and the table is not suddenly smaller."""
    return [
        *nothing_lost(release),
        rule(
            "rows_like_the_last_release",
            "The file has at least four fifths of the rows of the newest accepted file of the same source and coverage.",
            no_rows(
                f"""
                select present.rows, before.rows as rows_before, before.file_name as file_before
                from landing.release as present
                cross join lateral (
                    select earlier.rows, earlier.file_name
                    from landing.release as earlier
                    where earlier.status = 'accepted' and earlier.source = present.source
                        and earlier.collection = present.collection and earlier.coverage = present.coverage
                        and earlier.known_from < present.known_from
                    order by earlier.known_from desc, earlier.release_id desc
                    limit 1
                ) as before
                where present.release_id = {release.release_id} and present.rows < 0.8 * before.rows
                """  # noqa: S608
            ),
            "Look whether the file is cut off or covers fewer schools than before; if it is right, nothing is to be done.",
            "warning",
        ),
    ]


def nothing_lost(release: Release) -> list[Rule]:
    """Nothing was lost or doubled on the way into raw; alone for a source whose files are different tables."""
    return [
        rule("not_empty", "The file has at least one row.", at_least_one_row()),
        rule(
            "rows_as_read",
            f"Raw holds the {release.rows:,} rows that were read from the file, no more and no fewer.",
            row_count(release.rows),
            LOAD_AGAIN,
        ),
        rule(
            "each_line_once",
            "Each line of the file is in raw once.",
            no_rows(
                "select _line, count(*) as times from batch group by _line having count(*) > 1",
                # Lines lie in order in raw, and sorting what is in order is cheaper than a group for each of millions.
                asked="select from batch having count(*) > count(distinct _line)",
            ),
            LOAD_AGAIN,
        ),
    ]


def long_file(release: Release) -> list[Rule]:
    """What every file in the shape of Explore Education Statistics has: periods, levels, and URNs where there is a school."""
    return [
        *nothing_lost(release),
        time_periods_known(release),
        *always_filled("time_period", "geographic_level"),
        rule("urn_has_six_digits", "Every URN has six digits.", matches("urn", "^([0-9]{6}|z|x)$"), READ_LAYOUT),
    ]


def six_digit_urns(column: str = "urn") -> Rule:
    """Every number of a school is one."""
    return rule(
        f"{column}_has_six_digits", f"Every {column} has six digits.", matches(column, "^[0-9]{6}$"), READ_LAYOUT
    )


def always_filled(*columns: str) -> list[Rule]:
    """Columns without which a row says nothing."""
    return [
        rule(f"{column}_filled", f"Every row has a value in {column}.", filled(column), READ_LAYOUT)
        for column in columns
    ]


def mostly_filled(release: Release, columns: Sequence[str], share: float) -> list[Rule]:
    """Columns that may be blank here and there, those of them that the layout has."""
    return [
        rule(
            f"{column}_mostly_filled",
            f"At least {share:.0%} of the rows have a value in {column}.",
            filled(column, share),
            READ_LAYOUT,
            "warning",
        )
        for column in columns
        if column in release.columns
    ]


def one_row_a_school(where: str = "true") -> Rule:
    """Each school stands in the file once; a row repeated whole counts once."""
    return rule(
        "one_row_a_school",
        "Each school stands in the file once.",
        no_rows(
            f"""
            select urn, min(_line) as _line, count(distinct to_jsonb(batch) - '_line') as versions
            from batch
            where {where} and urn in (select urn from batch where {where} group by urn having count(*) > 1)
            group by urn
            having count(distinct to_jsonb(batch) - '_line') > 1
            """  # noqa: S608
        ),
    )


def la_code_has_three_digits(where: str = "true", key: str = "urn") -> Rule:
    """The authority of every school is one."""
    return rule(
        "la_code_has_three_digits",
        "Every school's la_code has three digits.",
        no_row_where(f"{where} and la_code !~ '^[0-9]{{3}}$'", f"{key}, _line, la_code"),
        READ_LAYOUT,
    )


def closes_after_opening(severity: Severity) -> Rule:
    """Dates of opening and closing in order."""
    opened, closed = as_date("open_date"), as_date("close_date")
    return rule(
        "closes_after_opening",
        "No school closes before it opens.",
        no_row_where(f"{closed} < {opened}", "urn, _line, open_date, close_date"),
        "Ask the publisher which of the dates is right; until then the assessment takes both as they are.",
        severity,
    )


def day_not_after_publication(release: Release, column: str, severity: Severity = "critical") -> Rule:
    """A file cannot tell of a day after its own publication."""
    day = as_date(column)
    return rule(
        f"{column}_not_after_publication",
        f"No {column} lies after the day the file was published, {release.known_from:%d %B %Y}.",
        no_row_where(f"{day} > date '{release.known_from}'", f"urn, _line, {column}"),
        "Correct known_from in releases.csv if the file was published later; else ask the publisher.",
        severity,
    )


def academic_year(release: Release) -> list[Rule]:
    """The year is a year of results, over before the file was published."""
    year = release.academic_year
    known = release.known_from
    plausible = year is not None and 2000 < year <= (known.year if known.month >= 7 else known.year - 1)
    return [
        rule(
            "academic_year_plausible",
            "The academic year was over when the file was published.",
            # A fact of the ledger, not of a row: the query has a row where the fact is wrong.
            no_rows(f"select {year or 'null'} as academic_year, date '{known}' as known_from where not {plausible}"),
            "Correct academic_year or known_from of the file in releases.csv.",
        ),
        rule(
            "year_has_results",
            "The academic year is none of 2019/20 and 2020/21, for which no results exist.",
            no_rows(f"select {year or 'null'} as academic_year where {year in YEARS_WITHOUT_RESULTS}"),
            "Correct academic_year of the file in releases.csv.",
        ),
    ]


def year_had_begun(release: Release) -> Rule:
    """For what is counted within the year, published before its end, and goes on in a year without results."""
    year = release.academic_year
    known = release.known_from
    plausible = year is not None and 2000 < year <= known.year
    return rule(
        "academic_year_plausible",
        "The academic year ends in the calendar year of publication or before it.",
        no_rows(f"select {year or 'null'} as academic_year, date '{known}' as known_from where not {plausible}"),
        "Correct academic_year or known_from of the file in releases.csv.",
    )


def time_periods_known(release: Release) -> Rule:
    """A file of several years tells of none that lies after its own."""
    return rule(
        "time_periods_known",
        "No row is of a later academic year than the file.",
        no_row_where(
            f"left(time_period, 4)::integer + 1 > {release.academic_year or 'null'}", "urn, _line, time_period"
        ),
        "Correct academic_year of the file in releases.csv to the newest year in it.",
    )


def mean_within(column: str, low: float, high: float, where: str = "true", severity: Severity = "critical") -> Rule:
    """The unit did not slip, as when a file comes in fractions (0.42) where the last had percent (42)."""
    number = as_number(column)
    return rule(
        f"{column}_in_its_unit",
        f"The mean of {column} over the schools lies between {low:g} and {high:g}.",
        no_rows(
            f"select round(avg({number}), 3) as mean_of_{column}, count({number}) as schools "  # noqa: S608
            f"from batch where {where} having avg({number}) not between {low} and {high}"
        ),
        "Look at the unit of the column: a fraction needs `scale: 100` in its layout. " + READ_LAYOUT,
        severity,
    )


def score_within_limits(score: str, where: str = "true", key: str = "urn", severity: Severity = "critical") -> Rule:
    """A score lies inside its own confidence interval."""
    value, low, high = (as_number(name) for name in (score, f"{score}_lower", f"{score}_upper"))
    return rule(
        f"{score}_within_its_limits",
        f"Every {score} lies between its own confidence limits.",
        no_row_where(
            f"{where} and ({value} < {low} or {value} > {high} or {low} > {high})",
            f"{key}, _line, {score}, {score}_lower, {score}_upper",
        ),
        READ_LAYOUT,
        severity,
    )


def not_above(smaller: str, larger: str, where: str = "true", severity: Severity = "critical") -> Rule:
    """Of two percentages of the same pupils the stricter is the lower."""
    return rule(
        f"{smaller}_not_above_{larger}",
        f"No school's {smaller} is above its {larger}.",
        no_row_where(f"{where} and {as_number(smaller)} > {as_number(larger)}", f"urn, _line, {smaller}, {larger}"),
        READ_LAYOUT,
        severity,
    )


def mostly_measured(column: str, share: float, where: str = "true", at_least: int = 20) -> Rule:
    """The file is no placeholder: enough schools have a figure and not only a code."""
    number = as_number(column)
    return rule(
        f"{column}_mostly_measured",
        f"Where the file has {at_least} schools or more, {share:.0%} of them have a figure for {column}.",
        no_rows(
            f"select count(*) as schools, count({number}) as with_a_figure from batch "  # noqa: S608
            f"where {where} and urn is not null having count(*) >= {at_least} and count({number}) < {share} * count(*)"
        ),
        "A file put up before its release day has columns and no figures: " + TAKE_AGAIN[0].lower() + TAKE_AGAIN[1:],
    )


def no_figures(columns: Sequence[str], name: str, sentence: str) -> Rule:
    """A measure that was not made in that year has no figure."""
    measured = " or ".join(f"{as_number(column)} is not null" for column in columns)
    return rule(
        name,
        sentence,
        no_row_where(measured, f"urn, _line, {', '.join(columns)}"),
        "Check academic_year in releases.csv: the file may be of another year. " + READ_LAYOUT,
    )
