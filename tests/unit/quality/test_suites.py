import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from school_support.errors import SupportListError
from school_support.quality import suites
from school_support.quality.rules import Candidate, Release, Rule
from school_support.settings import settings
from school_support.sources.contract import load_sources

CANDIDATE = Candidate(
    demonstration=False,
    candidate_id=7,
    assessment_id=3,
    authority="999",
    list_year=2020,
    recomputed_hash="0" * 64,
    overdue=("dfe_ks2: late",),
)


def release(source: str, layout: str, academic_year: int | None = 2018) -> Release:
    columns = next(found.columns for found in load_sources()[source].layouts if found.layout == layout)
    return Release(
        release_id=12,
        source=source,
        file_name="a file",
        academic_year=academic_year,
        snapshot_date=None,
        known_from=date(2019, 4, 15),
        rows=100,
        columns=frozenset(columns),
    )


def every_layout() -> list[tuple[str, str]]:
    return [(source.name, layout.layout) for source in load_sources().values() for layout in source.layouts]


def every_rule() -> list[Rule]:
    raw = [suites.raw_boundary(release(source, layout)) for source, layout in every_layout()]
    return [rule for boundary in [*raw, *suites.candidate_boundaries(CANDIDATE)] for rule in boundary.rules]


@pytest.mark.parametrize(("source", "layout"), every_layout())
def test_every_layout_of_every_source_has_rules_on_columns_that_it_has(source: str, layout: str) -> None:
    subject = release(source, layout)
    boundary = suites.raw_boundary(subject)
    assert any(rule.severity == "critical" for rule in boundary.rules)
    named = {rule.check.arguments["column"] for rule in boundary.rules if "column" in rule.check.arguments}
    assert named <= subject.columns


@pytest.mark.parametrize(("source", "layout"), every_layout())
def test_no_rule_reads_a_column_that_a_release_of_the_layout_may_lack(source: str, layout: str) -> None:
    described = next(found for found in load_sources()[source].layouts if found.layout == layout)
    certain = {name for name, column in described.columns.items() if column.header not in described.optional}
    lacking = set(load_sources()[source].columns) - certain
    boundary = suites.raw_boundary(replace(release(source, layout), columns=frozenset(certain)))
    for rule in boundary.rules:
        if rule.id != "rows_like_the_last_release":  # reads the ledger, which has names of its own
            assert not lacking.intersection(re.findall(r"\w+", re.sub(r"'[^']*'", "", rule.check.failing_rows))), (
                rule.id
            )


def test_every_file_in_expectations_is_a_suite_that_a_gate_runs() -> None:
    written = {path.stem for path in settings().expectations.glob("*.py")}
    assert written == {f"raw_{source}" for source in load_sources()} | set(suites.CANDIDATE_TABLES) | {"approval"}


def test_every_rule_is_an_english_sentence_with_an_owner_and_a_remedy() -> None:
    for rule in every_rule():
        assert rule.sentence[0].isupper(), rule.id
        assert rule.sentence.endswith("."), rule.id
        assert rule.how_to_resolve.endswith("."), rule.id
        assert rule.owner in ("data engineer", "school improvement lead"), rule.id
        assert rule.severity in ("critical", "warning", "info"), rule.id
        assert rule.id.islower(), rule.id


def test_blank_cells_are_null_and_missing_columns_left_out() -> None:
    boundary = suites.raw_boundary(release("dfe_absence", "absence_2017"))
    assert boundary.suite == "raw_dfe_absence"
    assert boundary.query == (
        "select _line, nullif(btrim(estab), '') as estab, nullif(btrim(la_code), '') as la_code, "
        "nullif(btrim(overall_absence_pct), '') as overall_absence_pct, "
        "nullif(btrim(persistent_absence_10_pct), '') as persistent_absence_10_pct, nullif(btrim(urn), '') as urn "
        "from raw.dfe_absence where _release_id = 12 offset null"
    )


def test_the_rows_of_a_candidate_are_its_own() -> None:
    queries = {boundary.suite: boundary.query for boundary in suites.candidate_boundaries(CANDIDATE)}
    assert queries["candidate_support_list"] == "select * from publication.support_list where candidate_id = 7"
    assert queries["candidate"] == "select * from publication.candidate where candidate_id = 7"


def test_progress_may_have_figures_except_where_it_was_not_measured() -> None:
    def ids(year: int) -> set[str]:
        return {rule.id for rule in suites.raw_boundary(release("dfe_ks2", "ks2_tables_2018", year)).rules}

    assert "no_progress_in_2024_and_2025" not in ids(2023)
    assert "no_progress_in_2024_and_2025" in ids(2024)
    assert "no_progress_in_2024_and_2025" in ids(2025)
    assert "no_progress_in_2024_and_2025" not in ids(2026)


def test_a_source_without_a_suite_is_refused() -> None:
    subject = replace(release("dfe_absence", "absence_2017"), source="dfe_weather")
    with pytest.raises(SupportListError, match=r"no suite .*raw_dfe_weather\.py"):
        suites.raw_boundary(subject)


def test_two_rules_of_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite = tmp_path / "expectations" / "raw_dfe_absence.py"
    suite.parent.mkdir()
    suite.write_text(
        "from school_support.quality.raw_rules import six_digit_urns\n"
        "def rules(release):\n    return [six_digit_urns(), six_digit_urns()]\n"
    )
    monkeypatch.setattr(settings(), "project", tmp_path)
    with pytest.raises(SupportListError, match="two rules called urn_has_six_digits"):
        suites.raw_boundary(release("dfe_absence", "absence_2017"))
