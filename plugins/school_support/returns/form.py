"""Reads a filled-in form: into rows of the long layout, or into faults by cell.

Types, lists and ranges are judged by the contract of the long layout, as for every other file; what is said here is
only what a form can get wrong and a table cannot.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from school_support.returns import cross_checks
from school_support.returns.form_layout import (
    ACADEMIC_YEAR,
    AUTHORITY,
    CONCERNS,
    FIELDS,
    FIRST_ROW,
    FORM_VERSION,
    GRIDS,
    HEADER_ROW,
    LAESTAB,
    READ_ME,
    RESULTS,
    ROLE,
    ROLES,
    SCHOOL,
    SHEETS,
    TERM,
    URN,
    VERSION,
    allowed,
    described,
    layout,
    year_in_words,
)
from school_support.returns.register import KnownSchools
from school_support.returns.workbook_cells import Sheet, address_of, read_sheets
from school_support.sources.block import block_of
from school_support.sources.checks import Checker
from school_support.sources.container import unpack
from school_support.sources.faults import KEPT, Fault, Faults, FileRefused, quoted

YEAR = re.compile(r"(20[0-9]{2})/([0-9]{2})")
NUMBER = re.compile("[0-9]{1,9}")
FIT_TOGETHER = "Figures that fit together; look at each of them."
YEAR_ALLOWED = "One of the list, such as 2025/26."
# A longer note would not be read; the next one says what is left.
MOST_FAULTS = 100


@dataclass(frozen=True)
class CellFault:
    """One thing wrong with a form, as a school office is told. `cell` is blank where it is about a whole sheet."""

    sheet: str
    cell: str
    label: str
    problem: str
    allowed: str
    code: str

    @property
    def address(self) -> str:
        """Such as Results!D12."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet


class FormRefused(FileRefused):
    """A form with faults. `cells` are for the school; the ledger's faults do not repeat what stood in the cells."""

    def __init__(self, file_name: str, cells: Sequence[CellFault]) -> None:
        self.cells = list(cells)
        faults = [Fault(None, cell.address, None, f"Allowed: {cell.allowed}", cell.code) for cell in cells]
        super().__init__(file_name, "form " + VERSION, faults[:KEPT], len(faults), 0)
        where = ", ".join(cell.address for cell in cells[:10])
        self.args = (f"{file_name} is a form with {len(cells)} faults, and nothing of it was loaded. Cells: {where}.",)


@dataclass
class Form:
    """A form as it was read: rows of canonical columns, and what is wrong. `role` is who filled it in."""

    file_name: str
    rows: list[dict[str, str]] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    role: str = ""

    def said(self, column: str) -> str:
        """What all rows say in an identifying column; blank where there is no row."""
        return self.rows[0][column] if self.rows else ""

    def refuse_if_faulty(self) -> None:
        """Raise FormRefused if anything is wrong."""
        if self.faults:
            raise FormRefused(self.file_name, self.faults)


def is_form(sheet_names: Sequence[str]) -> bool:
    """Whether a workbook is meant as a form: it has the form's first sheets, whatever became of the others."""
    names = {name.strip().casefold() for name in sheet_names}
    return SCHOOL.casefold() in names or {grid.sheet.casefold() for grid in GRIDS} <= names


