"""A ruleset version that is out never changes: its hash over the rule_* seeds is held by dbt_project/rulesets.sha256."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from school_support.assessment.rulesets import faults, hash_of, hashes_in_seeds, read_record, record
from school_support.errors import SupportListError
from school_support.settings import settings

Edit = Callable[[str, str, str], None]


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edit:
    """A copy of the project's seeds and record to change: seed, text, its replacement."""
    original = settings().dbt_project
    shutil.copytree(original / "seeds", tmp_path / "dbt_project" / "seeds")
    shutil.copy(original / "rulesets.sha256", tmp_path / "dbt_project")
    monkeypatch.setattr(settings(), "project", tmp_path)

    def change(seed: str, text: str, replacement: str) -> None:
        path = tmp_path / "dbt_project" / "seeds" / f"{seed}.csv"
        content = path.read_text(encoding="utf-8")
        assert text in content
        path.write_text(content.replace(text, replacement, 1), encoding="utf-8")

    return change


def test_the_rules_are_those_recorded() -> None:
    wrong = faults(read_record(), hashes_in_seeds())
    assert not wrong, "\n".join(wrong)


def test_every_ruleset_that_an_authority_uses_is_recorded() -> None:
    named = (settings().dbt_project / "seeds" / "authority_ruleset.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert {line.split(",")[2] for line in named} <= set(read_record())


def test_one_digit_more_is_found_and_the_message_says_what_to_do(edit: Edit) -> None:
    edit(
        "rule_tier",
        "2019.2,high,High level intervention,4,0.6000,22.0",
        "2019.2,high,High level intervention,4,0.6000,22.5",
    )
    [said] = faults(read_record(), hashes_in_seeds())
    assert said.startswith("The rows of ruleset 2019.2 in the rule_* seeds are not those recorded.")
    assert "copy the version's rows to a new one" in said
    with pytest.raises(SupportListError, match=r"ruleset 2019\.2"):
        record()


def test_a_row_left_out_is_found(edit: Edit) -> None:
    edit("rule_year_weight", "2026.3,3,1\n", "")
    assert [said[:24] for said in faults(read_record(), hashes_in_seeds())] == ["The rows of ruleset 2026"]


def test_a_value_that_changes_its_column_is_found(edit: Edit) -> None:
    before = hash_of("2019.2")
    edit("rule_ruleset", "likely_probability,possible_probability", "possible_probability,likely_probability")
    assert hash_of("2019.2") != before


def test_order_of_rows_and_a_new_blank_column_change_no_version(edit: Edit, tmp_path: Path) -> None:
    before = hashes_in_seeds()
    path = tmp_path / "dbt_project" / "seeds" / "rule_year_weight.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([f"{header},until", *(f"{row}," for row in reversed(rows))]) + "\n", encoding="utf-8")
    assert hashes_in_seeds() == before


def test_a_new_version_is_recorded_beside_the_others(edit: Edit) -> None:
    before = read_record()
    edit("rule_year_weight", "2019.2,1,3\n", "2019.2,1,3\n2031.1,1,1\n")
    assert record().keys() == before.keys() | {"2031.1"}
    assert {version: read_record()[version] for version in before} == before


def test_a_version_that_no_edition_has_used_is_recorded_again_by_name_alone(edit: Edit) -> None:
    before = read_record()
    edit("rule_tier", "2026.3,high,", "2026.3,highest,")
    with pytest.raises(SupportListError, match=r"2026\.3"):
        record()
    assert read_record() == before
    record(["2026.3"])
    assert read_record()["2019.2"] == before["2019.2"]
    assert read_record()["2026.3"] == hash_of("2026.3") != before["2026.3"]


def test_a_version_that_is_gone_is_found(edit: Edit) -> None:
    [said] = faults({**read_record(), "2018.1": "0" * 64}, hashes_in_seeds())
    assert said.startswith("Ruleset 2018.1 is recorded and gone")


def test_a_name_that_no_seed_has_is_refused_and_has_no_hash(edit: Edit) -> None:
    with pytest.raises(SupportListError, match=r"No rule_\* seed has a ruleset 2099\.9"):
        record(["2099.9"])
    assert hash_of("2099.9") is None
