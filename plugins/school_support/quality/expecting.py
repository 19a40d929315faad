"""Expectations of our own, for what no built-in one asks: that a query over the rows, or a condition on each, finds none.

Part of the adapter: nothing else imports this.
"""

from __future__ import annotations

from typing import Any, ClassVar

import sqlalchemy as sa
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_partial, metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.validator.metric_configuration import MetricConfiguration


class NoRows(UnexpectedRowsExpectation):
    """That a query gives no rows, asked once: its parent asks a second time, for rows that we fetch ourselves."""

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    def _validate(self, metrics: dict[str, Any], *arguments: Any, **named: Any) -> Any:
        return super()._validate({**metrics, "unexpected_rows_query.table": None}, *arguments, **named)


class Condition(TableMetricProvider):
    """The condition as an expression.

    Great Expectations puts into one statement what it can ask at the same step, and it asks of columns in the step after their
    conditions. A step of its own for ours, behind the columns' names as theirs, lets the counts of both be one statement.
    """

    metric_name = "table.rows_where.condition"
    value_keys = ("condition",)

    @metric_value(engine=SqlAlchemyExecutionEngine)
    def _expression(cls, metric_value_kwargs: dict[str, Any], **_: Any) -> Any:
        return sa.literal_column(f"({metric_value_kwargs['condition']})")

    @classmethod
    def _get_evaluation_dependencies(cls, metric: MetricConfiguration, *_: Any, **__: Any) -> Any:
        return {"table.columns": MetricConfiguration("table.columns", metric.metric_domain_kwargs)}


class RowsWhere(TableMetricProvider):
    """How many rows meet a condition."""

    metric_name = "table.rows_where"
    value_keys = ("condition",)

    @metric_partial(
        engine=SqlAlchemyExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _count(cls, metric_domain_kwargs: dict[str, Any], metrics: dict[str, Any], **_: Any) -> Any:
        return sa.func.count().filter(metrics[Condition.metric_name]), metric_domain_kwargs, {}

    @classmethod
    def _get_evaluation_dependencies(cls, metric: MetricConfiguration, *arguments: Any, **named: Any) -> Any:
        # The partial metric is ours to describe; that the whole depends on it, the parent knows.
        found = super()._get_evaluation_dependencies(metric, *arguments, **named)
        if metric.metric_name != cls.metric_name:
            found[Condition.metric_name] = MetricConfiguration(
                Condition.metric_name, metric.metric_domain_kwargs, metric.metric_value_kwargs
            )
        return found


class NoRowWhere(BatchExpectation):
    """That no row meets a condition on its own cells; all such conditions and those on columns share one statement."""

    condition: str
    metric_dependencies: ClassVar[tuple[str, ...]] = (RowsWhere.metric_name,)
    success_keys: ClassVar[tuple[str, ...]] = ("condition",)

    def _validate(self, metrics: dict[str, Any], *_: Any, **__: Any) -> Any:
        rows = metrics[RowsWhere.metric_name]
        return {"success": rows == 0, "result": {"observed_value": rows}}