def read_form(
    path: Path,
    file_name: str,
    *,
    received: dt.date | None = None,
    authority: str | None = None,
    known: KnownSchools | None = None,
) -> Form:
    """Read a form and judge it.

    Args:
        received: the day of receipt; a term that had not begun then is a fault.
        authority: a form of another authority is a fault.
        known: the authority's open schools; none where no register says which they are.

    Raises:
        FileRefused: the file is no workbook or is damaged.
    """
    faults = Faults(file_name)
    content = unpack(path, faults)
    if content.workbook is None:
        raise faults.refused_for("The file is not an Excel workbook.")
    sheets = {sheet.name.strip().casefold(): sheet for sheet in read_sheets(content.workbook, faults)}
    form = Form(file_name)
    form.faults += _wrong_sheets(sheets) or _wrong_frame(sheets)
    if form.faults:
        return form
    school = sheets[SCHOOL.casefold()]
    identity = _identity(school)
    form.role = school.text(ROLE.row, 2)
    cells: list[dict[str, str]] = []
    for row, where in _filled_rows(sheets, identity):
        form.rows.append(row)
        cells.append(where)
    form.faults += _outside_the_form(sheets)
    form.faults += [fault for sheet in sheets.values() if sheet.name != READ_ME for fault in _not_typed(sheet)]
    form.faults += _wrong_identity(school, identity, received, authority, known)
    form.faults += _judged(form.rows, cells)
    form.faults += _contradictions(form.rows, cells)
    form.faults += _repeated(form.rows, cells)
    if not form.rows and not form.faults:
        form.faults.append(
            CellFault(RESULTS.sheet, "", "", "The form has no figures at all.", "At least one filled row.", "blank")
        )
    form.faults = list({(fault.address, fault.problem): fault for fault in form.faults}.values())[:MOST_FAULTS]
    return form


def write_long(form: Form, target: Path) -> None:
    """Write the rows of a faultless form in the long layout."""
    columns = layout().columns
    names = {column.header: name for name, column in columns.items()}
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(layout().headers)
        writer.writerows([row.get(names[header], "") for header in layout().headers] for row in form.rows)


def _wrong_sheets(sheets: Mapping[str, Sheet]) -> list[CellFault]:
    wanted = {name.casefold(): name for name in SHEETS}
    missing = [name for key, name in wanted.items() if key not in sheets]
    here = ", ".join(sheet.name for sheet in sheets.values())
    found = [
        CellFault(
            name,
            "",
            "",
            f"The sheet {name} is missing; the file has: {here}.",
            f"The sheets {', '.join(SHEETS)}, with these names.",
            "sheet",
        )
        for name in missing
    ]
    return found + [
        CellFault(
            sheet.name,
            "",
            "",
            f"The sheet {sheet.name} is not part of the form. It may be hidden: right-click on a sheet's name, Unhide.",
            f"The sheets {', '.join(SHEETS)} and no others. Delete it.",
            "sheet",
        )
        for key, sheet in sheets.items()
        if key not in wanted
    ]


def _wrong_frame(sheets: Mapping[str, Sheet]) -> list[CellFault]:
    """Another version, or labels that are not in their places; either makes every other cell doubtful."""
    school = sheets[SCHOOL.casefold()]
    version = school.text(FORM_VERSION.row, 2)
    if school.text(FORM_VERSION.row, 1) == FORM_VERSION.label and version != VERSION:
        said = f"This is form {version or '(blank)'}; the authority now uses form {VERSION}."
        return [_school_fault(FORM_VERSION.cell, FORM_VERSION.label, said, "A fresh form; ask for it.", "version")]
    found = [
        (SCHOOL, f"A{at.row}", at.label, school.text(at.row, 1)) for at in FIELDS if school.text(at.row, 1) != at.label
    ]
    for grid in GRIDS:
        sheet = sheets[grid.sheet.casefold()]
        found += [
            (grid.sheet, address_of(HEADER_ROW, column), described(name).header, sheet.text(HEADER_ROW, column))
            for column, name in enumerate(grid.columns, start=1)
            if sheet.text(HEADER_ROW, column) != described(name).header
        ]
    return [
        CellFault(
            sheet,
            cell,
            label,
            f"Here should stand {label!r}, and there stands {quoted(text) if text else 'nothing'}: rows or columns were "
            "moved, inserted or deleted.",
            "The form as it was sent. Copy your figures into a fresh one.",
            "frame",
        )
        for sheet, cell, label, text in found
    ]


def _identity(school: Sheet) -> dict[str, str]:
    """What stands in every row; a year that cannot be understood stays as it was typed."""
    year = school.text(ACADEMIC_YEAR.row, 2)
    matched = YEAR.fullmatch(year)
    if matched and int(matched[2]) == (int(matched[1]) + 1) % 100:
        year = str(int(matched[1]) + 1)
    return {"urn": school.text(URN.row, 2), "academic_year": year, "term": school.text(TERM.row, 2)}


