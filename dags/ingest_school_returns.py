"""### Ingest returns of schools, local intelligence and panel decisions

**Empties the inbox**: every file that a school or officer dropped is taken in, sent back with its faults by cell, or
refused, and answered by a note in the folder `answers` beside it. Then, as for every source, files that a folder's
index lists are **landed**, **loaded**, **accepted** at gate 1 and **staged** with dbt. What is received counts from the
day of receipt. A file that looks like a list of pupils is never kept.

*Schedule:* daily at 05:00 London time. Returns come in for weeks around the end of each term and corrections at any
time; a school has its answer the next morning. An empty inbox costs seconds.
"""

from typing import Any

from airflow.sdk import dag, task

from school_support.orchestration.failures import deadline, tell_of_failure
from school_support.orchestration.ingest import INGEST_PARAMS, ingest
from school_support.orchestration.tasks import DEFAULTS, handed_on, london


@dag(
    schedule=london("0 5 * * *"),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    on_failure_callback=tell_of_failure,
    deadline=deadline(),
    params=INGEST_PARAMS,
    doc_md=__doc__,
    tags=["ingest", "nightly", "termly"],
)
def ingest_school_returns() -> None:
    @task
    def empty_the_inbox() -> Any:
        """Take in, send back or refuse what was dropped, with a note for each file."""
        from school_support.returns.inbox import empty_inbox

        return handed_on(empty_inbox())

    landed = ingest(["school_returns", "local_intelligence", "panel_decisions"], staging=["local"])
    empty_the_inbox() >> landed


ingest_school_returns()
