"""### Maintenance

**Sweep** away what is old and rests on nothing: folders of dbt runs and Data Docs, draft letters of lists that were never
published, answers beside the inbox, quarantined files, logs, marts of past nights, rows of the history. **Clean** Airflow's
own database. **Vacuum** the raw tables, which only grow by appending. Editions and all that they rest on are never touched:
`docs/retention.md` says what is kept how long. `support-list maintenance --dry-run` shows what would go.

*Schedule:* Sundays at 04:00 London time, when nothing else runs.
"""

from airflow.sdk import dag, task

from school_support.orchestration.failures import tell_of_failure
from school_support.orchestration.names import BUILD_POOL
from school_support.orchestration.tasks import DEFAULTS, handed_on, london


@dag(
    schedule=london("0 4 * * 0"),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    on_failure_callback=tell_of_failure,
    doc_md=__doc__,
    tags=["maintenance", "weekly"],
)
def maintenance() -> None:
    @task(pool=BUILD_POOL)
    def sweep() -> object:
        """Delete what is older than the settings say; how much it was."""
        from school_support.warehouse import housekeeping

        return handed_on(housekeeping.sweep())

    @task
    def clean_airflow() -> object:
        """Delete old runs from Airflow's database."""
        from school_support.orchestration.own_database import clean_airflow as clean

        return handed_on(clean())

    @task(pool=BUILD_POOL)
    def vacuum_raw() -> object:
        """Vacuum and analyse every raw table."""
        from school_support.warehouse import housekeeping

        return handed_on(housekeeping.vacuum_raw())

    sweep() >> vacuum_raw()
    clean_airflow()


maintenance()
