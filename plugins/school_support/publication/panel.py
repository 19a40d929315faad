"""A panel decision that an officer enters: judged as its contract and gate 1 will, then handed in like any other file.

It becomes a file of one row in the layout of `panel_decisions`, dropped into the inbox. So it has a release, a hash, a day
of receipt and a receipt of its own, and nothing but the pipeline writes to the warehouse.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from school_support.authorities import authority_of
from school_support.errors import SupportListError
from school_support.returns.inbox import put
from school_support.returns.pupils import refuse_pupil_level
from school_support.settings import settings
from school_support.sources.contract import Layout, load_sources
from school_support.sources.faults import FileRefused
from school_support.sources.reader import read_release

SOURCE = "panel_decisions"
# No name of a person: who decided and who entered it stand inside.
FILE_NAME = "panel-decision-{list_year}-{urn}-{sha8}.csv"
FILES = "panel-decision-*.csv"
FREE_TEXT = ("reason", "evidence", "decided_by_1", "decided_by_2")
# A letter has room for so much of a reason.
LONGEST_TEXT = 600
LONGEST_NAME = 100
# A spreadsheet runs a cell that begins so as a formula, and officers open these files in one.
FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Proposal:
    """What a candidate says about the school that is decided on.

    `decided_on` is the day of the panel decision that is in force in it, none where there is none.
    """

    authority: str
    list_year: int
    urn: str
    computed_tier: str
    decided_on: date | None


class DecisionRefused(SupportListError):
    """A decision that may not stand. `faults` has what is wrong in words, by column of the contract."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = dict(faults)
        super().__init__(" ".join(self.faults.values()))


def hand_in(entered: Mapping[str, str], proposal: Proposal, today: date, entered_by: str) -> Path:
    """Judge a decision and drop it into the inbox, where the next proposal of the list takes it in.

    Args:
        entered: texts by column of the contract; `urn` and `list_year` are the proposal's. Days as YYYY-MM-DD.
        today: the day of receipt.
        entered_by: the user who entered it; stands behind the evidence.

    Returns:
        The file in the inbox.

    Raises:
        DecisionRefused: with what is wrong, column by column.
        SupportListError: the inbox is not that of the proposal's authority.
    """
    serves = settings().authority
    if authority_of(proposal.authority).collection != authority_of(serves).collection:
        raise SupportListError(
            f"What comes in here is about schools of authority {serves} (SUPPORT_LIST_AUTHORITY), "
            f"and this list is of authority {proposal.authority}."
        )
    row = tidied(entered) | {"urn": proposal.urn, "list_year": str(proposal.list_year)}
    faults = _faults_of_contract(row) | _faults_of_panel(row, proposal, today)
    if faults:
        raise DecisionRefused({column: faults[column] for column in _layout().columns if column in faults})
    row["evidence"] += f" (Entered on the page by {entered_by}.)"
    content = _file(row)
    sha8 = hashlib.sha256(content).hexdigest()[:8]
    return put(FILE_NAME.format(list_year=proposal.list_year, urn=proposal.urn, sha8=sha8), content)


def waiting() -> list[dict[str, str]]:
    """The decisions of this page that nobody has taken in yet, as rows by column of the contract."""
    return list(_waiting())


def labels() -> dict[str, tuple[str, str]]:
    """Header and description of each column, in the words of the contract."""
    described = load_sources()[SOURCE].documented
    return {name: (column.header, described[name]) for name, column in _layout().columns.items()}


def tidied(entered: Mapping[str, str]) -> dict[str, str]:
    """The texts on one line each, without control characters; of all columns, those left out empty."""
    return {
        name: " ".join("".join(_printed(character) for character in entered.get(name, "")).split())
        for name in _layout().columns
    }


def _printed(character: str) -> str:
    return " " if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") else character


def _waiting() -> Iterator[dict[str, str]]:
    by_header = {column.header: name for name, column in _layout().columns.items()}
    for path in sorted(settings().inbox.glob(FILES)):
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:  # taken in just now
            continue
        for row in csv.DictReader(io.StringIO(text)):
            yield {by_header[header]: value for header, value in row.items() if header in by_header}


