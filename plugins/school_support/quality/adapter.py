"""The only module that speaks to Great Expectations, with its own kinds of expectation in `expecting`.

One run of a gate is one ephemeral context: no project folder, no YAML, no analytics. What decides is each rule's own
result and severity, never the checkpoint's `success`, which a failed warning makes false too. Importing this module
costs seconds, so it is imported where a gate runs.
"""

from __future__ import annotations

import itertools
import logging
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.base import ProgressBarsConfig
from psycopg.rows import dict_row
from sqlalchemy import event

from school_support.errors import SupportListError
from school_support.quality.expecting import NoRows, NoRowWhere
from school_support.quality.outcome import ROWS_SHOWN, RuleOutcome
from school_support.quality.rules import DATA_ENGINEER, Boundary, Rule
from school_support.warehouse.connection import connect, url

# Words of an error that is the server's, not the data's or the rule's.
SERVER_GONE = re.compile(r"OperationalError|AdminShutdown|CannotConnectNow|InterfaceError")

# The planner takes what a rule puts together for a row or two, and would look through all of one side for every row of the other.
PAIRED_BY_HASH = "enable_nestloop=off"
OURS = {kind.__name__: kind for kind in (NoRows, NoRowWhere)}


class GateRun:
    """A context of Great Expectations on the warehouse, closed by `with`."""

    def __init__(self, role: str, with_pages: bool = False) -> None:
        """
        Args:
            role: the warehouse role that reads.
            with_pages: keep of every rule what Great Expectations' page shows of it, for `write_pages`; a boundary's suite is then
                checked once in a run.
        """
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        # Whatever Great Expectations logs about a rule, its outcome says too.
        logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
        self._role = role
        self._with_pages = with_pages
        self._numbers = itertools.count(1)
        self._context = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False)
        self._source = self._context.data_sources.add_postgres(
            "warehouse", connection_string=f"{url(role)}?options={quote('-c ' + PAIRED_BY_HASH)}"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._source.get_engine().dispose()

    def check(self, boundaries: Sequence[Boundary]) -> list[RuleOutcome]:
        """Run every rule of every boundary; outcomes in the order of the rules.

        A rule that cannot be evaluated, is missing from the results, or a suite without rules, is a critical failure.

        Raises:
            SupportListError: the warehouse went away, so that nothing can be said about the data.
        """
        outcomes: list[RuleOutcome] = []
        for boundary in boundaries:
            if not boundary.rules:
                outcomes.append(_no_rules(boundary))
                continue
            definition = self._batch(boundary)
            batch = definition.get_batch()
            event.listen(
                batch.data.execution_engine.engine, "before_cursor_execute", _columns_of(boundary), retval=True
            )
            found = self._asked_and_kept(definition, boundary) if self._with_pages else _asked(batch, boundary)
            # Rules asked together are said to have failed with the words of one of them: these say their own.
            raised = [rule for rule in boundary.rules if (result := found.get(_id(boundary, rule))) and _raised(result)]
            for rule in raised if len(raised) > 1 else ():
                found |= _asked(batch, replace(boundary, rules=[rule]))
            outcomes += [self._outcome(boundary, rule, found.get(_id(boundary, rule))) for rule in boundary.rules]
        return outcomes

    def _batch(self, boundary: Boundary) -> Any:
        """The boundary's rows as a batch definition."""
        name = f"{boundary.suite} {next(self._numbers)}"
        return self._source.add_query_asset(name, query=boundary.query).add_batch_definition("all")

    def _outcome(self, boundary: Boundary, rule: Rule, result: Any) -> RuleOutcome:
        described: dict[str, Any] = {
            "rule_id": _id(boundary, rule),
            "owner": rule.owner,
            "sentence": rule.sentence,
            "how_to_resolve": rule.how_to_resolve,
        }
        not_evaluated = "The rule was not evaluated." if result is None else _raised(result)
        if not_evaluated is not None:
            if SERVER_GONE.search(not_evaluated):
                raise SupportListError(
                    f"PostgreSQL went away while the gate looked at {boundary.suite}; nothing was decided. Start it "
                    f"with `support-list up` and run again. It said: {not_evaluated}"
                )
            return RuleOutcome(**described, severity="critical", passed=False, detail=not_evaluated)
        if result.success:
            return RuleOutcome(**described, severity=rule.severity, passed=True)
        failing = self._failing_rows(boundary, rule.check.failing_rows)
        urns = {str(row["urn"]) for row in failing if row.get("urn") is not None}
        return RuleOutcome(
            **described,
            severity=rule.severity,
            passed=False,
            unexpected_count=len(failing),
            urns=tuple(sorted(urns)),
            detail="\n".join(_in_words(row, rule) for row in failing[:ROWS_SHOWN]),
        )

    def _failing_rows(self, boundary: Boundary, failing_rows: str) -> list[dict[str, Any]]:
        """All of them: Great Expectations itself names the first 20 of a rule and none of a query."""
        with connect(self._role) as connection, connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(f"set {PAIRED_BY_HASH}")
            query = f"with batch as ({boundary.query}) {failing_rows}"  # a suite's own text
            rows = cursor.execute(query).fetchall()
        return sorted(rows, key=lambda row: (row.get("_line") or 0, str(row.get("urn") or "")))

    def _asked_and_kept(self, definition: Any, boundary: Boundary) -> dict[str, Any]:
        """As `_asked`; pages are made of what a validation definition stores."""
        validation = gx.ValidationDefinition(
            name=boundary.suite, data=definition, suite=self._context.suites.add(_suite(boundary))
        )
        kept = self._context.validation_definitions.add(validation)
        return _by_rule(kept.run(result_format="SUMMARY", run_id=RunIdentifier(run_name="gate")))

    def write_pages(self, folder: Path) -> None:
        """Write Great Expectations' own page of every boundary that was checked into a folder; once a run, made with pages."""
        view = {"module_name": "school_support.quality.offline_view", "class_name": "OfflinePageView"}
        site: Any = {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
            "site_section_builders": {
                "profiling": "None",
                "expectations": {"view": view},
                "validations": {"view": view},
            },
        }
        self._context.add_data_docs_site("gate", site)
        self._context.build_data_docs(site_names=["gate"], build_index=False)


def _columns_of(boundary: Boundary) -> Callable[..., tuple[str, Any]]:
    """Great Expectations asks for all rows of a batch where it wants to know the columns; a national file would fill the memory."""

    def without_rows(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        return f"{statement} limit 0" if statement.strip() == boundary.query.strip() else statement, parameters

    return without_rows


def _id(boundary: Boundary, rule: Rule) -> str:
    return f"{boundary.suite}.{rule.id}"


def _suite(boundary: Boundary) -> gx.ExpectationSuite:
    return gx.ExpectationSuite(boundary.suite, expectations=[_expectation(boundary, rule) for rule in boundary.rules])


def _expectation(boundary: Boundary, rule: Rule) -> Any:
    kind: Any = OURS.get(rule.check.expectation) or getattr(gxe, rule.check.expectation)
    return kind(
        **rule.check.arguments,
        severity=rule.severity,
        description=rule.sentence,
        notes=f"{rule.severity}, {rule.owner}. {rule.how_to_resolve}",
        meta={"rule": _id(boundary, rule), "owner": rule.owner},
    )


def _asked(batch: Any, boundary: Boundary) -> dict[str, Any]:
    """Great Expectations' result of every rule, by its id.

    Whether a rule holds is all that is asked; what fails it, we fetch ourselves and whole.
    """
    return _by_rule(batch.validate(_suite(boundary), result_format="BOOLEAN_ONLY"))


def _by_rule(validated: Any) -> dict[str, Any]:
    return {result.expectation_config.meta["rule"]: result for result in validated.results}


def _raised(result: Any) -> str | None:
    """The words of an exception inside an expectation: one for the expectation, or one for each of its metrics."""
    exception_info: Mapping[str, Any] = result.exception_info
    entries = [exception_info] if "raised_exception" in exception_info else exception_info.values()
    messages = [str(entry["exception_message"]) for entry in entries if entry["raised_exception"]]
    return f"The rule could not be evaluated: {messages[0]}" if messages else None


def _no_rules(boundary: Boundary) -> RuleOutcome:
    return RuleOutcome(
        rule_id=f"{boundary.suite}.has_rules",
        owner=DATA_ENGINEER,
        severity="critical",
        passed=False,
        sentence="A gate evaluates at least one rule on every table.",
        how_to_resolve=f"The suite {boundary.suite} in expectations/ gave no rules: write or repair its function `rules`.",
    )


def _in_words(row: Mapping[str, Any], rule: Rule) -> str:
    """A failing row: where it is, and the values that the rule is about."""
    place = [f"{word} {row[name]}" for name, word in (("_line", "line"), ("urn", "URN")) if row.get(name) is not None]
    about = rule.check.shows or [name for name in row if name not in ("_line", "urn", "candidate_id")]
    values = [f"{name} {'(blank)' if row[name] is None else row[name]}" for name in about]
    return ": ".join(part for part in (", ".join(place), ", ".join(values)) if part)
