"""The main job: from a folder of files to a published edition, through the real DAGs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from school_support.authorities import authority_of, ruleset_of
from school_support.orchestration.remote import the_airflow
from school_support.orchestration.runs import TaskProgress, run_dag, run_dags
from school_support.publication.approve import decision_on, record_decision
from school_support.warehouse import server

INGESTS = ("ingest_school_register", "ingest_ofsted_outcomes", "ingest_results", "ingest_school_returns")


@dataclass(frozen=True)
class MainJob:
    """What the main job did: the edition (as published), its outputs (paths by name) and the gate's result."""

    edition: dict[str, Any]
    outputs: dict[str, str]
    gate: dict[str, Any]


def run_main_job(
    folder: Path,
    authority: str,
    list_year: int,
    as_at: date,
    *,
    on_step: Callable[[str], None],
    on_task: Callable[[TaskProgress], None],
) -> MainJob:
    """Ingest a folder, assess, propose, pass the gate, approve as a demonstration, and publish.

    1. PostgreSQL is started and migrated, then Airflow; those that run elsewhere are used as they are.
    2. The ingest DAGs run side by side; each after them waits for the one before.
    3. The candidate that passed gate 2 is approved by the user who runs this, which only a demonstration may do.

    Args:
        folder: files with a releases.csv.
        on_step: told in a few words what begins.
        on_task: told of every change of a task's state.

    Raises:
        SupportListError: the authority has no settings or no ruleset for the day, or a step failed; the last edition stays as
            it was.
    """
    # Asked again where they are used, which is minutes later.
    authority_of(authority)
    ruleset_of(authority, as_at)
    if not server.is_elsewhere():
        on_step("Starting PostgreSQL")
        server.prepare()
    on_step("Starting Airflow")
    with the_airflow() as airflow:
        on_step("Ingest: land, load, gate 1, stage")
        run_dags(airflow.client, {dag: {"folder": str(folder)} for dag in INGESTS}, on_task)
        on_step("Assess the schools")
        wanted = {"authority": authority, "list_year": list_year, "as_at": as_at.isoformat()}
        assessed = run_dag(airflow.client, "assess_schools", wanted, on_task)
        on_step("Propose the support list, gate 2")
        assessment = {"assessment_id": assessed.values["prepare_assessment"], "demonstration": True}
        proposed = run_dag(airflow.client, "propose_support_list", assessment, on_task)
        candidate_id = int(proposed.values["freeze_candidate"])
        on_step("Approve and publish")
        if decision_on(candidate_id) is None:
            record_decision(candidate_id, "approved", "make run")
        wanted = {"candidate_id": candidate_id, "reason": "Demonstration of newer data or rules."}
        published = run_dag(airflow.client, "publish_support_list", wanted, on_task)
    return MainJob(
        edition=published.values["publish_edition"],
        outputs=published.values["write_outputs"],
        gate=proposed.values["check_candidate"],
    )
