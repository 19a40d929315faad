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

# Suites of gate 2 and the frozen table that each looks at, in the order in which people read their results.
CANDIDATE_TABLES = {
    "candidate": "candidate",
    "candidate_support_list": "support_list",
    "candidate_school": "school",
    "candidate_school_risk": "school_risk",
    "candidate_school_indicator": "school_indicator",
    "candidate_inspection": "inspection",
    "candidate_result": "result",
    "candidate_support_fairness": "support_fairness",
    "candidate_people": "support_list",
}


def raw_boundary(release: Release) -> Boundary:
    """The rows of a release under expectations/raw_<source>.py.

    Blank cells are null and columns that the layout lacks are left out, so that a rule on one fails loudly.

    Raises:
        SupportListError: the source has no suite, or two of its rules share an id.
    """
    suite = f"raw_{release.source}"
    cells = ", ".join(f"nullif(btrim({column}), '') as {column}" for column in sorted(release.columns))
    query = f"select _line, {cells} from raw.{release.source} where _release_id = {release.release_id}"  # noqa: S608
    return Boundary(suite, query, _rules(cast(RawSuite, _suite(suite)), suite, release))


def candidate_boundaries(candidate: Candidate) -> list[Boundary]:
    """The frozen tables of a candidate under their suites. Raises SupportListError as `raw_boundary` does."""
    return [
        Boundary(
            suite,
            f"select * from publication.{table} where candidate_id = {candidate.candidate_id}",  # noqa: S608
            _rules(cast(CandidateSuite, _suite(suite)), suite, candidate),
        )
        for suite, table in CANDIDATE_TABLES.items()
    ]


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
