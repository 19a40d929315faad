"""support-list secrets, migrate, airflow: what an installation on a server or in containers consists of."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from school_support.commands import plain_errors, screen


def secrets(folder: Annotated[Path, typer.Argument(help="Where to write a file a secret.")]) -> None:
    """Make the secrets of an installation in containers, those that there are none of yet.

    A secret whose environment variable is set is taken from there. Nothing that stands is changed.

    Examples:

        support-list secrets /run/secrets/support-list
    """
    from school_support.orchestration.environment import airflow_keys
    from school_support.warehouse.secret_folder import write_secret_folder

    with plain_errors():
        written = write_secret_folder(folder, airflow_keys())
        screen.print(f"{len(written)} secrets made in {folder}." if written else "Every secret stands already.")


def migrate() -> None:
    """Bring the warehouse's roles and tables and Airflow's database up to date; run it after every upgrade.

    Migrations are applied in one transaction: one that fails leaves the warehouse as it was.
    """
    from school_support.orchestration.deploy import migrate_airflow
    from school_support.warehouse import migrate as migrations
    from school_support.warehouse import server

    with plain_errors():
        server.start()
        applied = migrations.migrate()
        screen.print(f"Warehouse: {', '.join(applied) or 'up to date'}.", highlight=False, soft_wrap=True)
        migrate_airflow()
        screen.print("Airflow: up to date.")


def airflow(context: typer.Context) -> None:
    """Run any `airflow` command with the configuration of this installation.

    Examples:

        support-list airflow dags list

        support-list airflow backfill create --dag-id assess_schools --from-date 2016-06-01 --to-date 2019-07-01
    """
    from school_support.orchestration.deploy import become_airflow

    with plain_errors():
        become_airflow(context.args)
