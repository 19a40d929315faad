"""What the assessments said and what inspectors found, one row a school."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd
from psycopg import Connection

from school_support.warehouse.connection import connect

BELOW_GOOD = 3


@dataclass(frozen=True)
class Window:
    """An as-at day and the days whose inspections are its truth: after as_at, up to and including until."""

    as_at: date
    until: date


# The weights were chosen on the first; nothing that became known after the second's day was used for them.
CHOSEN_ON = Window(date(2017, 6, 30), date(2018, 6, 30))
MEASURED_ON = Window(date(2018, 6, 30), date(2020, 2, 29))
DUE = "inspection_due"


def read_schools(assessment_id: int, window: Window) -> pd.DataFrame:
    """Every school of an assessment of England.

    Returns:
        One row a school: urn, phase, risk (0 to 1), risk_without_due (0 to 1), coverage; for each indicator
        `<indicator>.value`, `.n`, `.deviation` (shrunk less national) and `.share` (points out of those available);
        years_open, predecessor_grade, latest_grade, years_since_inspection; is_inspected, and is_below_good (grade 3 or 4 at the first graded inspection of
        the URN in the window; false where there was none).
    """
    with connect("support_transformer") as connection:
        schools = _frame(
            connection,
            """
            select
                urn, phase, risk::float as risk, coverage::float as coverage,
                (%(as_at)s - open_date) / 365.25::float as years_open
            from marts.school_tier inner join marts.dim_school using (assessment_id, urn)
            where assessment_id = %(id)s
            order by urn
            """,
            id=assessment_id,
            as_at=window.as_at,
        )
        domains = _frame(
            connection,
            "select urn, domain, risk_weight::float as weight, risk_points::float as points from marts.school_risk "
            "where assessment_id = %(id)s and risk_points is not null "
            # Sums of binary fractions depend on their order.
            "order by urn, domain",
            id=assessment_id,
        )
        indicators = _frame(
            connection,
            """
            select
                urn, indicator, value::float as value, n::float as n, (shrunk - national)::float as deviation,
                (points / nullif(points_available, 0))::float as share
            from marts.school_indicator where assessment_id = %(id)s
            """,
            id=assessment_id,
        )
        predecessors = _frame(
            connection,
            """
            select distinct on (urn) urn, overall_effectiveness::float as predecessor_grade
            from marts.fct_inspection where assessment_id = %(id)s and relates_to_predecessor
            order by urn, inspection_date desc, overall_effectiveness desc
            """,
            id=assessment_id,
        )
        latest = _frame(
            connection,
            "select urn, overall_effectiveness::float as latest_grade, "
            "(%(as_at)s - inspection_date) / 365.25::float as years_since_inspection "
            "from marts.fct_inspection where assessment_id = %(id)s and is_latest",
            id=assessment_id,
            as_at=window.as_at,
        )
        found = _frame(
            connection,
            """
            select distinct on (urn) urn, overall_effectiveness::float as grade
            from staging.stg_ofsted__inspections
            where told_as = 'history' and overall_effectiveness is not null
                and inspection_date > %(as_at)s and inspection_date <= %(until)s
            order by urn, inspection_date, overall_effectiveness desc
            """,
            as_at=window.as_at,
            until=window.until,
        )
    wide = indicators.pivot(index="urn", columns="indicator", values=["value", "n", "deviation", "share"])
    wide.columns = wide.columns.map("{0[1]}.{0[0]}".format)
    scored = domains[domains["domain"] != DUE].groupby("urn")[["points", "weight"]].sum()
    schools = schools.join((scored["points"] / scored["weight"]).rename("risk_without_due"), on="urn").join(
        wide, on="urn"
    )
    for more in (predecessors, latest, found):
        schools = schools.join(more.set_index("urn"), on="urn")
    return schools.assign(is_inspected=schools["grade"].notna(), is_below_good=schools["grade"] >= BELOW_GOOD).drop(
        columns="grade"
    )


def _frame(connection: Connection, query: str, **parameters: object) -> pd.DataFrame:
    cursor = connection.execute(query, parameters)
    assert cursor.description is not None  # noqa: S101  # a select has columns
    return pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description])
