"""### Propose a support list

**Take in** what the panel decided, **find** the assessment, **freeze** its list as a candidate, **check** it (gate 2). The last task hands on the
`candidate_id` that a person approves. A critical rule that fails stops here and leaves the published edition as it was.

*Schedule:* every 1 July at 06:00 London time, for the assessment as at 30 June; with `SUPPORT_LIST_ANNUAL_CYCLE=october`
every 1 November, as at 31 October. Nothing is published by this DAG.

Without an `assessment_id` finding prepares the assessment again. That gives the one of that day, unless a file that may
count in it came in since: then it is another assessment. Either way it is built here before it is frozen.
"""

from dataclasses import asdict

from airflow.sdk import dag, get_current_context, task

from school_support.assessment.annual import propose_cron
from school_support.orchestration.failures import tell_of_failure
from school_support.orchestration.ingest import take_in_inbox
from school_support.orchestration.names import BUILD_POOL
from school_support.orchestration.request import PROPOSAL_PARAMS, default_as_at, person_of_run, requested, with_past
from school_support.orchestration.tasks import DEFAULTS, handed_on, london
from school_support.settings import settings


@dag(
    schedule=london(propose_cron(settings().annual_cycle)),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    on_failure_callback=tell_of_failure,
    params=PROPOSAL_PARAMS,
    doc_md=__doc__,
    tags=["propose", "annual"],
)
def propose_support_list() -> None:
    @task(pool=BUILD_POOL)
    def take_in_decisions() -> object:
        """Empty the inbox, so that the panel's newest decisions can count; nothing where an assessment is named."""
        if get_current_context()["params"]["assessment_id"]:
            return None
        return take_in_inbox()

    @task(pool=BUILD_POOL)
    def find_assessment() -> int:
        """The assessment that the parameters ask for, built."""
        from school_support.assessment import prepare

        params = get_current_context()["params"]
        if params["assessment_id"]:
            return params["assessment_id"]
        request = with_past(requested(params, default_as_at=default_as_at()))
        assessment_id = prepare.prepare_assessment(**asdict(request))
        prepare.build_assessments([assessment_id])
        return assessment_id

    @task
    def freeze_candidate(assessment_id: int) -> int:
        """Freeze the proposed list; the same content again is the same candidate."""
        from school_support.publication import freeze

        demonstration = get_current_context()["params"]["demonstration"]
        return freeze.freeze_candidate(assessment_id, person_of_run(), demonstration)

    @task
    def check_candidate(candidate_id: int) -> object:
        """Gate 2: the suites over the candidate; a critical failure ends the run."""
        from school_support.quality import gate

        return handed_on(gate.check_candidate(candidate_id))

    taken_in, assessment = take_in_decisions(), find_assessment()
    taken_in >> assessment
    check_candidate(freeze_candidate(assessment))


propose_support_list()
