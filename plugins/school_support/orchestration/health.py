"""Whether a component of Airflow is healthy, for the health checks of containers: `python -m ...health worker`.

The commands that Airflow has for this take five seconds of a processor each time; these take a fraction of one.
"""

from __future__ import annotations

import socket
import sys

import httpx

from school_support.settings import settings

SCHEDULER_PORT = 8974
SECONDS = 8.0


def is_healthy(component: str) -> bool:
    """Ask a component, or who hears its heartbeats, how it is.

    Args:
        component: scheduler or worker of this host, or metadatabase, dag_processor or triggerer of this Airflow.
    """
    if component == "worker":
        return _worker_answers()
    if component == "scheduler":
        return _get(f"http://127.0.0.1:{SCHEDULER_PORT}/health").is_success
    told = _get(f"{settings().airflow_url}/api/v2/monitor/health").raise_for_status().json()
    return bool(told[component]["status"] == "healthy")


def _get(url: str) -> httpx.Response:
    return httpx.get(url, timeout=SECONDS, trust_env=False)


def _worker_answers() -> bool:
    from celery import Celery  # type: ignore[import-untyped]

    from school_support.orchestration.environment import broker_url

    worker = f"celery@{socket.gethostname()}"
    answers = Celery(broker=broker_url()).control.ping(destination=[worker], timeout=SECONDS)
    return any(worker in answer for answer in answers)


if __name__ == "__main__":
    try:
        sys.exit(0 if is_healthy(sys.argv[1]) else 1)
    except (httpx.HTTPError, KeyError, OSError) as error:
        sys.exit(f"{sys.argv[1]}: {error!r}")
