"""### Watch the schools of the list

The year after a list, night by night: **judge** the schools again with what is known today (a monitoring assessment,
which can never be published; without anything new that of a night of the last week serves again), **compare** with the
current edition, and keep what is new in `bi.watch_v1`: a gate that a
school now meets or no longer meets, another computed tier, a report published, a return missing, a panel decision that
ends. **One alert** a run lists the news by kind and school and says what to do; it goes to the log and, where the Airflow
connection `support_list_alerts` is defined, to a webhook (type `http`) or by e-mail (type `smtp`). No news, no alert.

No tier changes here. A tier changed in the year is a correction edition: propose the list again as at a later day.

*Schedule:* nightly at 06:30 London time, after the ingests.
"""

from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from school_support.orchestration.failures import deadline, tell_of_failure
from school_support.orchestration.names import BUILD_POOL
from school_support.orchestration.request import WATCH_PARAMS, day_of_run, requested_watch
from school_support.orchestration.tasks import DEFAULTS, handed_on, london


@dag(
    schedule=london("30 6 * * *"),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    on_failure_callback=tell_of_failure,
    deadline=deadline(),
    params=WATCH_PARAMS,
    doc_md=__doc__,
    tags=["watch", "nightly"],
)
def watch_schools() -> None:
    @task
    def prepare_assessment() -> int:
        """The monitoring assessment of the day; without a published list there is nothing to watch."""
        from school_support.publication import watch

        authority, as_at = requested_watch(get_current_context()["params"], day_of_run())
        assessment_id = watch.prepare_watch(authority, as_at)
        if assessment_id is None:
            raise AirflowSkipException(f"Authority {authority} has no list from before {as_at}.")
        return assessment_id

    @task(pool=BUILD_POOL)
    def build_assessment(assessment_id: int) -> int:
        """Build its marts, unless they are there."""
        from school_support.assessment import prepare

        prepare.build_missing(assessment_id)
        return assessment_id

    @task
    def compare_with_edition(assessment_id: int) -> object:
        """Record what is new since the edition, and leave the message about it to be sent."""
        from school_support.publication import watch

        _, as_at = requested_watch(get_current_context()["params"], day_of_run())
        return handed_on(watch.record_watch(assessment_id, as_at))

    @task
    def alert() -> str | None:
        """Send the one message of this run, if there is news, and what an earlier run could not send; the way it went."""
        from school_support.orchestration import alerts
        from school_support.publication import outbox

        return next(iter(outbox.send_waiting(alerts.send)), None)

    compare_with_edition(build_assessment(prepare_assessment())) >> alert()


watch_schools()
