"""What came out of a gate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from school_support.quality.rules import Severity

# A person reads the first rows and opens the Data Docs for the rest.
ROWS_SHOWN = 10


@dataclass(frozen=True)
class RuleOutcome:
    """One rule after it ran.

    `rule_id` is `suite.id`. `unexpected_count` counts failing rows, None where the rule looks at the table as a
    whole; `urns` are all schools that fail, sorted; `detail` says what is wrong in the first rows, a line each.
    """

    rule_id: str
    owner: str
    severity: Severity
    passed: bool
    sentence: str
    how_to_resolve: str
    unexpected_count: int | None = None
    urns: tuple[str, ...] = ()
    detail: str | None = None

    @property
    def stops(self) -> bool:
        """Whether this closes the gate."""
        return not self.passed and self.severity == "critical"

    @property
    def warns(self) -> bool:
        """Whether a person should look at this although the gate is open."""
        return not self.passed and self.severity == "warning"

    @property
    def rank(self) -> int:
        """Most severe first."""
        return ("critical", "warning", "info").index(self.severity)

    def said(self, most_urns: int | None = None) -> str:
        """The failure in words: rule, sentence, schools, first rows, remedy.

        Args:
            most_urns: name at most so many schools; None names all.
        """
        named = self.urns[:most_urns]
        more = len(self.urns) - len(named)
        schools = f" Schools: {', '.join(named)}{f' and {more:,} more' if more else ''}." if named else ""
        rows = "".join(f"\n  {line}" for line in self.detail.splitlines()) if self.detail else ""
        return f"{self.rule_id}: {self.sentence}{schools}{rows}\n  To resolve: {self.how_to_resolve}"


@dataclass(frozen=True)
class ReleaseVerdict:
    """Gate 1 over one release. `reason` says why it was quarantined, `warnings` what a person should look at."""

    release_id: int
    source: str
    file_name: str
    accepted: bool
    reason: str | None
    warnings: tuple[str, ...]
    data_docs: Path | None


@dataclass(frozen=True)
class GateResult:
    """Gate 2 over one candidate: every rule with its outcome; `warnings` in words, for whoever approves."""

    candidate_id: int
    gate_run_id: int
    passed: bool
    rules: tuple[RuleOutcome, ...]
    warnings: tuple[str, ...]
    data_docs: Path
