"""Connections to the warehouse, one role at a time."""

from __future__ import annotations

from urllib.parse import quote

import psycopg
from psycopg.conninfo import make_conninfo

from school_support.errors import SupportListError
from school_support.warehouse.secrets import password_name, read_secrets, secrets_file

WAREHOUSE = "warehouse"


def address() -> tuple[str, str]:
    """Host and port of the server.

    Raises:
        SupportListError: no server was set up yet.
    """
    known = read_secrets()
    if "SUPPORT_LIST_PG_PORT" not in known:
        raise SupportListError("The warehouse is not set up. Run `support-list up` or `make run` first.")
    return known.get("SUPPORT_LIST_PG_HOST", "127.0.0.1"), known["SUPPORT_LIST_PG_PORT"]


def parameters(role: str, database: str = WAREHOUSE) -> dict[str, str]:
    """libpq parameters of a role.

    Raises:
        SupportListError: no server was set up yet, or the role has no password.
    """
    host, port = address()
    password = read_secrets().get(password_name(role))
    if password is None:
        raise SupportListError(
            f"There is no password of {role}: {password_name(role)} is neither in the environment, nor in the folder of "
            f"secrets, nor in {secrets_file()}."
        )
    return {"host": host, "port": port, "dbname": database, "user": role, "password": password}


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
