"""The environment in which Airflow's processes run on this machine: configuration and secrets, nothing on command lines."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

from school_support.settings import settings
from school_support.warehouse.connection import url
from school_support.warehouse.lineage import NAMESPACE, transport
from school_support.warehouse.secrets import read_secrets, write_secrets

HOST = "127.0.0.1"
USER = "admin"
# Users with the roles of Airflow's simple auth manager, so that four eyes can be practised on one machine.
USERS = {USER: "admin", "lead": "op", "officer": "user", "reader": "viewer"}
# On two cores: two tasks compute, two wait for the database or finish.
PARALLEL_TASKS = 4

FERNET_KEY = "AIRFLOW_FERNET_KEY"
API_SECRET = "AIRFLOW_API_SECRET"  # noqa: S105  # a name, not a secret
JWT_SECRET = "AIRFLOW_JWT_SECRET"  # noqa: S105


def password_file() -> Path:
    """The file with the passwords of Airflow's users, mode 600, in the form its simple auth manager reads."""
    return settings().airflow_home / "admin_password.json"


def ensure_secrets() -> None:
    """Make Airflow's keys and the passwords of its users, those that there are none of yet."""
    known = read_secrets()
    made = {
        FERNET_KEY: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        API_SECRET: secrets.token_urlsafe(32),
        JWT_SECRET: secrets.token_urlsafe(64),
    }
    if missing := {name: value for name, value in made.items() if name not in known}:
        write_secrets(missing)
    passwords = json.loads(password_file().read_text()) if password_file().exists() else {}
    if new := {user: secrets.token_urlsafe(18) for user in USERS if user not in passwords}:
        password_file().parent.mkdir(parents=True, exist_ok=True)
        draft = password_file().with_suffix(".draft")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(passwords | new, file)
        draft.replace(password_file())


def password(user: str = USER) -> str:
    """The password of a user of Airflow."""
    return str(json.loads(password_file().read_text())[user])


def airflow_environment(port: int, scheduled: bool) -> dict[str, str]:
    """Our own environment and Airflow's configuration.

    Args:
        port: TCP port of the API server on the loopback interface.
        scheduled: whether DAGs start by their schedules; if not, only what is triggered or backfilled runs.
    """
    known = read_secrets()
    project, home = settings().project, settings().airflow_home
    configuration = {
        "CORE__DAGS_FOLDER": project / "dags",
        "CORE__PLUGINS_FOLDER": project / "plugins",
        "CORE__LOAD_EXAMPLES": False,
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": PARALLEL_TASKS,
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": False,
        "CORE__FERNET_KEY": known[FERNET_KEY],
        "CORE__EXECUTION_API_SERVER_URL": f"http://{HOST}:{port}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{user}:{role}" for user, role in USERS.items()),
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": password_file(),
        "CORE__HOSTNAME_CALLABLE": "socket.gethostname",
        "API__HOST": HOST,
        "API__PORT": port,
        "API__BASE_URL": f"http://{HOST}:{port}",
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
    if settings().lineage:
        configuration["OPENLINEAGE__NAMESPACE"] = NAMESPACE
        configuration["OPENLINEAGE__TRANSPORT"] = json.dumps(transport())
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
            "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), HOST])),
            "no_proxy": ",".join(filter(None, [os.environ.get("no_proxy"), HOST])),
            "GX_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "SCARF_ANALYTICS": "false",
        }
    )
