"""### Publish a support list

**Approve**: the run waits until a person approves or rejects the candidate (*Required actions* in Airflow, which shows
the gate's results, the money and every school that moves against the current edition). Approved on the command line
or on the page already, it goes on at once. Then **publish** the candidate as the next edition of its authority and list
year, in one transaction, and **write** its report, letters and exports. Rejected, or not answered in time
(`SUPPORT_LIST_APPROVAL_DAYS`), nothing is published and the last edition stays.

Who built the candidate cannot approve it (`SUPPORT_LIST_FOUR_EYES`). A candidate whose gate did not pass is refused.
A candidate that says what the current edition says publishes nothing new.

*Schedule:* none. A person starts it with a `candidate_id`; where an edition is replaced, with the reason.
"""

from datetime import timedelta

from airflow.sdk import Param, dag, get_current_context, task

from school_support.orchestration.approval import APPROVAL_FORM, ApproveCandidate
from school_support.orchestration.failures import tell_of_failure
from school_support.orchestration.tasks import DEFAULTS, handed_on
from school_support.settings import settings


@dag(
    schedule=None,
    max_active_runs=16,
    default_args=DEFAULTS,
    on_failure_callback=tell_of_failure,
    params={
        "candidate_id": Param(
            type="integer", minimum=1, title="Candidate", description_md="The number of the candidate to publish."
        ),
        "reason": Param(
            None,
            type=["null", "string"],
            title="Reason of a correction",
            description_md="Why it replaces the current edition, in words that schools will read. Empty for the first.",
        ),
    },
    doc_md=__doc__,
    tags=["publish"],
)
def publish_support_list() -> None:
    approve_candidate = ApproveCandidate(
        task_id="approve_candidate",
        subject="Publish the support list of candidate {{ params.candidate_id }}?",
        params=APPROVAL_FORM,
        response_timeout=timedelta(days=settings().approval_days),
        execution_timeout=None,
    )

    @task
    def publish_edition() -> object:
        """Insert the edition and repoint the bi views."""
        from school_support.publication import edition

        params = get_current_context()["params"]
        return handed_on(edition.publish_candidate(params["candidate_id"], params["reason"]))

    @task
    def write_outputs(edition: dict[str, int]) -> object:
        """Write the report, the exports and the letters of the edition."""
        from school_support.reports import outputs

        return handed_on(outputs.write_outputs(edition["edition_id"]))

    published = publish_edition()
    approve_candidate >> published
    write_outputs(published)


publish_support_list()
