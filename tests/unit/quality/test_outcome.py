from school_support.quality.outcome import RuleOutcome
from school_support.quality.rules import Severity


def outcome(severity: Severity, passed: bool, **more: object) -> RuleOutcome:
    return RuleOutcome(
        rule_id="a_table.a_rule",
        owner="data engineer",
        severity=severity,
        passed=passed,
        sentence="Every school has a tier.",
        how_to_resolve="Build again.",
        **more,  # type: ignore[arg-type]
    )


def test_only_a_failed_critical_rule_stops() -> None:
    assert outcome("critical", passed=False).stops
    assert not outcome("critical", passed=True).stops
    assert not outcome("warning", passed=False).stops
    assert not outcome("info", passed=False).stops


def test_only_a_failed_warning_warns() -> None:
    assert outcome("warning", passed=False).warns
    assert not outcome("warning", passed=True).warns
    assert not outcome("critical", passed=False).warns
    assert not outcome("info", passed=False).warns


def test_a_failure_says_rule_sentence_schools_rows_and_remedy() -> None:
    failed = outcome("critical", passed=False, urns=("110001", "110002"), detail="line 2\nline 7")
    assert failed.said() == (
        "a_table.a_rule: Every school has a tier. Schools: 110001, 110002.\n"
        "  line 2\n"
        "  line 7\n"
        "  To resolve: Build again."
    )


def test_many_schools_are_counted_where_asked() -> None:
    urns = tuple(f"11{number:04d}" for number in range(1200))
    assert "Schools: 110000, 110001 and 1,198 more." in outcome("critical", passed=False, urns=urns).said(2)
    assert "more" not in outcome("critical", passed=False, urns=urns).said()


def test_a_failure_of_no_school_names_none() -> None:
    assert "Schools" not in outcome("critical", passed=False, detail="rows 3").said()


def test_most_severe_first() -> None:
    ranks = [
        outcome("critical", passed=False).rank,
        outcome("warning", passed=False).rank,
        outcome("info", passed=False).rank,
    ]
    assert ranks == [0, 1, 2]
