"""Passwords, keys and the address of the warehouse: from the environment first, then from a folder with a file a secret, as
containers have them, else from a private file in the state folder."""

from __future__ import annotations

import os
import secrets as stdlib_secrets
from pathlib import Path

from school_support.settings import settings

ROLES = (
    "support_admin",
    "airflow",
    "support_owner",
    "support_loader",
    "support_transformer",
    "support_publisher",
    "support_officer",
    "bi_reader",
    "bi_public",
)
PSEUDONYM_KEY = "SUPPORT_LIST_PSEUDONYM_KEY"
BROKER_PASSWORD = "SUPPORT_LIST_BROKER_PASSWORD"  # noqa: S105  # a name, not a secret
FERNET_KEY = "AIRFLOW_FERNET_KEY"
API_SECRET = "AIRFLOW_API_SECRET"  # noqa: S105
JWT_SECRET = "AIRFLOW_JWT_SECRET"  # noqa: S105
AIRFLOW_KEYS = (FERNET_KEY, API_SECRET, JWT_SECRET)
FROM_ENVIRONMENT = ("SUPPORT_LIST_PG", PSEUDONYM_KEY, BROKER_PASSWORD, *AIRFLOW_KEYS)
SECRET = ("PASSWORD", "KEY", "SECRET")


def secrets_file() -> Path:
    """The git-ignored file, mode 600, with the generated passwords and the port."""
    return settings().home / "secrets.env"


def read_secrets() -> dict[str, str]:
    """Everything in the secrets file, overridden by the secrets folder, and that by environment variables of the same names."""
    values: dict[str, str] = {}
    if secrets_file().exists():
        for line in secrets_file().read_text().splitlines():
            name, _, value = line.partition("=")
            values[name] = value
    if (folder := settings().secrets) is not None:
        # What a service may not see is not there, or cannot be read.
        files = (path for path in sorted(folder.rglob("*")) if path.is_file() and os.access(path, os.R_OK))
        values |= {path.name: path.read_text().rstrip("\n") for path in files}
    return values | {name: value for name, value in os.environ.items() if name.startswith(FROM_ENVIRONMENT)}


def secret_values() -> list[str]:
    """Every value that must be shown nowhere: passwords, keys and secrets, the longest first."""
    secret = [value for name, value in read_secrets().items() if any(part in name for part in SECRET) and value]
    return sorted(secret, key=len, reverse=True)


def write_secrets(changes: dict[str, str]) -> None:
    """Add or replace values; the file is replaced whole, so a kill leaves the old or the new one."""
    path = secrets_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    values: dict[str, str] = {}
    if path.exists():
        values = dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    values |= changes
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in sorted(values.items()))
    draft.replace(path)


def password_name(role: str) -> str:
    """The variable that holds a role's password."""
    return f"SUPPORT_LIST_PG_PASSWORD_{role.upper()}"


def ensure_passwords() -> None:
    """Make a password for every role that has none yet."""
    known = read_secrets()
    missing = {
        password_name(role): stdlib_secrets.token_urlsafe(24) for role in ROLES if password_name(role) not in known
    }
    if missing:
        write_secrets(missing)


def pseudonym_key() -> bytes:
    """The key under which names become pseudonyms; made on first use. Another key makes other pseudonyms."""
    known = read_secrets()
    if PSEUDONYM_KEY not in known:
        write_secrets({PSEUDONYM_KEY: stdlib_secrets.token_urlsafe(32)})
        known = read_secrets()
    return known[PSEUDONYM_KEY].encode()
