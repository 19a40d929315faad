"""What most tasks import, imported once by the process that they are forked from: a night without anything new is imports.

Airflow's scheduler forks a process for each task, a Celery worker and the DAG processor likewise; what their parent has
imported costs them nothing.
"""

from __future__ import annotations

import importlib
import sys

# Commands of Airflow that fork processes with our code in them.
FORKING = {"scheduler", "dag-processor", "celery"}
MODULES = (
    # What Airflow itself imports in each process that parses a file, to write the DAG down, and what our files take from it.
    "airflow.providers.standard.operators.empty",
    "airflow.providers.standard.operators.hitl",
    "airflow.providers.standard.operators.trigger_dagrun",
    "airflow.providers.standard.sensors.external_task",
    "airflow.timetables.trigger",
    "school_support.assessment.annual",
    "school_support.assessment.prepare",
    "school_support.downloads.refresh",
    "school_support.landing.ingest",
    "school_support.orchestration.alerts",
    "school_support.orchestration.approval",
    "school_support.orchestration.ingest",
    "school_support.orchestration.request",
    "school_support.orchestration.timetables",
    "school_support.publication.watch",
    "school_support.quality.gate",
    "school_support.returns.inbox",
    "school_support.warehouse.staging",
)


def preload() -> None:
    """Import the modules, read the contracts and the settings, where this process is one that forks."""
    if not FORKING & set(sys.argv):
        return
    for module in MODULES:
        importlib.import_module(module)
    from school_support.settings import settings
    from school_support.sources.contract import load_sources

    load_sources()
    settings()
