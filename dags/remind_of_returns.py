"""### Remind schools of their returns

On the day a term's returns are due, **list** the schools of the authority served that have not sent theirs: one message
with their names, and a list as CSV in the folder `reminders` beside the inbox. A day later the watch records what is still
missing as news. Where all are in, or where the authority asks for no returns, nothing is said.

The inbox itself is emptied every day (`ingest_school_returns`).

*Schedule:* at 07:00 London time two weeks after each term's end: the authority's own terms of `calendar_term.csv`, or the
usual ones; the two weeks are `return_days` of `calendar_practice.csv`.
"""

from datetime import time

from airflow.sdk import dag, get_current_context, task

from school_support.orchestration.failures import tell_of_failure
from school_support.orchestration.request import WATCH_PARAMS, day_of_run, requested_watch
from school_support.orchestration.tasks import DEFAULTS, handed_on
from school_support.orchestration.timetables import CalendarDays
from school_support.publication.terms import returns_due
from school_support.settings import settings


@dag(
    schedule=CalendarDays(
        (due.due_on for due in returns_due(settings().authority)),
        time(7),
        description="At 07:00, two weeks after each term's end",
    ),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    on_failure_callback=tell_of_failure,
    params=WATCH_PARAMS,
    doc_md=__doc__,
    tags=["watch", "termly"],
)
def remind_of_returns() -> None:
    @task
    def list_missing_returns() -> object:
        """Write the list of schools whose return is missing; hands on the message, if there is one."""
        from school_support.returns.reminder import remind

        return handed_on(remind(*requested_watch(get_current_context()["params"], day_of_run())))

    @task
    def alert(reminder: dict[str, dict[str, str]] | None) -> str | None:
        """Send the one message of this run; the way it went."""
        from school_support.orchestration import alerts

        return alerts.send(**reminder["message"]) if reminder else None

    alert(list_missing_returns())


remind_of_returns()
