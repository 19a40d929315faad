"""Letters in the warehouse: who was sent what, when; a correction; and that nothing about it is ever changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from school_support.clock import today
from school_support.errors import SupportListError
from school_support.publication.dispatch import (
    Recorded,
    posting_of_candidate,
    posting_of_edition,
    read_post,
    read_school_post,
    record_dispatch,
)
from school_support.reports.edition_data import read_candidate
from school_support.reports.outputs import write_draft_letters, write_edition_letters
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build

SCHOOLS = ("990001", "990002", "990003")


@dataclass(frozen=True)
class Lists:
    """A first edition and one that corrects it, by which the first school alone moved."""

    candidate: int
    first: int
    correction: int


@pytest.fixture(scope="module")
def lists(another_warehouse: Callable[[], AbstractContextManager[Path]]) -> Iterator[Lists]:
    with another_warehouse():
        build(["resource_type:seed"])
        candidate, first = publish("a", 1, None, "targeted")
        _, correction = publish("b", 2, first, "light_touch")
        yield Lists(candidate, first, correction)


def publish(mark: str, number: int, replaces: int | None, tier: str) -> tuple[int, int]:
    """A candidate of three schools and its edition; the first school has the tier."""
    with connect("support_admin") as connection:

        def made(query: str, *values: object) -> int:
            found = connection.execute(query, values).fetchone()  # type: ignore[arg-type]
            assert found is not None
            return int(found[0])

        assessment = made(
            "insert into control.assessment (authority, list_year, as_at, decisions_as_at, ruleset, purpose, input_hash) "
            "values ('999', 2027, '2026-06-30', '2026-06-30', '2026.3', 'annual', %s) returning assessment_id",
            mark,
        )
        candidate = made(
            "insert into publication.candidate (assessment_id, authority, authority_name, list_year, as_at, ruleset, "
            "content_hash, built_by_os_user, form) values (%s, '999', 'Fenmere', 2027, '2026-06-30', '2026.3', %s, 'officer', 2) "
            "returning candidate_id",
            assessment, mark * 64,
        )  # fmt: skip
        for urn in SCHOOLS:
            connection.execute(
                "insert into publication.support_list (candidate_id, urn, school_name, phase, sector, tier, tier_name, tier_rank, "
                "decided_by, coverage, support_days, reasons) "
                "select %s, %s, 'A school', 'primary', 'maintained', tier, tier_name, tier_rank, 'points', 1, support_days, 'Why.' "
                "from seeds.rule_tier where ruleset = '2026.3' and tier = %s",
                (candidate, urn, tier if urn == SCHOOLS[0] else "light_touch"),
            )
        approval = made(
            "insert into publication.approval (candidate_id, content_hash, decision, os_user, demonstration) "
            "values (%s, %s, 'approved', 'lead', false) returning approval_id",
            candidate, mark * 64,
        )  # fmt: skip
        edition = made(
            "insert into publication.edition (authority, list_year, edition, candidate_id, content_hash, approval_id, "
            "demonstration, manifest, replaces_edition_id, reason, circulation) "
            "values ('999', 2027, %s, %s, %s, %s, false, '{}', %s, %s, 'own') returning edition_id",
            number, candidate, mark * 64, approval, replaces, "A result was wrong." if replaces else None,
        )  # fmt: skip
        connection.execute(
            "insert into publication.current_edition (authority, list_year, edition_id) values ('999', 2027, %s) "
            "on conflict (authority, list_year) do update set edition_id = excluded.edition_id",
            (edition,),
        )
    return candidate, edition


def test_who_was_sent_what_and_when(lists: Lists) -> None:
    first = posting_of_edition("999/2027/1")
    assert first.edition_id == lists.first
    assert {row.kind for row in read_post(first)} == {None}
    with pytest.raises(SupportListError, match="No letter of edition 1"):
        record_dispatch(first, today(), "e-mail", person="officer")
    assert write_edition_letters(lists.first).letters == 3
    assert write_edition_letters(lists.first).letters == 3
    assert record_dispatch(first, today(), "e-mail", SCHOOLS[:2], person="officer") == Recorded(2, 0)
    assert record_dispatch(first, today(), "e-mail", person="officer") == Recorded(1, 2)
    assert record_dispatch(first, today(), "e-mail", person="officer") == Recorded(0, 3)
    post = read_post(first)
    assert [(row.urn, row.kind, row.sent_on, row.channel, row.recorded_by) for row in post] == [
        (urn, "final", today(), "e-mail", "officer") for urn in SCHOOLS
    ]
    assert {row.addressed_to for row in post} == {"The Head Teacher; The Chair of Governors"}


def test_a_letter_is_not_sent_before_it_is_written_nor_to_whom_it_was_not_written(lists: Lists) -> None:
    write_edition_letters(lists.first)
    first = posting_of_edition(str(lists.first))
    for day, channel, urns, said in (
        (today() - timedelta(days=1), "post", None, "was written by"),
        (today() + timedelta(days=1), "post", None, "is to come"),
        (today(), "post", ["990001", "990009"], "to 990009 of edition 1"),
        (today(), "pigeon", None, "no way that letters go"),
    ):
        with pytest.raises(SupportListError, match=said):
            record_dispatch(first, day, channel, urns, person="officer")
    assert {row.channel for row in read_post(first)} <= {"e-mail", None}


def test_a_correction_writes_to_whom_it_concerns_and_the_others_keep_their_letter(lists: Lists) -> None:
    write_edition_letters(lists.first)
    assert write_edition_letters(lists.correction).letters == 1
    current = posting_of_edition("999/2027")
    assert current.edition_id == lists.correction
    assert {row.urn: (row.kind, row.edition) for row in read_post(current)} == {
        "990001": ("correction", 2),
        "990002": ("final", 1),
        "990003": ("final", 1),
    }
    assert [row.kind for row in read_school_post("990001") if row.edition == 2] == ["correction"]


def test_draft_letters_wait_for_the_school_check(lists: Lists) -> None:
    assert read_candidate(lists.candidate).candidate.circulation == "own"
    with pytest.raises(SupportListError, match="was not opened"):
        write_draft_letters(lists.candidate)
    with connect("support_publisher") as connection:
        connection.execute(
            "insert into publication.school_check (candidate_id, authority, list_year, opened_on, closes_on, working_days, "
            "opened_by) values (%s, '999', 2027, '2026-06-08', '2026-06-19', 10, 'officer')",
            (lists.candidate,),
        )
    done = write_draft_letters(lists.candidate)
    assert (done.letters, len(list(done.folder.iterdir()))) == (3, 3)
    assert done.folder.stat().st_mode & 0o777 == 0o700
    assert {row.kind for row in read_post(posting_of_candidate(lists.candidate))} == {"draft"}


@pytest.mark.parametrize("table", ["letter", "dispatch", "output_file"])
def test_what_was_written_and_sent_is_never_changed(lists: Lists, table: str) -> None:
    write_edition_letters(lists.first)
    with (
        connect("support_admin") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="insert-only"),
    ):
        connection.execute(f"delete from publication.{table}")


def test_every_written_letter_is_recorded_as_a_file_of_its_edition(lists: Lists) -> None:
    write_edition_letters(lists.first)
    with connect("support_publisher") as connection:
        files = connection.execute(
            "select name, sha256 from publication.output_file where edition_id = %s order by name", (lists.first,)
        ).fetchall()
        letters = connection.execute(
            "select 'letters/' || urn || '.pdf', sha256 from publication.letter where edition_id = %s order by urn",
            (lists.first,),
        ).fetchall()
    assert files == letters


@pytest.mark.parametrize("named", ["999/2028", "999/2027/9", "12345", "nothing", "2027"])
def test_an_edition_that_is_not_there_is_named(lists: Lists, named: str) -> None:
    with pytest.raises(SupportListError, match=named):
        posting_of_edition(named)
