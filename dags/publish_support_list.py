"""### Publish an approved support list

**Publish** a candidate as the next edition of its authority and list year, in one transaction, and **write** its
report and exports. A candidate without a matching approval is refused, and so is one whose gate did not pass.
A candidate that says what the current edition says publishes nothing new.

*Schedule:* none. A person approves a candidate and then starts this DAG with its `candidate_id`.
"""

from airflow.sdk import Param, dag, get_current_context, task

from school_support.orchestration.tasks import DEFAULTS, handed_on


@dag(
    schedule=None,
    max_active_runs=1,
    default_args=DEFAULTS,
    params={
        "candidate_id": Param(
            type="integer", minimum=1, title="Candidate", description_md="The approved candidate's number."
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
    @task
    def publish_edition() -> object:
        """Insert the edition and repoint the bi views."""
        from school_support.publication import edition

        params = get_current_context()["params"]
        return handed_on(edition.publish_candidate(params["candidate_id"], params["reason"]))

    @task
    def write_outputs(edition: dict[str, int]) -> object:
        """Write the report and the exports of the edition."""
        from school_support.reports import outputs

        return handed_on(outputs.write_outputs(edition["edition_id"]))

    write_outputs(publish_edition())


publish_support_list()
