"""Once an edition is out, nothing is assessed or published under its ruleset with other rows; a demonstration blocks nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import pytest

from school_support.assessment.prepare import prepare_assessment
from school_support.errors import SupportListError
from school_support.publication import approve
from school_support.publication.approve import record_decision
from school_support.publication.content import content_hash
from school_support.publication.edition import Published, publish_candidate
from school_support.settings import settings
from school_support.status import read_status
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build

AS_AT = date(2026, 6, 30)
RULE = "2026.3,targeted,Targeted support,3,0.4500,10.0"


@pytest.fixture(autouse=True)
def empty_warehouse(another_warehouse: Callable[[], AbstractContextManager[Path]]) -> Iterator[None]:
    with another_warehouse():
        build(["resource_type:seed"])
        yield


def candidate(list_year: int, demonstration: bool = False) -> int:
    """A candidate without schools that passed its gate."""
    assessment_id = prepare_assessment("999", list_year, AS_AT)
    with connect("support_publisher") as connection:

        def insert(said: str) -> int:
            made = connection.execute(
                "insert into publication.candidate (assessment_id, authority, authority_name, list_year, as_at, ruleset, "
                "content_hash, built_by_os_user, demonstration, form) select assessment_id, authority, 'Fenmere', list_year, as_at, "
                "ruleset, %s, 'builder', %s, 2 from control.assessment where assessment_id = %s returning candidate_id",
                (said, demonstration, assessment_id),
            ).fetchone()
            assert made is not None
            return int(made[0])

        candidate_id = insert(content_hash(connection, insert("0" * 64)))
        connection.execute(
            "insert into quality.gate_run (gate, subject_id, passed, critical_failures, warnings) "
            "values ('candidate', %s, true, 0, 0)",
            (candidate_id,),
        )
    return candidate_id


def published(candidate_id: int, person: str, monkeypatch: pytest.MonkeyPatch) -> Published:
    monkeypatch.setattr(approve.getpass, "getuser", lambda: person)
    record_decision(candidate_id, "approved")
    return publish_candidate(candidate_id, "Other rules.")


def change_a_rule(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(settings().dbt_project / "seeds", folder / "dbt_project" / "seeds")
    seed = folder / "dbt_project" / "seeds" / "rule_tier.csv"
    content = seed.read_text(encoding="utf-8")
    assert RULE in content
    seed.write_text(content.replace(RULE, RULE.replace("10.0", "11.0")), encoding="utf-8")
    (folder / "expectations").symlink_to(settings().expectations)
    monkeypatch.setattr(settings(), "project", folder)


def rulesets_in_status() -> list[tuple[str, ...]]:
    [table] = [table for table in read_status() if table.title == "Rulesets in use"]
    return list(zip(*(map(str, column.cells) for column in table.columns), strict=True))


def test_an_edition_settles_its_ruleset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = candidate(2028)
    assert rulesets_in_status() == []
    published(candidate(2027), "lead", monkeypatch)
    assert [(row[0], row[1], row[3]) for row in rulesets_in_status()] == [
        ("2026.3", "999, list year 2027, edition 1", "unchanged")
    ]
    published(waiting, "lead", monkeypatch)

    change_a_rule(tmp_path, monkeypatch)
    with pytest.raises(
        SupportListError, match=r"Ruleset 2026\.3 was changed after edition 1 of list year 2027.*copy the"
    ):
        prepare_assessment("999", 2029, AS_AT)
    with pytest.raises(SupportListError, match=r"Ruleset 2026\.3 was changed"):
        prepare_assessment("999", 2029, AS_AT, "what_if")
    assert "changed" in rulesets_in_status()[0][3]
    # Another version is another matter.
    assert prepare_assessment("999", 2019, AS_AT, ruleset="2019.2")


def test_a_demonstration_settles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published(candidate(2027, demonstration=True), "builder", monkeypatch)
    assert rulesets_in_status() == []
    change_a_rule(tmp_path, monkeypatch)
    assert prepare_assessment("999", 2029, AS_AT)


def test_what_was_assessed_before_another_edition_settled_other_rows_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = candidate(2027)
    with monkeypatch.context() as changed:
        change_a_rule(tmp_path, changed)
        published(candidate(2028), "lead", changed)
    with pytest.raises(SupportListError, match=r"Ruleset 2026\.3 was changed after edition 1 of list year 2028"):
        published(early, "lead", monkeypatch)
