"""Writes the form that a school office fills in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from school_support.errors import SupportListError
from school_support.returns.form_layout import (
    ACADEMIC_YEAR,
    AUTHORITY,
    CONCERNS,
    FIELDS,
    FIRST_ROW,
    FORM_VERSION,
    GRIDS,
    HEADER_ROW,
    IDENTITY,
    LAESTAB,
    NAME,
    NOTE,
    READ_ME,
    ROLE,
    ROLES,
    SCHOOL,
    URN,
    VERSION,
    Field,
    Grid,
    allowed,
    column_letter,
    described,
    year_in_words,
)

LONGEST_NOTE = 300
INK, BAND, INPUT, EDGE, WRONG = "#1F2A44", "#1F4E79", "#FFF9E5", "#B7C0CC", "#F8D7DA"
CELL_FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": INK},
    "about": {"font_color": "#44546A", "text_wrap": True, "valign": "top"},
    "header": {"bold": True, "font_color": "#FFFFFF", "bg_color": BAND, "border": 1, "border_color": EDGE,
               "text_wrap": True, "valign": "vcenter"},
    "label": {"bold": True, "font_color": INK, "valign": "top"},
    "hint": {"font_color": "#5B6675", "italic": True, "text_wrap": True, "valign": "top"},
    "fixed": {"bg_color": "#EEF2F7", "border": 1, "border_color": EDGE, "align": "left"},
    "text": {"bg_color": INPUT, "border": 1, "border_color": EDGE, "locked": False, "align": "left", "text_wrap": True,
             "valign": "top"},
    "number": {"bg_color": INPUT, "border": 1, "border_color": EDGE, "locked": False, "num_format": "0"},
    "wrong": {"bg_color": WRONG, "font_color": "#8A1C1C"},
    "paragraph": {"text_wrap": True, "valign": "top", "font_color": INK},
    "heading": {"bold": True, "font_size": 12, "font_color": BAND},
}  # fmt: skip

HOW_TO = (
    ("What this is", "The termly return of your school to the local authority: results and attendance by year group, and "
     "four questions about the school."),
    ("Never pupils", "Figures of whole year groups only. No pupil's name, UPN, date of birth or row of his or her own, on "
     "any sheet, hidden or not. A file that looks like a list of pupils is refused and is not kept."),
    ("Never names", "No names of staff or governors either. Say who filled it in by role."),
    ("How to fill it in", "1. Sheet School: choose year and term, and answer the questions.\n2. Sheet Results: one row a "
     "year group and subject. Further year groups and subjects have blank rows at the bottom.\n3. Sheet Attendance: one "
     "row a year group.\nFill in the yellow cells only. Type whole numbers in digits; paste values, not formulas."),
    ("If something is missing", "Send what you have. What is there counts, and you can send the rest later."),
    ("If something was wrong", "Send the form again. A later form replaces, for the same term, each of the three sheets "
     "that it has figures on; so fill in the whole sheet again, not only the cell that changed."),
    ("Please leave alone", "Names of sheets, headings, the order of rows and columns, and the form version. Save as an "
     "Excel workbook (.xlsx) without a password."),
    ("What happens next", "Each file is answered by a note: accepted, or what is wrong in which cell."),
)  # fmt: skip


@dataclass(frozen=True)
class Identity:
    """A school as the register has it, for filling in the form beforehand."""

    urn: str
    laestab: str
    name: str


def write_template(path: Path, authority: str, today: dt.date, contact: str, school: Identity | None = None) -> None:
    """Write an empty form.

    Args:
        authority: three-digit LA code; a form of another authority is sent back.
        today: decides which academic years stand in the list.
        contact: whom to ask, printed on the first sheet.
        school: filled in on the sheet School.

    Raises:
        SupportListError: the file cannot be written.
    """
    if path.suffix.lower() != ".xlsx":
        raise SupportListError(f"{path.name} would be an Excel workbook: give it a name that ends in .xlsx.")
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "Termly school return", "comments": f"Form {VERSION}"})
    formats = {name: book.add_format({"font_name": "Calibri", **said}) for name, said in CELL_FORMATS.items()}
    _read_me(book, formats, contact)
    _school(book, formats, authority, today, school)
    for grid in GRIDS:
        _grid(book, formats, grid)
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise SupportListError(f"{path} cannot be written: {error}. Choose another folder.") from error


def _sheet(book: xlsxwriter.Workbook, name: str, title: str, formats: dict[str, Any]) -> Any:
    sheet = book.add_worksheet(name)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.write("A1", title, formats["title"])
    # Without a password: it guards against slips, not against people.
    sheet.protect("", {"format_columns": True, "format_rows": True})
    return sheet


def _read_me(book: xlsxwriter.Workbook, formats: dict[str, Any], contact: str) -> None:
    sheet = _sheet(book, READ_ME, "Termly school return", formats)
    sheet.set_column("A:A", 26)
    sheet.set_column("B:B", 92)
    for row, (heading, text) in enumerate((*HOW_TO, ("Whom to ask", contact)), start=2):
        sheet.set_row(row, 15 * (1 + text.count("\n") + len(text) // 95) + 6)
        sheet.write(row, 0, heading, formats["heading"])
        sheet.write(row, 1, text, formats["paragraph"])


def _school(
    book: xlsxwriter.Workbook, formats: dict[str, Any], authority: str, today: dt.date, school: Identity | None
) -> None:
    sheet = _sheet(book, SCHOOL, "About the school", formats)
    sheet.set_column("A:A", 24)
    sheet.set_column("B:B", 46)
    sheet.set_column("C:C", 60)
    sheet.write("A2", "Fill in the yellow cells.", formats["hint"])
    sheet.write(CONCERNS[0].row - 2, 0, "How the school is placed", formats["heading"])
    given = {FORM_VERSION: VERSION, AUTHORITY: authority}
    if school is not None:
        given |= {URN: school.urn, LAESTAB: school.laestab, NAME: school.name}
    for field in FIELDS:
        sheet.write_string(f"A{field.row}", field.label, formats["label"])
        fixed = field in (FORM_VERSION, AUTHORITY)
        sheet.write_string(field.cell, given.get(field, ""), formats["fixed" if fixed else "text"])
        sheet.write_string(f"C{field.row}", field.hint, formats["hint"])
        if not fixed:
            sheet.data_validation(field.cell, _validation(field, today))
    sheet.set_row(NOTE.row - 1, 75)
    sheet.ignore_errors({"number_stored_as_text": f"{FORM_VERSION.cell}:{NAME.cell}"})
    for at, field in enumerate((*IDENTITY, *CONCERNS)):
        if field.column and described(field.column).values:
            sheet.write_comment(field.cell, allowed(field.column), {"visible": False, "y_scale": 0.6})
        elif at == len(IDENTITY) - 1:
            sheet.write_comment(field.cell, "Your role, never your name.", {"visible": False, "y_scale": 0.6})


def _validation(field: Field, today: dt.date) -> dict[str, Any]:
    """What Excel lets a school type into a field."""
    said: dict[str, Any] = {"error_title": field.label, "input_title": field.label, "input_message": field.hint}
    if field is ACADEMIC_YEAR:
        ends = today.year + (today.month >= 9)
        years = [year_in_words(year) for year in range(ends, ends - 3, -1)]
        return said | {"validate": "list", "source": years, "error_message": "Choose a year from the list."}
    if field is ROLE:
        return said | {"validate": "list", "source": list(ROLES), "error_message": "Choose a role from the list."}
    if field is NOTE:
        return said | {"validate": "length", "criteria": "<=", "value": LONGEST_NOTE,
                       "error_message": f"At most {LONGEST_NOTE} characters."}  # fmt: skip
    column = described(field.column) if field.column else None
    if column is not None and column.values:
        return said | {"validate": "list", "source": list(column.values), "error_message": "Choose from the list."}
    return said | {"validate": "any"}


def _grid(book: xlsxwriter.Workbook, formats: dict[str, Any], grid: Grid) -> None:
    sheet = _sheet(book, grid.sheet, grid.sheet, formats)
    last = column_letter(len(grid.columns) - 1)
    sheet.merge_range(f"A2:{last}2", grid.about, formats["about"])
    sheet.set_row(1, 48)
    sheet.set_row(HEADER_ROW - 1, 34)
    sheet.set_column(0, len(grid.columns) - 1, 16)
    sheet.freeze_panes(HEADER_ROW, len(grid.keys))
    sheet.repeat_rows(HEADER_ROW - 1)
    for index, name in enumerate(grid.columns):
        heading = f"{column_letter(index)}{HEADER_ROW}"
        sheet.write_string(heading, described(name).header, formats["header"])
        sheet.write_comment(heading, allowed(name), {"x_scale": 1.4, "y_scale": 0.7})
    for row in range(FIRST_ROW, grid.last_row + 1):
        at = row - FIRST_ROW
        for index in range(len(grid.columns)):
            if index >= len(grid.keys):
                sheet.write_blank(row - 1, index, None, formats["number"])
            elif at < len(grid.filled):
                sheet.write_string(row - 1, index, grid.filled[at][index], formats["fixed"])
            else:
                sheet.write_blank(row - 1, index, None, formats["text"])
    _validate_grid(sheet, grid)
    _colour_what_cannot_be(sheet, formats, grid)


def _validate_grid(sheet: Any, grid: Grid) -> None:
    for index, name in enumerate(grid.columns):
        column = described(name)
        first = FIRST_ROW + len(grid.filled) if name in grid.keys else FIRST_ROW
        area = (first - 1, index, grid.last_row - 1, index)
        said = {"error_title": column.header, "error_message": allowed(name)}
        if column.values:
            sheet.data_validation(*area, said | {"validate": "list", "source": list(column.values)})
        elif column.range:
            low, high = (int(str(end)) for end in column.range)
            sheet.data_validation(
                *area, said | {"validate": "integer", "criteria": "between", "minimum": low, "maximum": high}
            )


def _colour_what_cannot_be(sheet: Any, formats: dict[str, Any], grid: Grid) -> None:
    """Red at once where figures contradict each other, before the form is sent."""
    from school_support.returns.cross_checks import NOT_ABOVE

    at = {name: column_letter(index) for index, name in enumerate(grid.columns)}
    for check in (check for check in NOT_ABOVE if check.section == grid.section):
        parts = "+".join(f"N(${at[name]}{FIRST_ROW})" for name in check.parts)
        whole = f"${at[check.whole]}{FIRST_ROW}"
        for name in (*check.parts, check.whole):
            sheet.conditional_format(
                f"{at[name]}{FIRST_ROW}:{at[name]}{grid.last_row}",
                {"type": "formula", "criteria": f'=AND({whole}<>"",{parts}>N({whole}))', "format": formats["wrong"]},
            )
