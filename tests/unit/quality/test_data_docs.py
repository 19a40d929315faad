from pathlib import Path

from school_support.quality.data_docs import write_index
from school_support.quality.outcome import RuleOutcome
from school_support.quality.rules import Severity


def outcome(rule_id: str, severity: Severity, passed: bool, **more: object) -> RuleOutcome:
    return RuleOutcome(
        rule_id=rule_id,
        owner="data engineer",
        severity=severity,
        passed=passed,
        sentence="Every <school> has a tier.",
        how_to_resolve="Build again.",
        **more,  # type: ignore[arg-type]
    )


def written(folder: Path, *outcomes: RuleOutcome) -> str:
    page = folder / "validations" / "a_table" / "gate" / "20200101" / "warehouse-a_table 1.html"
    page.parent.mkdir(parents=True)
    page.touch()
    write_index(folder, "candidate 7", outcomes)
    return (folder / "index.html").read_text(encoding="utf-8")


def test_a_critical_failure_is_first_and_says_not_passed(tmp_path: Path) -> None:
    text = written(
        tmp_path,
        outcome("a_table.warns", "warning", passed=False, urns=("110002",)),
        outcome(
            "a_table.stops", "critical", passed=False, urns=("110001", "110003"), detail="URN 110001: tier (blank)"
        ),
    )
    assert "Not passed: 1 critical rule failed." in text
    assert "1 warning to look at." in text
    assert text.index("a_table.stops") < text.index("a_table.warns")
    assert "2 schools: 110001, 110003" in text
    assert "URN 110001: tier (blank)" in text


def test_a_warning_alone_passes_and_is_shown(tmp_path: Path) -> None:
    text = written(tmp_path, outcome("a_table.warns", "warning", passed=False))
    assert "Passed." in text
    assert "Not passed" not in text
    assert "1 warning to look at." in text


def test_the_page_leads_to_that_of_each_table_and_needs_no_network(tmp_path: Path) -> None:
    text = written(tmp_path, outcome("a_table.holds", "critical", passed=True))
    assert 'href="validations/a_table/gate/20200101/warehouse-a_table%201.html"' in text
    assert "What to look at" not in text
    assert "http" not in text
    assert "<script" not in text


def test_what_comes_from_data_is_escaped(tmp_path: Path) -> None:
    text = written(tmp_path, outcome("a_table.stops", "critical", passed=False, detail="name <b>x</b>"))
    assert "<b>x</b>" not in text
    assert "Every &lt;school&gt; has a tier." in text
