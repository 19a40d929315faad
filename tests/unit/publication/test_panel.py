"""A panel decision that is entered: what is refused and how it is said, and the file that comes of it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from school_support.publication import panel
from school_support.returns import inbox
from school_support.settings import settings
from school_support.sources.reader import read_release

TODAY = date(2026, 11, 27)
PROPOSAL = panel.Proposal("999", 2027, "990001", computed_tier="high", decided_on=None)
OVERRIDE = {
    "decision": "override",
    "tier": "targeted",
    "reason": "The new head's plan is working.",
    "evidence": "Note of visit",
    "decided_by_1": "Chair of the panel",
    "decided_by_2": "Assistant director",
    "decided_on": "2026-11-26",
    "expires_on": "2027-08-31",
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SUPPORT_LIST_HOME", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def refused(changes: dict[str, str], proposal: panel.Proposal = PROPOSAL) -> dict[str, str]:
    with pytest.raises(panel.DecisionRefused) as caught:
        panel.hand_in(OVERRIDE | changes, proposal, TODAY, "officer")
    assert not list(settings().inbox.glob("*"))
    return caught.value.faults


def test_it_becomes_a_file_that_the_contract_accepts_and_the_inbox_takes_at_once() -> None:
    path = panel.hand_in(OVERRIDE, PROPOSAL, TODAY, "officer")
    row = read_release(path, "panel_decisions").frame.to_dict("records")[0]
    assert row == {
        "_line": 2,
        "urn": "990001",
        "list_year": "2027",
        **OVERRIDE,
        "evidence": "Note of visit (Entered on the page by officer.)",
        "replaces_decided_on": "",
    }
    assert inbox._waiting(datetime.now(UTC)) == [path]
    assert "officer" not in path.name
    assert "chair" not in path.name.casefold()


def test_what_waits_can_be_read_and_a_second_decision_on_the_school_is_refused() -> None:
    panel.hand_in(OVERRIDE, PROPOSAL, TODAY, "officer")
    assert [(row["urn"], row["decision"], row["tier"]) for row in panel.waiting()] == [
        ("990001", "override", "targeted")
    ]
    with pytest.raises(panel.DecisionRefused, match="waits already"):
        panel.hand_in(OVERRIDE | {"tier": "light_touch"}, PROPOSAL, TODAY, "officer")


def test_a_text_stays_in_its_cell_and_on_its_line() -> None:
    path = panel.hand_in(OVERRIDE | {"reason": 'One line,\r\nand "another";\t\u202eend\0'}, PROPOSAL, TODAY, "officer")
    with path.open(newline="", encoding="utf-8-sig") as file:
        header, row = list(csv.reader(file))
    assert row[header.index("Reason")] == 'One line, and "another"; end'


@pytest.mark.parametrize("column", ["reason", "evidence", "decided_by_1", "decided_by_2"])
@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t=", " @"])
def test_a_text_that_a_spreadsheet_would_run_is_refused(column: str, begins: str) -> None:
    assert "as a formula" in refused({column: f"{begins}SUM(A1)"})[column]


@pytest.mark.parametrize(
    ("changes", "column", "said"),
    [
        ({"tier": ""}, "tier", "An override names a tier."),
        ({"tier": "high"}, "tier", "This is the tier that the rules give: confirm it instead."),
        ({"decision": "confirm"}, "tier", "A confirmation names no tier."),
        ({"decision": "perhaps"}, "decision", "'perhaps' is not one of confirm, override."),
        ({"decision": ""}, "decision", "The value is missing."),
        ({"tier": "closed"}, "tier", "'closed' is not one of light_touch"),
        ({"reason": " \n "}, "reason", "The value is missing."),
        ({"reason": "x" * 601}, "reason", "601 characters; 600 are the most"),
        ({"evidence": "pupil A12345678901B"}, "reason", "unique pupil number"),
        ({"decided_by_2": " chair  OF the panel"}, "decided_by_2", "Two different people decide."),
        ({"decided_on": "2026-11-28"}, "decided_on", "not after today"),
        ({"decided_on": "31/02/2026"}, "decided_on", "is no day of the calendar"),
        ({"expires_on": "2026-11-26"}, "expires_on", "Every decision expires after the day of the panel."),
        ({"decided_on": "2026-10-01", "expires_on": "2026-11-01"}, "expires_on", "has expired"),
        ({"replaces_decided_on": "2026-11-01"}, "replaces_decided_on", "no earlier decision in force"),
    ],
)
def test_a_decision_that_may_not_stand_is_refused_at_its_field(changes: dict[str, str], column: str, said: str) -> None:
    faults = refused(changes)
    assert said in faults[column]
    assert list(faults) == [column]


@pytest.mark.parametrize(
    ("replaces", "decided_on", "column"),
    [
        ("", "2026-11-26", "replaces_decided_on"),
        ("2026-11-20", "2026-11-20", "decided_on"),
        ("2026-11-20", "2026-11-26", ""),
    ],
)
def test_a_decision_in_force_is_replaced_by_a_later_one_that_says_so(
    replaces: str, decided_on: str, column: str
) -> None:
    earlier = panel.Proposal("999", 2027, "990001", "high", decided_on=date(2026, 11, 20))
    changes = {"replaces_decided_on": replaces, "decided_on": decided_on}
    if column:
        assert list(refused(changes, earlier)) == [column]
    else:
        assert panel.hand_in(OVERRIDE | changes, earlier, TODAY, "officer").is_file()


def test_a_list_of_another_country_is_not_decided_on_in_this_inbox() -> None:
    with pytest.raises(panel.SupportListError, match="authority 999"):
        panel.hand_in(OVERRIDE, panel.Proposal("874", 2027, "110000", "high", None), TODAY, "officer")