def _faults_of_contract(row: Mapping[str, str]) -> dict[str, str]:
    """What the readers of the pipeline say about the file: the same code, so the same words."""
    by_header = {column.header: name for name, column in _layout().columns.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "decision.csv"
        path.write_bytes(_file(row))
        try:
            refuse_pupil_level(path, path.name)
            read_release(path, SOURCE)
        except FileRefused as refused:
            return {by_header.get(fault.column or "", "reason"): fault.message for fault in refused.faults}
    return {}


def _faults_of_panel(row: Mapping[str, str], proposal: Proposal, today: date) -> dict[str, str]:
    """What gate 1 and gate 2 would stop later, said now."""
    faults = _faults_of_texts(row) | _faults_of_tier(row, proposal.computed_tier) | _faults_of_days(row, today)
    faults |= _faults_of_earlier(row, proposal)
    if any(other["urn"] == row["urn"] and other["list_year"] == row["list_year"] for other in waiting()):
        faults["decision"] = (
            "A decision on this school waits already: propose the list again first, so that it is taken in."
        )
    return faults


def _faults_of_texts(row: Mapping[str, str]) -> dict[str, str]:
    faults: dict[str, str] = {}
    for name in FREE_TEXT:
        longest = LONGEST_NAME if name.startswith("decided_by") else LONGEST_TEXT
        if len(row[name]) > longest:
            faults[name] = f"The text has {len(row[name])} characters; {longest} are the most."
        if row[name].startswith(FORMULA):
            faults[name] = (
                f"A spreadsheet would run a text that begins with {row[name][0]} as a formula: begin with a word."
            )
    if row["decided_by_1"] and row["decided_by_1"].casefold() == row["decided_by_2"].casefold():
        faults["decided_by_2"] = "Two different people decide."
    return faults


def _faults_of_tier(row: Mapping[str, str], computed_tier: str) -> dict[str, str]:
    if row["decision"] == "confirm" and row["tier"]:
        return {"tier": "A confirmation names no tier."}
    if row["decision"] == "override" and not row["tier"]:
        return {"tier": "An override names a tier."}
    if row["decision"] == "override" and row["tier"] == computed_tier:
        return {"tier": "This is the tier that the rules give: confirm it instead."}
    return {}


def _faults_of_days(row: Mapping[str, str], today: date) -> dict[str, str]:
    faults: dict[str, str] = {}
    decided, expires = _day(row["decided_on"]), _day(row["expires_on"])
    if decided and decided > today:
        faults["decided_on"] = "The panel's day is not after today."
    if expires and expires < today:
        faults["expires_on"] = "A decision that has expired counts for nothing: name a day from today on."
    if decided and expires and expires <= decided:
        faults["expires_on"] = "Every decision expires after the day of the panel."
    return faults


def _faults_of_earlier(row: Mapping[str, str], proposal: Proposal) -> dict[str, str]:
    """A new decision replaces the one in force and says so; otherwise two would stand against each other."""
    earlier, decided, replaces = proposal.decided_on, _day(row["decided_on"]), _day(row["replaces_decided_on"])
    if earlier is None:
        return {"replaces_decided_on": "There is no earlier decision in force to replace."} if replaces else {}
    if replaces != earlier:
        return {
            "replaces_decided_on": f"The panel decided on this school on {earlier}, and two decisions would stand against "
            "each other: say that the new one replaces it."
        }
    if decided and decided <= earlier:
        return {"decided_on": f"The decision that it replaces is of {earlier}: this one must be later."}
    return {}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _file(row: Mapping[str, str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(column.header for column in _layout().columns.values())
    writer.writerow(row[name] for name in _layout().columns)
    return text.getvalue().encode("utf-8-sig")


def _layout() -> Layout:
    (layout,) = load_sources()[SOURCE].layouts
    return layout
