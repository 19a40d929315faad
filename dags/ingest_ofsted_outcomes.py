"""### Ingest Ofsted's outcomes

Takes in inspection outcomes (monthly management information, the July 2018 outcomes workbook, the history file):
**land** new files, **load** them under their contracts, **accept** what passes gate 1, **stage** with dbt.
A broken file is quarantined with its reason in `landing.release`; the rest goes on.

*Schedule:* nightly at 02:30 London time. Ofsted publishes monthly, on no fixed day: looking every night costs seconds
and a school placed in special measures is known the next morning.
"""

from airflow.sdk import dag

from school_support.orchestration.failures import deadline, tell_of_failure
from school_support.orchestration.ingest import INGEST_PARAMS, ingest
from school_support.orchestration.tasks import DEFAULTS, london


@dag(
    schedule=london("30 2 * * *"),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    on_failure_callback=tell_of_failure,
    deadline=deadline(),
    params=INGEST_PARAMS,
    doc_md=__doc__,
    tags=["ingest", "nightly"],
)
def ingest_ofsted_outcomes() -> None:
    ingest(["ofsted_mi", "ofsted_outcomes", "ofsted_history"], staging=["inspections"])


ingest_ofsted_outcomes()
