"""Find the suites in the folder `expectations/`: one file a boundary table, each with a function `rules`."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TypeVar, cast

from school_support.errors import SupportListError
from school_support.quality.rules import Boundary, Candidate, CandidateSuite, RawSuite, Release, Rule
from school_support.settings import settings

Subject = TypeVar("Subject", Release, Candidate)

# Suites of gate 2 and the frozen table that each looks at, in the order in which they are asked and read: what the list
# was made from, the rows themselves and where they come from, what is missing, what moved, what was late, the people, the
# money.
CANDIDATE_TABLES = {
    "candidate": "candidate",
    "candidate_ruleset": "candidate",
    "candidate_release": "candidate_release",
    "candidate_school": "school",
    "candidate_school_in_registers": "school",
    "candidate_result": "result",
    "candidate_result_in_files": "result",
    "candidate_inspection": "inspection",
    "candidate_inspection_in_files": "inspection",
    "candidate_school_indicator": "school_indicator",
    "candidate_indicator_figures": "school_indicator",
    "candidate_indicator_points": "school_indicator",
    "candidate_sentence": "school_indicator",
    "candidate_school_risk": "school_risk",
    "candidate_support_list": "support_list",
    "candidate_tier": "support_list",
    "candidate_reason": "support_list",
    "candidate_panel_decision": "panel_decision",
    "candidate_support_fairness": "support_fairness",
    "candidate_reconciliation": "school_indicator",
    "candidate_completeness": "support_list",
    "candidate_move": "support_list",
    "candidate_freshness": "candidate",
    "candidate_people": "support_list",
    "candidate_budget": "candidate",
}
# The releases behind a candidate are no table of their own.
RELEASES = """(
    select candidate.candidate_id, candidate.authority, candidate.as_at,
        coalesce(candidate.decisions_as_at, candidate.as_at) as decisions_as_at, pinned.usage, release.*
    from publication.candidate
    inner join control.assessment_release as pinned using (assessment_id)
    inner join landing.release as release using (release_id)
) as candidate_release"""


def raw_boundary(release: Release) -> Boundary:
    """The rows of a release under expectations/raw_<source>.py.

    Blank cells are null and columns that the layout lacks are left out, so that a rule on one fails loudly.

    Raises:
        SupportListError: the source has no suite, or two of its rules share an id.
    """
    suite = f"raw_{release.source}"
    cells = ", ".join(f"nullif(btrim({column}), '') as {column}" for column in sorted(release.columns))
    # The offset skips nothing: it keeps PostgreSQL from trimming a cell again for every rule that reads it.
    query = f"select _line, {cells} from raw.{release.source} where _release_id = {release.release_id} offset null"  # noqa: S608
    return Boundary(suite, query, _rules(cast(RawSuite, _suite(suite)), suite, release))


def candidate_boundaries(candidate: Candidate) -> list[Boundary]:
    """The frozen tables of a candidate under their suites. Raises SupportListError as `raw_boundary` does."""
    return [
        Boundary(
            suite,
            f"select * from {RELEASES if table == 'candidate_release' else f'publication.{table}'} "  # noqa: S608
            f"where candidate_id = {candidate.candidate_id}",
            _rules(cast(CandidateSuite, _suite(suite)), suite, candidate),
        )
        for suite, table in CANDIDATE_TABLES.items()
    ]


def approval_boundary(candidate: Candidate) -> Boundary:
    """A candidate beside its newest run of gate 2 and each decision on it. Raises SupportListError as `raw_boundary` does."""
    query = f"""
        select candidate.candidate_id, candidate.content_hash, candidate.demonstration, candidate.built_at,
            coalesce(candidate.built_by, candidate.built_by_os_user) as builder, run.passed, run.run_at,
            (
                select min(run_at) from quality.gate_run
                where gate = 'candidate' and subject_id = candidate.candidate_id and passed
            ) as first_passed_at,
            approval.approval_id, approval.decision, approval.content_hash as approved_hash, approval.decided_at,
            coalesce(approval.person, approval.os_user) as person, approval.demonstration as approved_as_demonstration
        from publication.candidate
        left join lateral (
            select passed, run_at from quality.gate_run
            where gate = 'candidate' and subject_id = candidate.candidate_id order by gate_run_id desc limit 1
        ) as run on true
        left join publication.approval using (candidate_id)
        where candidate_id = {candidate.candidate_id}
    """  # noqa: S608
    return Boundary("approval", query, _rules(cast(CandidateSuite, _suite("approval")), "approval", candidate))


def _suite(name: str) -> RawSuite | CandidateSuite:
    return cast(RawSuite | CandidateSuite, _module(settings().expectations, name).rules)


@lru_cache(maxsize=64)
def _module(folder: Path, name: str) -> ModuleType:
    path = folder / f"{name}.py"
    specification = importlib.util.spec_from_file_location(f"expectations_{name}", path)
    if not path.is_file() or specification is None or specification.loader is None:
        raise SupportListError(
            f"There is no suite {path}. Nothing passes a gate without rules: write the file, with a function `rules`."
        )
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def _rules(make: Callable[[Subject], Sequence[Rule]], suite: str, subject: Subject) -> Sequence[Rule]:
    rules = make(subject)
    doubled = [name for name, times in Counter(rule.id for rule in rules).items() if times > 1]
    if doubled:
        raise SupportListError(f"Suite {suite} has two rules called {', '.join(doubled)}: give each its own id.")
    return rules