def _filled_rows(
    sheets: Mapping[str, Sheet], identity: dict[str, str]
) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Each row with something in it, and for each of its canonical columns the cell it comes from."""
    places = {at.column: f"{SCHOOL}!{at.cell}" for at in FIELDS if at.column}
    for grid in GRIDS:
        sheet = sheets[grid.sheet.casefold()]
        for row in range(FIRST_ROW, grid.last_row + 1):
            values = {name: sheet.text(row, column) for column, name in enumerate(grid.columns, start=1)}
            typed = grid.figures if row < FIRST_ROW + len(grid.filled) else grid.columns
            if any(values[name] for name in typed):
                where = {name: f"{grid.sheet}!{address_of(row, column)}" for column, name in enumerate(values, start=1)}
                yield identity | {"section": grid.section} | values, places | where
    school = sheets[SCHOOL.casefold()]
    concerns = {at.column: school.text(at.row, 2) for at in CONCERNS if at.column}
    if any(concerns.values()):
        yield identity | {"section": "school"} | concerns, places


def _outside_the_form(sheets: Mapping[str, Sheet]) -> Iterator[CellFault]:
    """Whatever stands where the form has nothing: it would be lost, or should not be there."""
    form_has = {
        SCHOOL: {(1, 1), (2, 1), (CONCERNS[0].row - 1, 1)}
        | {(at.row, column) for at in FIELDS for column in (1, 2)}
        | {(at.row, 3) for at in FIELDS if sheets[SCHOOL.casefold()].text(at.row, 3) == at.hint}
    }
    for grid in GRIDS:
        rows = range(HEADER_ROW, grid.last_row + 1)
        form_has[grid.sheet] = {(1, 1), (2, 1)} | set(product(rows, range(1, len(grid.columns) + 1)))
    for name, places in form_has.items():
        for row, column in sorted(set(sheets[name.casefold()].cells) - places):
            yield CellFault(
                name,
                address_of(row, column),
                "",
                "Something stands here, outside the form.",
                "Nothing. Clear the cell; remarks go into the Note on sheet School.",
                "outside",
            )


def _not_typed(sheet: Sheet) -> Iterator[CellFault]:
    for cells, problem, code in (
        (sheet.errors, "The cell shows an error.", "formula"),
        (sheet.formulas - sheet.errors, "The cell holds a formula.", "formula"),
        (sheet.merged, "The cell is merged with its neighbour, so only one of them can be read.", "merged"),
    ):
        for row, column in sorted(cells):
            # The line under the title of a sheet is merged by the form itself.
            if row >= HEADER_ROW:
                remedy = "Un-merge the cells and fill in each." if code == "merged" else "The value itself, typed in."
                yield CellFault(sheet.name, address_of(row, column), "", problem, remedy, code)


def _wrong_identity(
    school: Sheet,
    identity: Mapping[str, str],
    received: dt.date | None,
    authority: str | None,
    known: KnownSchools | None,
) -> Iterator[CellFault]:
    urn, year, term = identity["urn"], identity["academic_year"], identity["term"]
    for at in (URN, ACADEMIC_YEAR, TERM):
        if not school.text(at.row, 2):
            said = _allowed(at.column or "")
            yield _school_fault(at.cell, at.label, "This must be filled in.", said, "blank")
    if authority and school.text(AUTHORITY.row, 2) != authority:
        said = f"The form is of authority {school.text(AUTHORITY.row, 2) or '(blank)'}, not {authority}."
        yield _school_fault(AUTHORITY.cell, AUTHORITY.label, said, "A form of this authority; ask for it.", "authority")
    role = school.text(ROLE.row, 2)
    if role and role not in ROLES:
        said = "This is not one of the roles; please give no names."
        yield _school_fault(ROLE.cell, ROLE.label, said, f"One of: {', '.join(ROLES)}.", "not_on_list")
    if received and NUMBER.fullmatch(year) and term in cross_checks.TERM_BEGINS:
        begins = cross_checks.term_begins(int(year), term)
        if received < begins:
            said = f"{term} term {year_in_words(int(year))} had not begun on {received:%d %B %Y}, when the file came."
            yield _school_fault(TERM.cell, TERM.label, said, "The term that the figures are about.", "future")
    if known is None or not urn:
        return
    if urn not in known.laestabs:
        said = f"{quoted(urn)} is not an open school of this authority in the register of {known.day:%d %B %Y}."
        yield _school_fault(URN.cell, URN.label, said, "The URN that your school has now.", "unknown_school")
    elif (laestab := school.text(LAESTAB.row, 2)) and laestab.replace("/", "") != known.laestabs[urn]:
        said = f"{quoted(laestab)} is not the LAESTAB of URN {urn} in the register."
        yield _school_fault(LAESTAB.cell, LAESTAB.label, said, f"{known.laestabs[urn]}, or blank.", "unknown_school")


def _judged(rows: Sequence[Mapping[str, str]], cells: Sequence[Mapping[str, str]]) -> Iterator[CellFault]:
    """What the contract says against the cells."""
    chosen = layout()
    headers = {column.header: name for name, column in chosen.columns.items()}
    checker = Checker(chosen)
    for row, where in zip(rows, cells, strict=True):
        # Row by row: the first fifty faults of a block are kept, and a form is answered whole.
        faults = Faults("form")
        checker.judge(block_of(list(headers), [0], [[row.get(name, "") for name in headers.values()]]), faults)
        for fault in faults.refused().faults:
            name = headers[str(fault.column)]
            if fault.code == "blank":
                continue
            said = f"{quoted(str(fault.value))} is not an academic year." if name == "academic_year" else fault.message
            yield _cell_fault(where[name], name, said, fault.code)
        for name in _keys_of(row["section"]):
            if not row[name]:
                yield _cell_fault(where[name], name, f"The {described(name).header.lower()} is missing.", "blank")


def _contradictions(rows: Sequence[Mapping[str, str]], cells: Sequence[Mapping[str, str]]) -> Iterator[CellFault]:
    for row, where in zip(rows, cells, strict=True):
        for needs in (needs for needs in cross_checks.NEEDS if needs.section == row["section"]):
            given = [described(name).header for name in needs.figures if row[name]]
            if given and not row[needs.needed]:
                said = f"{' and '.join(given)} {'is' if len(given) == 1 else 'are'} filled in, and this is not."
                yield _cell_fault(where[needs.needed], needs.needed, said, "blank")
        for check in (check for check in cross_checks.NOT_ABOVE if check.section == row["section"]):
            figures = [row[name] for name in (*check.parts, check.whole)]
            if row[check.whole] and all(NUMBER.fullmatch(figure) or not figure for figure in figures):
                *parts, whole = (int(figure or 0) for figure in figures)
                if sum(parts) > whole:
                    shown = " + ".join(map(str, parts))
                    said = f"{check.sentence} Here: {shown}, against {whole}."
                    yield _cell_fault(where[check.parts[0]], check.parts[0], said, "contradiction", FIT_TOGETHER)


def _repeated(rows: Sequence[Mapping[str, str]], cells: Sequence[Mapping[str, str]]) -> Iterator[CellFault]:
    seen: dict[tuple[str, ...], str] = {}
    for row, where in zip(rows, cells, strict=True):
        names = _keys_of(row["section"])
        if not names:
            continue
        here = where[names[0]]
        first = seen.setdefault((row["section"], *(row[name] for name in names)), here)
        if first != here:
            said = f"{', '.join(row[name] for name in names)} stands in {first} already."
            yield _cell_fault(here, names[0], said, "doubled", "Each year group and subject once.")


def _keys_of(section: str) -> tuple[str, ...]:
    return next((grid.keys for grid in GRIDS if grid.section == section), ())


def _allowed(column: str) -> str:
    return YEAR_ALLOWED if column == "academic_year" else allowed(column)


def _cell_fault(address: str, column: str, problem: str, code: str, remedy: str | None = None) -> CellFault:
    sheet, _, cell = address.partition("!")
    return CellFault(sheet, cell, described(column).header, problem, remedy or _allowed(column), code)


def _school_fault(cell: str, label: str, problem: str, remedy: str, code: str) -> CellFault:
    return CellFault(SCHOOL, cell, label, problem, remedy, code)
