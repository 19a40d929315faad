"""What the landing store takes in of files that schools and officers send."""

from __future__ import annotations

import csv
from pathlib import Path

from school_support.returns.form import is_form, read_form, write_long
from school_support.returns.form_layout import SOURCE
from school_support.returns.pupils import refuse_pupil_level
from school_support.returns.workbook_cells import read_sheets
from school_support.sources.container import unpack
from school_support.sources.contract import Layout, load_sources
from school_support.sources.faults import Faults
from school_support.sources.reader import open_release
from school_support.sources.recognise import recognise

LONGEST_HEADER = 2**16
FROM_SCHOOLS = (SOURCE, "local_intelligence", "panel_decisions")


def take_in(path: Path, source: str, file_name: str, target: Path) -> bool:
    """Write what is to be kept of a file: a form becomes its rows; false, and nothing written, where it is the file itself.

    Raises:
        FileRefused: the file looks like a list of pupils, is a form with faults, or is no table of the source, so that nobody
            can say what is in it; it is not to be kept.
    """
    refuse_pupil_level(path, file_name)
    sheets = sheet_names(path, file_name)
    if source == SOURCE and is_form(sheets):
        form = read_form(path, file_name)
        form.refuse_if_faulty()
        write_long(form, target)
        return True
    if len(sheets) > 1:
        said = f"The workbook has several sheets ({', '.join(sheets)}); send one with the sheet that is meant alone."
        raise Faults(file_name).refused_for(said)
    if sheets or not _has_known_header(path, source):
        open_release(path, source, file_name)
    return False


def _has_known_header(path: Path, source: str) -> bool:
    """Whether a text begins with the header of a layout; reading the whole of a national file for it takes too long."""
    with unpack(path, Faults(path.name)).open() as stream:
        first = stream.readline(LONGEST_HEADER).decode("utf-8-sig", errors="replace")
    headers = next(csv.reader([first]), [])
    return isinstance(recognise(headers, load_sources()[source].layouts), Layout)


def sheet_names(path: Path, file_name: str) -> list[str]:
    """The sheets of a workbook, hidden ones too; none where the file is text. Raises FileRefused where it is damaged."""
    faults = Faults(file_name)
    content = unpack(path, faults)
    return [] if content.workbook is None else [sheet.name for sheet in read_sheets(content.workbook, faults)]
