"""The secrets of an installation in containers: a file a secret, in folders that are handed to the services that need them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from school_support.warehouse.secrets import AIRFLOW_KEYS, BROKER_PASSWORD, PSEUDONYM_KEY, ROLES, password_name

SUPERSET_KEY = "SUPERSET_SECRET_KEY"
SUPERSET_PASSWORD = "SUPERSET_ADMIN_PASSWORD"  # noqa: S105  # a name, not a secret
# Who needs what: the database server and the migration the first folder, Redis and Celery the second, whatever runs our
# code the third, the BI tool the last alone.
FOLDERS: dict[str, tuple[str, ...]] = {
    "admin": (password_name("support_admin"),),
    "broker": (BROKER_PASSWORD,),
    "service": (
        *(password_name(role) for role in ROLES if role not in ("support_admin", "bi_reader")),
        PSEUDONYM_KEY,
        *AIRFLOW_KEYS,
    ),
    "bi": (password_name("bi_reader"), SUPERSET_KEY, SUPERSET_PASSWORD),
}


def write_secret_folder(folder: Path, airflow_keys: Mapping[str, str]) -> list[str]:
    """Make every secret that has no file yet: from the environment variable of its name, else at random.

    Args:
        airflow_keys: fresh keys of Airflow by name, used where there are none.

    Returns:
        Names of the secrets written now, as folder/NAME. Those that stand already are never changed: what was encrypted or
        made a pseudonym with them would be lost.
    """
    written = []
    for part, names in FOLDERS.items():
        (folder / part).mkdir(parents=True, exist_ok=True)
        for name in names:
            path = folder / part / name
            if path.exists():
                continue
            draft = path.with_suffix(".draft")
            draft.unlink(missing_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as file:
                # Set but empty is not set: an empty password would let anybody in.
                file.write(os.environ.get(name) or airflow_keys.get(name) or secrets.token_urlsafe(32))
            draft.replace(path)
            written.append(f"{part}/{name}")
    return written
