"""The environment in which Airflow's processes run, here or on Celery workers: configuration and secrets, nothing on command
lines."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path
from urllib.parse import quote, urlsplit

from school_support.errors import SupportListError
from school_support.settings import settings
from school_support.warehouse.connection import url
from school_support.warehouse.lineage import NAMESPACE, transport
from school_support.warehouse.secrets import (
    API_SECRET,
    BROKER_PASSWORD,
    FERNET_KEY,
    JWT_SECRET,
    read_secrets,
    write_secrets,
)

HOST = "127.0.0.1"


def users() -> dict[str, str]:
    """Users and their roles in Airflow's simple auth manager: several people, so that four eyes can be practised."""
    return dict(entry.split(":") for entry in settings().users.split(","))


def admin() -> str:
    """The user in whose name the command line speaks to Airflow.

    Raises:
        SupportListError: the setting `users` names no admin.
    """
    for user, role in users().items():
        if role == "admin":
            return user
    raise SupportListError(f"SUPPORT_LIST_USERS names nobody with the role admin: {settings().users}.")


def password_file() -> Path:
    """The file with the passwords of Airflow's users, mode 600, in the form its simple auth manager reads."""
    return settings().airflow_home / "admin_password.json"


def airflow_keys() -> dict[str, str]:
    """Fresh keys of an Airflow: what it encrypts connections, signs sessions and signs tokens of tasks with."""
    return {
        FERNET_KEY: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        API_SECRET: secrets.token_urlsafe(32),
        JWT_SECRET: secrets.token_urlsafe(64),
    }


def ensure_secrets() -> None:
    """Make Airflow's keys and the passwords of its users, those that there are none of yet."""
    known = read_secrets()
    if missing := {name: value for name, value in airflow_keys().items() if name not in known}:
        write_secrets(missing)
    passwords = json.loads(password_file().read_text()) if password_file().exists() else {}
    if new := {user: secrets.token_urlsafe(18) for user in users() if user not in passwords}:
        password_file().parent.mkdir(parents=True, exist_ok=True)
        draft = password_file().with_suffix(".draft")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(passwords | new, file)
        draft.replace(password_file())


def password(user: str | None = None) -> str:
    """The password of a user of Airflow; none: the admin."""
    return str(json.loads(password_file().read_text())[user or admin()])


def airflow_environment(address: str, scheduled: bool) -> dict[str, str]:
    """Our own environment and Airflow's configuration.

    Args:
        address: of the API server, as tasks and the command line reach it, such as http://127.0.0.1:8080.
        scheduled: whether DAGs start by their schedules; if not, only what is triggered or backfilled runs.
    """
    known = read_secrets()
    project, home, host = settings().project, settings().airflow_home, urlsplit(address).hostname or HOST
    configuration: dict[str, object] = {
        "CORE__DAGS_FOLDER": project / "dags",
        "CORE__PLUGINS_FOLDER": project / "plugins",
        "CORE__LOAD_EXAMPLES": False,
        "CORE__PARALLELISM": settings().parallel_tasks,
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": False,
        "CORE__FERNET_KEY": known[FERNET_KEY],
        "CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": settings().users,
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": password_file(),
        "CORE__HOSTNAME_CALLABLE": "socket.gethostname",
        "API__PORT": urlsplit(address).port or 80,
        "API__BASE_URL": settings().public_url or address,
        "API__WORKERS": 1,
        "API__SECRET_KEY": known[API_SECRET],
        "API_AUTH__JWT_SECRET": known[JWT_SECRET],
        "DATABASE__SQL_ALCHEMY_CONN": url("airflow", "airflow", "postgresql+psycopg2"),
        "DATABASE__CHECK_MIGRATIONS": False,
        "LOGGING__COLORED_CONSOLE_LOG": False,
        # A line for every request, several a second, would fill the disk.
        "LOGGING__NAMESPACE_LEVELS": "http.access=WARNING",
        "SCHEDULER__USE_JOB_SCHEDULE": scheduled,
        # The default of a second is most of the time between two short tasks.
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": 0.2,
        # Airflow may notice the end of a task's process only at the next heartbeat: its slot is held until then.
        "WORKERS__MIN_HEARTBEAT_INTERVAL": 1,
        # A task whose process was killed is noticed after a minute, not five.
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": 60,
        "DAG_PROCESSOR__REFRESH_INTERVAL": 30,
    }
    configuration |= _across_machines() if settings().broker else {"CORE__EXECUTOR": "LocalExecutor", "API__HOST": HOST}
    if settings().lineage:
        configuration |= {"OPENLINEAGE__NAMESPACE": NAMESPACE, "OPENLINEAGE__TRANSPORT": json.dumps(transport())}
    else:
        configuration["OPENLINEAGE__DISABLED"] = True
    inherited = {
        name: value
        for name, value in os.environ.items()
        # Airflow imports thousands of modules in every process: without compiled files each start takes twice as long.
        if name != "PYTHONDONTWRITEBYTECODE" and not name.startswith("AIRFLOW__")
    }
    return (
        inherited
        | {f"AIRFLOW__{name}": str(value) for name, value in configuration.items()}
        | {
            "AIRFLOW_HOME": str(home),
            "SUPPORT_LIST_HOME": str(settings().home),
            **({"SUPPORT_LIST_LINEAGE": str(settings().lineage)} if settings().lineage else {}),
            # Tasks run in another folder, where a relative path would mean something else.
            **({"SUPPORT_LIST_DATA": str(data.resolve())} if (data := settings().data) else {}),
            "PYTHONPATH": os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(project / "plugins")])),
            "PYTHONUNBUFFERED": "1",
            # Tasks speak to the API server over HTTP: not by way of a proxy.
            "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), host])),
            "no_proxy": ",".join(filter(None, [os.environ.get("no_proxy"), host])),
            "GX_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "SCARF_ANALYTICS": "false",
        }
    )


def broker_url() -> str:
    """Address of the Redis that hands tasks to Celery workers, password included."""
    return f"redis://:{quote(read_secrets()[BROKER_PASSWORD], safe='')}@{settings().broker}/0"


def _across_machines() -> dict[str, object]:
    """What is different where Celery workers run the tasks."""
    return {
        "CORE__EXECUTOR": "CeleryExecutor",
        # Of all workers together: the pool keeps builds of the warehouse apart, and each worker has a limit of its own.
        "CORE__PARALLELISM": 32,
        "API__HOST": "0.0.0.0",  # noqa: S104  # a container's own interface; what is opened outside, compose says
        "CELERY__BROKER_URL": broker_url(),
        "CELERY__RESULT_BACKEND": f"db+{url('airflow', 'airflow', 'postgresql+psycopg2')}",
        "CELERY__WORKER_CONCURRENCY": settings().parallel_tasks,
        # A worker takes what it has a place for, so that another one finds work too.
        "CELERY__WORKER_PREFETCH_MULTIPLIER": 1,
        # No task takes as long: past its time limit it is ended. A message that is out for longer was lost with its worker.
        "CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": 21600,
        # The scheduler says on a port of its own container how it is.
        "SCHEDULER__ENABLE_HEALTH_CHECK": True,
    }
