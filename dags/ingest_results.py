"""### Ingest results and absence

Takes in the performance tables (key stages 2, 4 and 5, destinations, absence, census, workforce, trusts) and the
suspensions and exclusions: **land** new files, **load** them under
their contracts, **accept** what passes gate 1, **stage** with dbt. Provisional, revised and final files stand side
by side as releases; which of them counts is decided at each assessment's as-at date.

*Schedule:* by the release calendar `calendar_release.csv`, at 03:00 London time: on the morning after every day on which
something is expected, and on every Friday, because releases come out on Thursdays. The Fridays go on all year: what is
overdue, and what comes in a year without rows in the calendar, is found within a week.
"""

from datetime import time

from airflow.sdk import dag

from school_support.landing.release_calendar import days_after_releases, expected_releases
from school_support.orchestration.failures import tell_of_failure
from school_support.orchestration.ingest import INGEST_PARAMS, ingest
from school_support.orchestration.tasks import DEFAULTS
from school_support.orchestration.timetables import FRIDAY, CalendarDays


@dag(
    schedule=CalendarDays(
        days_after_releases(expected_releases()),
        time(3),
        FRIDAY,
        "At 03:00, the morning after expected releases and on Fridays",
    ),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    on_failure_callback=tell_of_failure,
    params=INGEST_PARAMS,
    doc_md=__doc__,
    tags=["ingest", "termly"],
)
def ingest_results() -> None:
    results = ["dfe_ks2", "dfe_ks4", "dfe_ks4_entries", "dfe_ks5", "dfe_destinations", "dfe_absence", "dfe_exclusions"]
    ingest([*results, "dfe_census", "dfe_workforce", "dfe_trusts"], staging=["results", "context"])


ingest_results()
