"""`make up`: Airflow in the foreground, with the DAGs on their schedules."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType

from school_support.orchestration.environment import password_file, users
from school_support.orchestration.local import LocalAirflow
from school_support.orchestration.names import VIEW_PATH


def serve(say: Callable[[str], None] = print) -> None:
    """Run Airflow with its schedules until Ctrl-C or a request to end; PostgreSQL must run.

    DAGs that somebody paused in the user interface stay paused.

    Args:
        say: told where Airflow is and how to log in, and what is being done.

    Raises:
        SupportListError: Airflow runs already, does not start, or a component ended by itself.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with LocalAirflow(scheduled=True, on_step=say) as airflow:
            say(f"Airflow: {airflow.url}  officers' pages: {airflow.url}{VIEW_PATH}/")
            people = ", ".join(f"{user} ({role})" for user, role in users().items())
            say(f"Users: {people}  passwords: see {password_file()}")
            say("DAGs run on their schedules. Ctrl-C ends it.")
            airflow.wait()
    except KeyboardInterrupt:
        pass
    say("Airflow has ended.")


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
