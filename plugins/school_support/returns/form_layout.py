"""Where everything stands in the form, so that the writer and the reader of it cannot disagree.

Labels, lists and ranges come from the contract of the long layout; here are only sheets, rows and columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from school_support.sources.contract import Column, Layout, load_sources

SOURCE = "school_returns"
# A form of another version is sent back: a cell of an older form may mean something else.
VERSION = "2026-1"
READ_ME = "Read me"
SCHOOL = "School"

HEADER_ROW = 4
FIRST_ROW = 5
ROLES = (
    "Headteacher",
    "Deputy headteacher",
    "School business manager",
    "School office",
    "Data manager",
    "Another role",
)

PRIMARY = ("Reception", "Year 1", "Year 2", "Year 3", "Year 4", "Year 5", "Year 6")
SECONDARY = ("Year 7", "Year 8", "Year 9", "Year 10", "Year 11")


@dataclass(frozen=True)
class Grid:
    """A sheet with one row a year group, or year group and subject.

    `keys` and `figures` are canonical columns, from column A on; `filled` are the keys that stand in the form already,
    and below them are `spare` rows for others.
    """

    section: str
    sheet: str
    about: str
    keys: tuple[str, ...]
    figures: tuple[str, ...]
    filled: tuple[tuple[str, ...], ...]
    spare: int

    @property
    def columns(self) -> tuple[str, ...]:
        """Canonical columns in the order of the sheet."""
        return self.keys + self.figures

    @property
    def last_row(self) -> int:
        """The last row that a school can fill in."""
        return FIRST_ROW + len(self.filled) + self.spare - 1


@dataclass(frozen=True)
class Field:
    """One line of the sheet School: its label in column A, its value in B. `column` where it is kept."""

    row: int
    label: str
    hint: str
    column: str | None = None

    @property
    def cell(self) -> str:
        """Where the value stands."""
        return f"B{self.row}"


RESULTS = Grid(
    section="results",
    sheet="Results",
    about=(
        "Pupils of the year group at the end of term, one row a subject. Expected includes Greater depth, as in the DfE's "
        "tables. Pupils without an assessment count in Pupils alone. Leave a row blank if you have no figures for it."
    ),
    keys=("year_group", "subject"),
    figures=("pupils", "working_towards", "expected", "greater_depth"),
    filled=(
        *product(PRIMARY, ("Reading", "Writing", "Mathematics")),
        *product(SECONDARY, ("English", "Mathematics", "Science")),
    ),
    spare=14,
)
ATTENDANCE = Grid(
    section="attendance",
    sheet="Attendance",
    about=(
        "One row a year group, for the whole term. A session is half a day. Sessions missed includes Sessions "
        "unauthorised. Leave a row blank if you have no such year group."
    ),
    keys=("year_group",),
    figures=(
        "pupils",
        "sessions_possible",
        "sessions_missed",
        "sessions_unauthorised",
        "suspensions",
        "permanent_exclusions",
    ),
    filled=tuple((group,) for group in PRIMARY + SECONDARY),
    spare=3,
)
GRIDS = (RESULTS, ATTENDANCE)
SHEETS = (READ_ME, SCHOOL, RESULTS.sheet, ATTENDANCE.sheet)

FORM_VERSION = Field(4, "Form version", "Please leave as it is.")
AUTHORITY = Field(5, "Authority code", "Please leave as it is.")
URN = Field(6, "URN", "Six digits; the one you have now, if you became an academy.", "urn")
LAESTAB = Field(7, "LAESTAB", "Seven digits, such as 9992001.")
NAME = Field(8, "School name", "As in the register.")
ACADEMIC_YEAR = Field(9, "Academic year", "Choose from the list.", "academic_year")
TERM = Field(10, "Term", "The term that the figures are about.", "term")
ROLE = Field(11, "Completed by (role)", "Your role, not your name.")
HEADTEACHER = Field(14, "Headteacher status", "How the post is filled today.", "headteacher_status")
GOVERNANCE = Field(15, "Governance concern", "Your own view: vacancies, no chair, quorum missed.", "governance_concern")
FINANCE = Field(16, "Finance concern", "Your own view: deficit, no balanced budget.", "finance_concern")
STAFFING = Field(17, "Staffing concern", "Your own view: vacancies, long absence, turnover.", "staffing_concern")
NOTE = Field(18, "Note", "A sentence or two if you wish. No names, nothing about single pupils.", "note")

IDENTITY = (FORM_VERSION, AUTHORITY, URN, LAESTAB, NAME, ACADEMIC_YEAR, TERM, ROLE)
CONCERNS = (HEADTEACHER, GOVERNANCE, FINANCE, STAFFING, NOTE)
FIELDS = IDENTITY + CONCERNS


def layout() -> Layout:
    """The long layout that a form is turned into."""
    return load_sources()[SOURCE].layouts[0]


def described(column: str) -> Column:
    """The contract's column by its canonical name."""
    return layout().columns[column]


def allowed(column: str) -> str:
    """What may stand in a column, in words for a school office."""
    found = described(column)
    if found.values:
        return f"One of: {', '.join(found.values)}."
    if found.type == "integer" and found.range:
        return f"A whole number in digits, {found.range[0]} to {found.range[1]}. No words, no formula."
    return "Plain text."


def year_in_words(academic_year: int) -> str:
    """2026 as 2025/26."""
    return f"{academic_year - 1}/{academic_year % 100:02d}"


def column_letter(index: int) -> str:
    """The letter of a column of the form, 0 being A; the form has fewer than 26."""
    return chr(ord("A") + index)
