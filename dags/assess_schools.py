"""### Assess all schools of an authority

**Prepare** the assessment (an as-at date, and the releases it may read: none that was published later), then
**build** its indicators, risks and tiers with one dbt build.

*Schedule:* every 30 June at 06:00 London time (`SUPPORT_LIST_ANNUAL_CYCLE=october`: every 31 October). The as-at date is the parameter, or the London day of the run's
logical date, so that past years can be filled in:

    airflow backfill create --dag-id assess_schools --from-date 2015-06-01 --to-date 2019-07-01

makes a run for each 30 June from 2015 to 2019, list years 2016 to 2020, each the past of the next. They count for nothing
until `support-list backfill` over the same years has compared them and is completed (docs/backfills.md). The same inputs
give the same assessment, however often it runs.
"""

from dataclasses import asdict

from airflow.sdk import dag, get_current_context, task

from school_support.assessment.annual import assess_cron
from school_support.orchestration.failures import tell_of_failure
from school_support.orchestration.names import BUILD_POOL
from school_support.orchestration.request import (
    ASSESSMENT_PARAMS,
    day_of_run,
    is_backfill,
    requested,
    requested_backfill,
    with_past,
)
from school_support.orchestration.tasks import DEFAULTS, london
from school_support.settings import settings


@dag(
    schedule=london(assess_cron(settings().annual_cycle)),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    on_failure_callback=tell_of_failure,
    params=ASSESSMENT_PARAMS,
    doc_md=__doc__,
    tags=["assess", "annual"],
)
def assess_schools() -> None:
    @task
    def prepare_assessment() -> int:
        """Make the assessment's row and pin the releases known at its as-at date."""
        from school_support.assessment import prepare
        from school_support.backfill import plan

        if years := requested_backfill():
            return plan.prepare_years(years)[-1]
        request = with_past(requested(get_current_context()["params"], default_as_at=day_of_run()))
        return prepare.prepare_assessment(**asdict(request))

    @task(pool=BUILD_POOL)
    def build_assessment(assessment_id: int) -> None:
        """Build the marts of this assessment; of a backfill all years up to it at once, unless they are built."""
        from school_support.assessment import prepare

        if is_backfill():
            prepare.build_missing(assessment_id)
        else:
            prepare.build_assessments([assessment_id])

    build_assessment(prepare_assessment())


assess_schools()
