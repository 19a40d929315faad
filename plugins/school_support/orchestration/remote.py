"""An Airflow that runs elsewhere, such as in the containers of docker-compose.yml."""

from __future__ import annotations

import time
from types import TracebackType

from school_support.errors import SupportListError
from school_support.orchestration.client import AirflowClient
from school_support.orchestration.environment import admin, password
from school_support.orchestration.local import COMPONENTS_NEEDED, READY_SECONDS, LocalAirflow, dag_files
from school_support.settings import settings


class RemoteAirflow:
    """Speaks to the Airflow at `SUPPORT_LIST_AIRFLOW_URL` for as long as a `with` block lasts.

    Raises:
        SupportListError: on entering: it is not healthy, or has not read every DAG file, after two minutes.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.client: AirflowClient

    def __enter__(self) -> RemoteAirflow:
        self.client = AirflowClient(self.url, admin(), password(), lambda: None)
        deadline = time.monotonic() + READY_SECONDS
        lacking = ""
        while time.monotonic() < deadline:
            health = self.client.health()
            ill = [name for name in COMPONENTS_NEEDED if health.get(name) != "healthy"]
            unread = dag_files() - self._dags() if not ill else set()
            if not ill and not unread:
                return self
            lacking = f"not healthy: {', '.join(ill)}" if ill else f"not read: {', '.join(sorted(unread))}"
            time.sleep(1)
        self.client.close()
        raise SupportListError(f"Airflow at {self.url} was not ready after {READY_SECONDS:.0f} seconds; {lacking}.")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    def _dags(self) -> set[str]:
        return {dag["dag_id"] for dag in self.client.get("dags", limit=100)["dags"]}


def the_airflow() -> LocalAirflow | RemoteAirflow:
    """The Airflow of this installation, to be used in a `with` block."""
    address = settings().airflow_url
    return RemoteAirflow(address) if address else LocalAirflow()
