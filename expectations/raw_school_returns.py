"""Gate 1 over returns of schools, from forms and from other systems: `raw.school_returns`.

A form was judged cell by cell before it was landed, by the same lists of cross-checks; a table comes here unseen.
"""

from __future__ import annotations

from school_support.quality.cells import as_number
from school_support.quality.raw_rules import always_filled, rule, six_digit_urns, whole_table
from school_support.quality.rules import Release, Rule, no_row_where
from school_support.returns.cross_checks import NEEDS, NOT_ABOVE, TERM_BEGINS, Needs, NotAbove

SEND_AGAIN = "The school corrects the figures and sends the return again."
KEY = "urn, _line, academic_year, term, year_group, subject"
# Half days of a term, for one pupil: from a fortnight to the longest term with all its Saturdays.
SESSIONS_A_PUPIL = (20, 200)


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    low, high = SESSIONS_A_PUPIL
    a_pupil = f"{as_number('sessions_possible')} / {as_number('pupils')}"
    return [
        *whole_table(release),
        *always_filled("academic_year", "term", "section"),
        six_digit_urns(),
        rule(
            "year_groups_and_subjects_where_they_belong",
            "Results have a year group and a subject, attendance a year group, the answers about the school neither.",
            no_row_where(
                "(year_group is not null) <> (section in ('results', 'attendance')) "
                "or (subject is not null) <> (section = 'results')",
                f"{KEY}, section",
            ),
            SEND_AGAIN,
        ),
        rule(
            "term_had_begun",
            f"Every term had begun on the day of receipt, {release.known_from:%d %B %Y}.",
            no_row_where(f"{_begins()} > date '{release.known_from}'", KEY),
            "Correct the academic year or term of the rows; or the day of receipt, if that is wrong.",
        ),
        *(_not_above(check) for check in NOT_ABOVE),
        *(_needs(check) for check in NEEDS),
        rule(
            "note_is_short",
            "A note has at most 500 characters, so that it is no case history.",
            no_row_where("length(note) > 500", "urn, _line, length(note) as characters"),
            SEND_AGAIN,
        ),
        rule(
            "sessions_of_one_term",
            f"Sessions possible are {low} to {high} for each pupil.",
            no_row_where(
                # Most rows have no sessions, and nothing of them is read as a number.
                f"sessions_possible is not null and {as_number('pupils')} > 0 and {a_pupil} not between {low} and {high}",
                f"{KEY}, pupils, sessions_possible",
            ),
            "Ask the school whether the figures are of one term and of the whole year group.",
            "warning",
        ),
    ]


def _begins() -> str:
    starts = " ".join(
        f"when '{term}' then make_date(academic_year::integer + {years}, {month}, {day})"
        for term, (month, day, years) in TERM_BEGINS.items()
    )
    return f"case term {starts} end"


def _not_above(check: NotAbove) -> Rule:
    parts = " + ".join(f"coalesce({as_number(name)}, 0)" for name in check.parts)
    return rule(
        f"{'_and_'.join(check.parts)}_not_above_{check.whole}",
        f"{_in_words(*check.parts)} {'together are' if len(check.parts) > 1 else 'is'} never more than {check.whole.replace('_', ' ')}.",
        no_row_where(
            f"section = '{check.section}' and {parts} > {as_number(check.whole)}",
            f"{KEY}, {', '.join(check.parts)}, {check.whole}",
        ),
        SEND_AGAIN,
    )


def _needs(check: Needs) -> Rule:
    given = " or ".join(f"{name} is not null" for name in check.figures)
    return rule(
        f"{'_and_'.join(check.figures)}_with_{check.needed}",
        f"{_in_words(*check.figures)} never without {check.needed.replace('_', ' ')}.",
        no_row_where(
            f"section = '{check.section}' and ({given}) and {check.needed} is null",
            f"{KEY}, {', '.join(check.figures)}",
        ),
        SEND_AGAIN,
    )


def _in_words(*columns: str) -> str:
    said = " and ".join(columns).replace("_", " ")
    return said[0].upper() + said[1:]
