"""Airflow's own database: what is old in it goes by Airflow's own command."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

from school_support.errors import SupportListError
from school_support.orchestration.deploy import address
from school_support.orchestration.environment import airflow_environment
from school_support.settings import settings
from school_support.warehouse.connection import connect
from school_support.warehouse.housekeeping import Swept

# Of runs and what belongs to them; DAGs, pools, connections and users stay. The last run of each DAG stays as well.
TABLES = ("callback", "dag_run", "deadline", "import_error", "job", "log", "task_instance", "task_reschedule", "xcom")


def clean_airflow(now: datetime | None = None, dry_run: bool = False) -> Swept:
    """Delete runs, tasks, values and log rows older than `keep_airflow_days`; what approvals need stands in `publication`.

    Returns:
        How many runs went, or would go.

    Raises:
        SupportListError: Airflow's command failed.
    """
    before = (now or datetime.now(UTC)) - timedelta(days=settings().keep_airflow_days)
    runs = _old_runs(before)
    if not dry_run and runs is not None:
        done = subprocess.run(
            [
                sys.executable, "-m", "airflow", "db", "clean", "--clean-before-timestamp", before.isoformat(),
                "--tables", ",".join(TABLES), "--skip-archive", "--yes",
            ],
            env=airflow_environment(address(), scheduled=False),
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        if done.returncode != 0:
            said = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
            raise SupportListError(f"`airflow db clean` failed:\n{said}")
    return Swept("runs in Airflow's database", runs or 0)


def _old_runs(before: datetime) -> int | None:
    """How many runs are so old, the last of each DAG not counted; None where Airflow has no database yet."""
    with connect("airflow", "airflow") as connection:
        if connection.execute("select to_regclass('dag_run')").fetchone() == (None,):
            return None
        [(runs,)] = connection.execute(
            "select count(*) from dag_run where start_date < %s and (dag_id, start_date) not in "
            "(select dag_id, max(start_date) from dag_run where run_type = 'scheduled' and start_date is not null "
            "group by dag_id)",
            (before,),
        ).fetchall()
    return int(runs)
