from __future__ import annotations

import datetime as dt
from pathlib import Path

from school_support.returns import answers
from school_support.returns.form import Form, read_form

from .conftest import Fill

DAY = dt.date(2026, 1, 12)


def form(path: Path) -> Form:
    return read_form(path, path.name)


def test_a_whole_return_has_nothing_more_to_do(fill: Fill) -> None:
    rows = {f"Results!{column}{row}": 30 for row in (9, 10) for column in "CE"}
    answer = answers.accepted_form(form(fill(rows)), DAY, "ask@fenmere.example", None)
    assert answer.outcome == "accepted"
    assert "Results: 3 rows, for Year 1" in answer.text
    assert "What is not in it" not in answer.text
    assert "There is nothing more to do. Questions: ask@fenmere.example." in answer.text


def test_what_is_missing_is_named_and_what_the_school_does_not_have_is_not(fill: Fill) -> None:
    blank = {f"Attendance!{column}6": None for column in "BCDEFG"} | {"School!B14": None, "School!B15": None}
    text = answers.accepted_form(form(fill(blank)), DAY, "ask", None).text
    missing = text[text.index("What is not in it:") : text.index("What is there counts")]
    assert missing.split("\n")[1:4] == [
        "  - Results: Year 1 Writing, Year 1 Mathematics",
        "  - Attendance: nothing was filled in",
        "  - School: the questions about the school were left blank",
    ]
    assert "Year 2" not in text
    assert "nothing more to do" not in text


def test_a_note_numbers_its_faults(fill: Fill) -> None:
    faulty = form(fill({"Results!D8": "five", "Attendance!C6": "lots"}))
    answer = answers.faulty_form("alder.xlsx", faulty.faults, DAY, "ask")
    assert (answer.outcome, answer.faults) == ("faults", 2)
    assert (
        "1. Sheet Results, cell D8 (Working towards)\n   What is wrong:   'five' is not a whole number." in answer.text
    )
    assert "2. Sheet Attendance, cell C6 (Sessions possible)" in answer.text


def test_no_line_is_wider_than_a_page(fill: Fill) -> None:
    faulty = form(fill({"Results!A41": "3", "Results!B41": "Reading", "Results!C41": 1}))
    text = answers.faulty_form("alder.xlsx", faulty.faults, DAY, "ask").text
    assert max(map(len, text.splitlines())) <= 88


def test_the_gate_s_names_of_rules_are_left_out() -> None:
    reason = (
        "wrong.csv did not pass gate 1, and nothing of it is used.\n"
        "raw_school_returns.term_had_begun: Every term had begun. Schools: 990013.\n"
        "  line 2, URN 990013: term Summer\n"
        "  To resolve: Correct the term."
    )
    text = answers.gate_said("wrong.csv", reason, DAY, "ask").text
    assert (
        "  - Every term had begun. Schools: 990013.\n    line 2, URN 990013: term Summer\n    What to do: Correct the term.\n"
        in text
    )
