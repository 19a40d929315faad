"""The inbox: each file taken in, sent back or refused, with a note; what is known counts from the day of receipt."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from school_support.commands.returns import app
from school_support.landing.ingest import land_folder, load_landed
from school_support.quality.gate import accept_loaded
from school_support.returns.door import FROM_SCHOOLS
from school_support.returns.inbox import InboxSummary, empty_inbox
from school_support.returns.register import open_schools
from school_support.returns.template import Identity, write_template
from school_support.settings import settings
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build

REGISTER = "gias/edubasealldata_2025-06-30.csv"
PREFIX = re.compile(r"^2026-01-[0-9]{2} [0-9a-f]{8} ")
FIRST, LATER = dt.date(2026, 1, 12), dt.date(2026, 1, 20)
FIGURES: Mapping[str, Any] = {
    "School!B9": "2025/26",
    "School!B10": "Autumn",
    "School!B11": "School office",
    "School!B14": "substantive",
    "Results!C14": 30,
    "Results!D14": 5,
    "Results!E14": 24,
    "Results!F14": 6,
    "Attendance!B8": 30,
    "Attendance!C8": 4320,
    "Attendance!D8": 200,
    "Attendance!E8": 40,
}


@pytest.fixture(scope="module")
def inbox(small_sample: Path, another_warehouse: Callable[[], AbstractContextManager[Path]]) -> Iterator[Path]:
    """The inbox of a warehouse that knows one register of Fenmere."""
    with another_warehouse() as home:
        folder = home / "sample"
        (folder / "gias").mkdir(parents=True)
        shutil.copy(small_sample / REGISTER, folder / REGISTER)
        with (small_sample / "releases.csv").open(newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["file"] == REGISTER]
        with (folder / "releases.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        land_folder(folder, ["gias"])
        load_landed(["gias"])
        assert accept_loaded(["gias"])[0].accepted
        settings().inbox.mkdir(parents=True)
        yield settings().inbox


@pytest.fixture(scope="module")
def schools(inbox: Path) -> list[Identity]:
    with connect("support_loader") as connection:
        known = open_schools(connection, "999", FIRST)
    assert known is not None
    return [school for urn in sorted(known.laestabs) if (school := known.identity(urn))]


@pytest.fixture(autouse=True)
def empty(inbox: Path) -> None:
    for folder in inbox.parent.iterdir():
        for path in folder.iterdir():
            path.unlink()


def drop(path: Path, content: bytes | None = None) -> Path:
    """A file that arrived a minute ago."""
    if content is not None:
        path.write_bytes(content)
    arrived = time.time() - 60
    os.utime(path, (arrived, arrived))
    return path


def drop_form(inbox: Path, name: str, school: Identity, changes: Mapping[str, Any] | None = None) -> Path:
    path = inbox / name
    write_template(path, "999", FIRST, "ask", school)
    book = openpyxl.load_workbook(path)
    for address, value in {**FIGURES, **(changes or {})}.items():
        sheet, cell = address.split("!")
        book[sheet][cell] = value
    book.save(path)
    return drop(path)


def note(summary: InboxSummary) -> str:
    [path] = summary.notes
    return Path(path).read_text(encoding="utf-8")


def fetch(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connect("support_loader") as connection:
        return connection.execute(query, values).fetchall()


def beside(inbox: Path) -> dict[str, list[str]]:
    """What lies in the folders, without the note's own and the moved file's prefix of day and hash."""
    return {
        name: sorted(PREFIX.sub("", path.name) for path in (inbox.parent / name).iterdir())
        for name in ("inbox", "answers", "processed", "returned")
    }


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_good_form_is_accepted_and_counts_from_its_receipt(inbox: Path, schools: list[Identity]) -> None:
    sha256 = sha256_of(drop_form(inbox, "first.xlsx", schools[0]))
    done = empty_inbox(FIRST)
    assert (done.accepted, done.faults, done.refused) == (1, 0, 0)
    [(release_id, status, known_from, basis, year, collection, coverage)] = fetch(
        "select release_id, status, known_from, known_from_basis, academic_year, collection, coverage "
        "from landing.release where sha256 = %s",
        sha256,
    )
    assert (status, known_from, basis, year) == ("accepted", FIRST, "day of receipt", 2026)
    assert (collection, coverage) == ("fictional", f"URN {schools[0].urn}, Autumn 2025/26")
    assert fetch(
        "select section, year_group, subject, pupils, expected, sessions_missed, headteacher_status "
        "from raw.school_returns where _release_id = %s order by _line",
        release_id,
    ) == [
        ("results", "Year 3", "Reading", "30", "24", "", ""),
        ("attendance", "Year 3", "", "30", "", "200", ""),
        ("school", "", "", "", "", "", "substantive"),
    ]
    said = note(done)
    assert said.startswith("Return accepted\n")
    assert "Received:  12 January 2026" in said
    assert "Results: Year 3 Writing, Year 3 Mathematics" in said
    assert beside(inbox) == {
        "inbox": [], "answers": ["first.xlsx.accepted.txt"], "processed": ["first.xlsx"], "returned": [],
    }  # fmt: skip
    assert fetch("select file_name, outcome, faults, release_id from landing.receipt where sha256 = %s", sha256) == [
        ("first.xlsx", "accepted", 0, release_id)
    ]


def test_what_the_store_keeps_of_a_form_is_its_rows(inbox: Path, schools: list[Identity]) -> None:
    sha256 = sha256_of(drop_form(inbox, "rows.xlsx", schools[1]))
    empty_inbox(FIRST)
    kept = settings().landing / "school_returns" / sha256
    assert kept.read_text().startswith("URN,Academic year,Term,Section,")
    assert fetch("select stored_sha256 from landing.release where sha256 = %s", sha256) == [(sha256_of(kept),)]


def test_a_form_with_faults_is_sent_back_and_leaves_no_figures(inbox: Path, schools: list[Identity]) -> None:
    sha256 = sha256_of(drop_form(inbox, "bad.xlsx", schools[2], {"Results!D14": "twelve", "School!B10": None}))
    done = empty_inbox(FIRST)
    assert (done.accepted, done.faults, done.refused) == (0, 1, 0)
    said = note(done)
    assert "2 things need your attention" in said
    assert "Sheet Results, cell D14 (Working towards)" in said
    assert "'twelve' is not a whole number." in said
    assert "Sheet School, cell B10 (Term)" in said
    assert "the school improvement team of your local authority" in said
    assert fetch("select count(*) from landing.release where sha256 = %s", sha256) == [(0,)]
    assert fetch("select outcome, faults from landing.receipt where sha256 = %s", sha256) == [("faults", 2)]
    assert beside(inbox) == {
        "inbox": [], "answers": ["bad.xlsx.faults.txt"], "processed": [], "returned": ["bad.xlsx"],
    }  # fmt: skip


def test_a_corrected_form_follows_and_its_answer_replaces_the_first(inbox: Path, schools: list[Identity]) -> None:
    drop_form(inbox, "twice.xlsx", schools[3], {"Results!D14": "twelve"})
    empty_inbox(FIRST)
    drop_form(inbox, "twice.xlsx", schools[3])
    assert empty_inbox(FIRST).accepted == 1
    assert beside(inbox)["answers"] == ["twice.xlsx.accepted.txt"]


def test_a_later_return_says_which_it_replaces(inbox: Path, schools: list[Identity]) -> None:
    drop_form(inbox, "a.xlsx", schools[4])
    empty_inbox(FIRST)
    drop_form(inbox, "b.xlsx", schools[4], {"Results!D14": 4})
    said = note(empty_inbox(LATER))
    assert "It replaces what you sent for this term on 12 January 2026" in said


def test_the_same_form_again_changes_nothing(inbox: Path, schools: list[Identity]) -> None:
    path = drop_form(inbox, "same.xlsx", schools[5])
    content, sha256 = path.read_bytes(), sha256_of(path)
    empty_inbox(FIRST)
    drop(inbox / "same again.xlsx", content)
    assert "was taken in before" in note(empty_inbox(LATER))
    assert fetch("select known_from from landing.release where sha256 = %s", sha256) == [(FIRST,)]


def test_a_run_that_was_killed_before_the_answer_gives_it_the_next_time(
    inbox: Path, schools: list[Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    drop_form(inbox, "killed.xlsx", schools[6])

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("school_support.returns.inbox._record", killed)
        with pytest.raises(KeyboardInterrupt):
            empty_inbox(FIRST)
    assert beside(inbox)["inbox"] == ["killed.xlsx"]
    done = empty_inbox(FIRST)
    assert done.accepted == 1
    assert "What was taken in:" in note(done)
    assert beside(inbox)["inbox"] == []


@pytest.mark.parametrize("name", ["Jo Bloggs.csv", "Jo Bloggs.xlsx"])
def test_a_list_of_pupils_leaves_its_hash_and_nothing_else(inbox: Path, tmp_path: Path, name: str) -> None:
    if name.endswith("xlsx"):
        book = openpyxl.Workbook()
        book.active.append(["UPN", "Surname", "Reading"])
        book.active.append(["A123456789012", "Bloggs", "EXS"])
        book.save(tmp_path / name)
        content = (tmp_path / name).read_bytes()
    else:
        content = b"UPN,Surname,Reading\nA123456789012,Bloggs,EXS\n"
    sha256 = sha256_of(drop(inbox / name, content))
    done = empty_inbox(FIRST)
    assert (done.accepted, done.faults, done.refused) == (0, 0, 1)
    said = note(done)
    assert "looks like a list of pupils" in said
    assert "'UPN'" in said
    assert beside(inbox) == {"inbox": [], "answers": [f"{name}.refused.txt"], "processed": [], "returned": []}
    [(file_name, status, reason, stored)] = fetch(
        "select file_name, status, reason, stored_sha256 from landing.release where sha256 = %s", sha256
    )
    assert (status, stored) == ("quarantined", None)
    assert not list(settings().landing.rglob(f"{sha256}*"))
    everything = fetch("select row_to_json(r)::text from landing.release as r where sha256 = %s", sha256)
    everything += fetch("select row_to_json(r)::text from landing.receipt as r where sha256 = %s", sha256)
    everything += fetch(
        "select row_to_json(f)::text from landing.fault as f inner join landing.release using (release_id) where sha256 = %s",
        sha256,
    )
    assert len(everything) == 3
    assert not any("Bloggs" in row or "A123456789012" in row for (row,) in everything)
    assert "Bloggs" not in f"{file_name} {reason}"


def test_a_list_of_pupils_in_a_folder_is_not_kept_either(inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_text("Forename,Reading\nJo,EXS\n")
    (tmp_path / "releases.csv").write_text(
        "file,source,collection,academic_year,snapshot_date,stage,known_from\nclass.csv,school_returns,fictional,,,,2026-01-12\n"
    )
    land_folder(tmp_path, FROM_SCHOOLS)
    sha256 = sha256_of(tmp_path / "class.csv")
    [(status, reason)] = fetch("select status, reason from landing.release where sha256 = %s", sha256)
    assert status == "quarantined"
    assert "list of pupils" in reason
    assert not list(settings().landing.rglob(f"{sha256}*"))


def test_a_long_table_from_another_system_is_taken_in(inbox: Path, schools: list[Identity]) -> None:
    header = (
        "URN,Academic year,Term,Section,Year group,Subject,Pupils,Working towards,Expected,Greater depth,Sessions possible,"
        "Sessions missed,Sessions unauthorised,Suspensions,Permanent exclusions,Headteacher status,Governance concern,"
        "Finance concern,Staffing concern,Note\n"
    )
    rows = "".join(
        f"{school.urn},2026,Autumn,results,Year 6,{subject},30,6,24,3,,,,,,,,,,\n"
        for school in schools[10:14]
        for subject in ("Reading", "Writing")
    )
    drop(inbox / "all.csv", (header + rows).encode())
    done = empty_inbox(FIRST)
    assert "8 rows were taken in." in note(done)
    # 6 and 25 of 30 pupils: gate 1 stops what the contract, which looks at single cells, cannot see.
    drop(inbox / "wrong.csv", (header + rows.replace(",30,6,24,3,", ",30,6,25,3,")).encode())
    said = note(empty_inbox(FIRST))
    assert said.startswith("Return not accepted yet")
    assert "together are never more than pupils" in " ".join(said.split())
    drop(inbox / "typed.csv", (header + rows.replace(",30,6,24,3,", ",30,6,many,3,")).encode())
    said = note(empty_inbox(FIRST))
    assert "Line 2, column 'Expected': 'many' is not a whole number" in " ".join(said.split())


def test_the_sample_s_returns_pass_the_gate_and_are_staged(inbox: Path, small_sample: Path) -> None:
    land_folder(small_sample, FROM_SCHOOLS)
    load_landed(FROM_SCHOOLS)
    verdicts = accept_loaded(FROM_SCHOOLS)
    # Five files of returns and three of officers' notes.
    assert [(verdict.accepted, verdict.warnings) for verdict in verdicts] == [(True, ())] * 8
    build(["+staging.local"])
    with connect("support_transformer") as connection:
        # Ten primary schools with 7 year groups and 3 subjects, two secondary schools with 5 and 3.
        assert connection.execute(
            "select rows.academic_year, term, count(*) from staging.stg_returns__rows as rows inner join landing.release using (release_id) "
            "where section = 'results' and coverage = '12 schools of Fenmere' group by 1, 2 order by 1, 2"
        ).fetchall() == [(2025, "summer", 240), (2026, "autumn", 240), (2026, "spring", 240)]
        [(pupils, corrected)] = connection.execute(
            "select min(pupils), max(pupils) from staging.stg_returns__rows as rows inner join landing.release using (release_id) "
            "where section = 'results' and rows.academic_year = 2026 and term = 'spring' and year_group = 'Year 6' "
            "and urn = (select urn from staging.stg_returns__rows inner join landing.release using (release_id) "
            "where file_name like '%correction%' limit 1)"
        ).fetchall()
    assert corrected == pupils + 2


def test_notes_and_decisions_come_by_the_same_door(inbox: Path, schools: list[Identity]) -> None:
    urn = schools[0].urn
    drop(
        inbox / "notes.csv",
        "URN,Date of note,Category,Concern,Note,Author (role),Expires on\n"
        f'{urn},2026-01-05,finance,some,"A deficit, and no plan yet",School adviser,2026-12-31\n'.encode(),
    )
    book = openpyxl.Workbook()
    book.active.title = "Panel decisions"
    book.active.append(
        [
            "URN",
            "List year",
            "Decision",
            "Tier",
            "Reason",
            "Evidence",
            "Decided by (1)",
            "Decided by (2)",
            "Decided on",
            "Expires on",
        ]
    )
    book.active.append(
        [urn, 2027, "override", "targeted", "New head", "Visit", "Chair", "Director", dt.date(2026, 1, 9), "31/08/2027"]
    )
    book.save(inbox / "panel.xlsx")
    drop(inbox / "panel.xlsx")
    done = empty_inbox(FIRST)
    assert (done.accepted, done.faults) == (2, 0), [Path(path).read_text() for path in done.notes]
    assert fetch("select category, note, expires_on from raw.local_intelligence where urn = %s", urn) == [
        ("finance", "A deficit, and no plan yet", "2026-12-31")
    ]
    assert fetch("select decision, tier, decided_on, expires_on from raw.panel_decisions") == [
        ("override", "targeted", "2026-01-09", "31/08/2027")
    ]


def test_a_decision_of_one_person_is_sent_back(inbox: Path, schools: list[Identity]) -> None:
    drop(
        inbox / "panel.csv",
        "URN,List year,Decision,Tier,Reason,Evidence,Decided by (1),Decided by (2),Decided on,Expires on\n"
        f"{schools[1].urn},2027,override,,New head,Visit,Director,director ,2026-01-09,2027-08-31\n".encode(),
    )
    said = " ".join(note(empty_inbox(FIRST)).split())
    assert "Two different people decided." in said
    assert "An override names a tier" in said


def test_other_kinds_of_file_are_answered_too(inbox: Path) -> None:
    drop(inbox / "return.pdf", b"%PDF-1.7")
    drop(inbox / "letter.txt", b"Dear all,\nplease find attached\n")
    done = empty_inbox(FIRST)
    assert (done.accepted, done.faults) == (0, 2)
    texts = {Path(path).name: Path(path).read_text() for path in done.notes}
    assert "The file is a PDF" in texts["return.pdf.faults.txt"]
    assert "neither the form nor a table with headings that we know" in " ".join(texts["letter.txt.faults.txt"].split())


def test_files_on_their_way_are_left_alone(inbox: Path) -> None:
    (inbox / "being written.csv").write_text("URN")
    drop(inbox / "~$form.xlsx", b"lock")
    drop(inbox / ".hidden", b"x")
    drop(inbox / "half.xlsx.part", b"x")
    (inbox / "link.csv").symlink_to(inbox / ".hidden")
    assert empty_inbox(FIRST) == InboxSummary(0, 0, 0, [])
    assert len(beside(inbox)["inbox"]) == 5


def test_what_was_dealt_with_is_forgotten_after_ninety_days(inbox: Path) -> None:
    for days, name in ((91, "old.csv"), (89, "young.csv")):
        path = inbox.parent / "returned" / name
        path.write_text("x")
        os.utime(path, (time.time() - days * 86400,) * 2)
    empty_inbox(FIRST)
    assert beside(inbox)["returned"] == ["young.csv"]


def test_the_receipts_are_insert_only(inbox: Path) -> None:
    with connect("support_loader") as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute("delete from landing.receipt")


def test_a_form_is_filled_in_beforehand_from_the_register(inbox: Path, schools: list[Identity], tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    done = CliRunner().invoke(app, ["template", "--authority", "999", "--urn", schools[0].urn, str(path)])
    assert done.exit_code == 0, done.output
    sheet = openpyxl.load_workbook(path)["School"]
    assert [sheet[cell].value for cell in ("B6", "B7", "B8")] == [schools[0].urn, schools[0].laestab, schools[0].name]
    unknown = CliRunner().invoke(app, ["template", "--authority", "999", "--urn", "123456", str(path)])
    assert unknown.exit_code == 1
    assert "not an open school of authority 999" in " ".join(unknown.output.split())


def test_the_inbox_is_emptied_from_the_command_line(inbox: Path, schools: list[Identity]) -> None:
    drop_form(inbox, "by hand.xlsx", schools[7])
    done = CliRunner().invoke(app, ["inbox", "--received", "2026-01-12"])
    assert done.exit_code == 0, done.output
    assert "1 accepted, 0 sent back, 0 refused" in done.output
    assert "by hand.xlsx.accepted.txt" in done.output
