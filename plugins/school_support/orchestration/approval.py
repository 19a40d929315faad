"""The person in the loop: a task that waits until somebody approves or rejects a candidate in Airflow."""

from __future__ import annotations

from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Context, Param

# What the person who answers may fill in.
APPROVAL_FORM = {"note": Param("", type="string", title="Note", description_md="Why; a rejection needs one.")}


class ApproveCandidate(ApprovalOperator):
    """Ask for a decision on the candidate of the run's parameters, and copy who decided and when into the warehouse.

    The body is one page: gate, money, what moves against the current edition. A candidate that was decided elsewhere
    (command line, page) is not asked about again. Rejected, or without an answer in time, nothing after it runs.
    """

    def execute(self, context: Context) -> Any:
        """Wait for an answer, unless there is one."""
        from school_support.publication.approve import decision_on
        from school_support.publication.difference import summarise_candidate
        from school_support.reports.approver import approver_page

        candidate_id = context["params"]["candidate_id"]
        summary = summarise_candidate(candidate_id)
        decided = decision_on(candidate_id)
        if decided == "rejected":
            self.log.info("Candidate %s was rejected; the last edition stays.", candidate_id)
            self.skip(ti=context["ti"], tasks=context["task"].get_direct_relatives(upstream=False))
        if decided is not None:
            return None
        self.body = approver_page(summary)
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Record the answer as that of the user who gave it."""
        from school_support.publication.approve import record_decision

        if "error" not in event:
            approved = event["chosen_options"] == [self.APPROVE]
            record_decision(
                context["params"]["candidate_id"],
                "approved" if approved else "rejected",
                (event["params_input"] or {}).get("note") or None,
                person=_name(event["responded_by_user"]),
                channel="airflow",
                run_id=context["run_id"],
            )
        return super().execute_complete(context, event)


def _name(user: Any) -> str:
    """The name of the user who answered; Airflow hands him on as an object or as a mapping."""
    name = user["name"] if isinstance(user, dict) else user.name
    return str(name)
