"""Connections to the warehouse, one role at a time."""

from __future__ import annotations

from urllib.parse import quote

import psycopg
from psycopg.conninfo import make_conninfo

from school_support.errors import SupportListError
from school_support.warehouse.secrets import password_name, read_secrets

WAREHOUSE = "warehouse"


def parameters(role: str, database: str = WAREHOUSE) -> dict[str, str]:
    """libpq parameters of a role.

    Raises:
        SupportListError: no server was set up yet, or the role has no password.
    """
    known = read_secrets()
    try:
        return {
            "host": known.get("SUPPORT_LIST_PG_HOST", "127.0.0.1"),
            "port": known["SUPPORT_LIST_PG_PORT"],
            "dbname": database,
            "user": role,
            "password": known[password_name(role)],
        }
    except KeyError as error:
        raise SupportListError(
            f"The warehouse is not set up: {error} is neither in the environment nor in secrets.env. "
            "Run `support-list up` or `make run` first."
        ) from None


def connect(role: str, database: str = WAREHOUSE, autocommit: bool = False) -> psycopg.Connection:
    """Open a connection; the caller closes it (use `with`).

    Raises:
        SupportListError: the server does not answer.
    """
    try:
        return psycopg.connect(make_conninfo(**parameters(role, database), connect_timeout=10), autocommit=autocommit)
    except psycopg.OperationalError as error:
        raise SupportListError(
            f"PostgreSQL does not answer for role {role}: {error}. Start it with `support-list up` or `make run`."
        ) from error


def url(role: str, database: str = WAREHOUSE, driver: str = "postgresql+psycopg") -> str:
    """SQLAlchemy URL of a role, password included: for handing to a library, never for printing."""
    p = parameters(role, database)
    return f"{driver}://{p['user']}:{quote(p['password'])}@{p['host']}:{p['port']}/{p['dbname']}"
