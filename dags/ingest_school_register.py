"""### Ingest the register of schools

Takes in the registers (Get Information About Schools with its links, the performance tables' school lists):
**land** new files, **load** them under their contracts, **accept** what passes gate 1, **stage** with dbt.
A broken file is quarantined with its reason in `landing.release`; the rest goes on.

*Schedule:* nightly at 02:00 London time, because the register is published daily. Nothing new means nothing done.
"""

from airflow.sdk import dag

from school_support.orchestration.failures import deadline, tell_of_failure
from school_support.orchestration.ingest import INGEST_PARAMS, ingest
from school_support.orchestration.tasks import DEFAULTS, london


@dag(
    schedule=london("0 2 * * *"),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    on_failure_callback=tell_of_failure,
    deadline=deadline(),
    params=INGEST_PARAMS,
    doc_md=__doc__,
    tags=["ingest", "nightly"],
)
def ingest_school_register() -> None:
    register = ["gias", "gias_links", "school_spine", "school_information"]
    ingest([*register, "gias_groups", "gias_group_links", "gias_governance"], staging=["register"])


ingest_school_register()
