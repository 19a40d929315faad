"""The note that answers each file, in words that a school office understands."""

from __future__ import annotations

import datetime as dt
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from school_support.returns.form import MOST_FAULTS, CellFault, Form
from school_support.returns.form_layout import GRIDS, Grid, year_in_words
from school_support.sources.faults import Fault

WIDTH = 88
# How gate 1 begins a failed rule and its remedy; the name of a rule says nothing to a school.
RULE = re.compile(r"^raw_\w+\.\w+: ")
RESOLVE = "To resolve: "


@dataclass(frozen=True)
class Answer:
    """A note: `outcome` is accepted, faults, refused or failed, `text` what the sender reads."""

    outcome: str
    text: str
    faults: int = 0


def accepted_form(form: Form, received: dt.date, contact: str, earlier: dt.date | None) -> Answer:
    """A form was taken in: what of it, and what is still missing. `earlier` is the day of the return it follows."""
    lines = [_heading("accepted", form.file_name, received), *_whose(form), "", "What was taken in:"]
    lines += [f"  - {line}" for line in _taken_in(form)]
    missing = _missing(form)
    if missing:
        lines += ["", "What is not in it:", *(f"  - {line}" for line in missing), ""]
        lines += [
            _paragraph(
                "What is there counts. If you have these figures, fill in the whole sheet and send the form again."
            )
        ]
    if earlier:
        sheets = " and ".join(sorted({row["section"] for row in form.rows}))
        said = f"It replaces what you sent for this term on {_day(earlier)}, sheet by sheet: {sheets}."
        lines += ["", _paragraph(said)]
    nothing_more = "" if missing else "There is nothing more to do. "
    lines += ["", _paragraph(f"{nothing_more}Questions: {contact}.")]
    return Answer("accepted", _joined(lines))


def accepted_file(file_name: str, rows: int, left_out: Sequence[str], received: dt.date, contact: str) -> Answer:
    """A table was taken in; `left_out` says of each faulty row why it was not."""
    taken = "1 row was" if rows == 1 else f"{rows:,} rows were"
    lines = [_heading("accepted", file_name, received), "", f"{taken} taken in."]
    if left_out:
        lines += ["", "Rows that were left out, and why:", *(_paragraph(said, "  - ") for said in left_out), ""]
        lines += [_paragraph("Correct these rows and send the file again; it replaces this one.")]
    lines += ["", f"Questions: {contact}."]
    return Answer("accepted", _joined(lines), len(left_out))


def known_before(file_name: str, received: dt.date, contact: str) -> Answer:
    """The same file was taken in earlier."""
    said = f"The same file, to the last character, was taken in before. Nothing has changed. Questions: {contact}."
    return Answer("accepted", _joined([_heading("accepted", file_name, received), "", _paragraph(said)]))


def faulty_form(file_name: str, faults: Sequence[CellFault], received: dt.date, contact: str) -> Answer:
    """A form is sent back: every cell, what is wrong, what is allowed."""
    count = "One thing needs" if len(faults) == 1 else f"{len(faults)} things need"
    lines = [_heading("not accepted yet", file_name, received), "", f"{count} your attention. Nothing of it was used."]
    for number, fault in enumerate(faults, start=1):
        label = f" ({fault.label})" if fault.label else ""
        where = f"sheet {fault.sheet}, cell {fault.cell}" if fault.cell else f"sheet {fault.sheet}"
        lines += ["", f"{number}. {where[0].upper()}{where[1:]}{label}"]
        lines += [_paragraph(fault.problem, "   What is wrong:   "), _paragraph(fault.allowed, "   What is allowed: ")]
    if len(faults) == MOST_FAULTS:
        lines += ["", "There may be more; these are the first."]
    return Answer("faults", _joined([*lines, "", *_send_again(contact)]), len(faults))


def faulty_file(file_name: str, faults: Sequence[Fault], count: int, received: dt.date, contact: str) -> Answer:
    """A table is sent back: the first faults by line and column."""
    lines = [_heading("not accepted yet", file_name, received), "", "Nothing of the file was used. What is wrong:", ""]
    lines += [_paragraph(f"{str(fault)[0].upper()}{str(fault)[1:]}", "  - ") for fault in faults]
    if count > len(faults):
        lines += [f"  - and {count - len(faults):,} more"]
    return Answer("faults", _joined([*lines, "", *_send_again(contact)]), count)


