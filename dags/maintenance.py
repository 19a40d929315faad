"""### Maintenance

**Remove** the folders of dbt runs and Data Docs that are older than 90 days and that no edition rests on; the
results themselves stay as rows in `quality`. **Forget** the marts of monitoring assessments as old; the news they brought
stay. **Vacuum** the raw tables, which only grow by appending.

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
    @task
    def remove_old_folders() -> object:
        """Delete what is older than 90 days and not pointed to."""
        from school_support.warehouse import housekeeping

        return handed_on(housekeeping.remove_old_folders())

    @task(pool=BUILD_POOL)
    def forget_old_watches() -> object:
        """Delete the marts of monitoring assessments older than 90 days."""
        from school_support.warehouse import housekeeping

        return handed_on(housekeeping.forget_old_watches())

    @task(pool=BUILD_POOL)
    def vacuum_raw() -> object:
        """Vacuum and analyse every raw table."""
        from school_support.warehouse import housekeeping

        return handed_on(housekeeping.vacuum_raw())

    remove_old_folders()
    forget_old_watches()
    vacuum_raw()


maintenance()