def gate_said(file_name: str, reason: str, received: dt.date, contact: str) -> Answer:
    """A file that can be read says what cannot be; the gate's own sentences."""
    lines = [_heading("not accepted yet", file_name, received), "", "Nothing of the file is used. What is wrong:", ""]
    for line in reason.splitlines()[1:] or [reason]:
        said = RULE.sub("", line.strip()).replace(RESOLVE, "What to do: ")
        lines.append(_paragraph(said, "    " if line.startswith(" ") else "  - "))
    return Answer("faults", _joined([*lines, "", *_send_again(contact)]), 1)


def wrong_kind(file_name: str, kind: str, remedy: str, received: dt.date, contact: str) -> Answer:
    """The file is neither the form nor a table."""
    said = f"The file is {kind}, and cannot be read as a return. Nothing of it was used."
    lines = [_heading("not accepted yet", file_name, received), "", _paragraph(said), "", _paragraph(remedy)]
    return Answer("faults", _joined([*lines, "", f"Questions: {contact}."]), 1)


def refused(file_name: str, sign: str, received: dt.date, contact: str) -> Answer:
    """A file that looks like a list of pupils."""
    lines = [
        _heading("refused", file_name, received),
        "",
        _paragraph("The file looks like a list of pupils. We do not take in anything about single pupils."),
        "",
        _paragraph(sign, "  What made it look so: "),
        "",
        _paragraph(
            "It was not kept: it has been deleted from the folder, and only a fingerprint of it (a hash, from which nothing "
            "can be read) is on record, to show that it was refused."
        ),
        "",
        "What to do:",
        _paragraph("Delete it from your outbox and from any shared folder or mailbox it went through.", "  1. "),
        _paragraph("Tell your data protection officer that it was sent, as your school's policy says.", "  2. "),
        _paragraph("Send the form with figures of whole year groups.", "  3. "),
        "",
        _paragraph(f"If the file holds no pupils, ask: {contact}."),
    ]
    return Answer("refused", _joined(lines), 1)


def _heading(outcome: str, file_name: str, received: dt.date) -> str:
    title = f"Return {outcome}"
    return f"{title}\n{'=' * len(title)}\n\nFile:      {file_name}\nReceived:  {_day(received)}"


def _whose(form: Form) -> list[str]:
    lines = [f"School:    URN {form.said('urn')}"]
    lines += [f"Term:      {form.said('term')} {year_in_words(int(form.said('academic_year')))}"]
    return lines + ([f"From:      {form.role}"] if form.role else [])


def _taken_in(form: Form) -> list[str]:
    taken = []
    for grid in GRIDS:
        rows = [row for row in form.rows if row["section"] == grid.section]
        if rows:
            groups = list(dict.fromkeys(row["year_group"] for row in rows))
            count = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
            taken.append(f"{grid.sheet}: {count}, for {', '.join(groups)}")
    if any(row["section"] == "school" for row in form.rows):
        taken.append("School: the answers about the school")
    return taken


def _missing(form: Form) -> list[str]:
    """Whole sheets without figures, and rows that are blank though the school has the year group."""
    lines = []
    present = {row["year_group"] for row in form.rows if row.get("year_group")}
    for grid in GRIDS:
        rows = {_key(grid, row) for row in form.rows if row["section"] == grid.section}
        if not rows:
            lines.append(f"{grid.sheet}: nothing was filled in")
            continue
        blank = [" ".join(key) for key in grid.filled if key[0] in present and key not in rows]
        if blank:
            lines.append(f"{grid.sheet}: {', '.join(blank)}")
    if not any(row["section"] == "school" for row in form.rows):
        lines.append("School: the questions about the school were left blank")
    return lines


def _key(grid: Grid, row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in grid.keys)


def _send_again(contact: str) -> list[str]:
    said = (
        "Correct this in the same file, save it, and send it again the way you sent it. Nothing else needs to be done."
    )
    return [_paragraph(said), f"Questions: {contact}."]


def _paragraph(text: str, first: str = "") -> str:
    return textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_long_words=False)


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
