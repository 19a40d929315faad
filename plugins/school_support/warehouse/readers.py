"""Readers of single authorities: a login role each, whose authorities are rows that every bi view asks."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from school_support.authorities import authority_of
from school_support.errors import SupportListError
from school_support.warehouse.connection import connect
from school_support.warehouse.migrate import LIMITED_READERS
from school_support.warehouse.secrets import password_name, read_secrets

PREFIX = "bi_reader_"


@dataclass(frozen=True)
class Reader:
    """A reader, by the name of the login role, and the LA codes that it sees."""

    role: str
    authorities: tuple[str, ...]


def add_reader(name: str, authorities: Sequence[str]) -> tuple[Reader, str | None]:
    """Make the login role bi_reader_NAME, which sees these authorities in the bi views and nothing else.

    Its password is that of the environment variable SUPPORT_LIST_PG_PASSWORD_BI_READER_NAME, else a new one.

    Returns:
        The reader, and the new password, which is kept nowhere; none where the environment gave it.

    Raises:
        SupportListError: the name is no name, the reader exists, or an authority has no settings.
    """
    role = _role(name)
    codes = tuple(sorted({authority_of(code).code for code in authorities}))
    given = read_secrets().get(password_name(role))
    password = given or secrets.token_urlsafe(24)
    with connect("support_admin") as connection:
        if connection.execute("select from pg_roles where rolname = %s", (role,)).fetchone() is not None:
            raise SupportListError(f"There is a reader {role} already: drop it first, or take another name.")
        # It can neither become the group, which sees nothing, nor lend itself to others.
        connection.execute(
            sql.SQL(
                "create role {role} login password {password}; "
                "grant {group} to {role} with inherit true, set false, admin false"
            ).format(role=sql.Identifier(role), password=sql.Literal(password), group=sql.Identifier(LIMITED_READERS))
        )
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into control.reader_authority (role_name, authority) values (%s, %s)",
                [(role, code) for code in codes],
            )
    return Reader(role, codes), None if given else password


def list_readers() -> list[Reader]:
    """The readers of single authorities, by name."""
    with connect("support_admin") as connection:
        rows = connection.execute(
            "select member.rolname, array_remove(array_agg(reader.authority order by reader.authority), null) "
            "from pg_auth_members inner join pg_roles as granted on granted.oid = roleid "
            "inner join pg_roles as member on member.oid = pg_auth_members.member "
            "left join control.reader_authority as reader on reader.role_name = member.rolname "
            "where granted.rolname = %s group by member.rolname order by member.rolname",
            (LIMITED_READERS,),
        ).fetchall()
    return [Reader(role, tuple(authorities)) for role, authorities in rows]


def drop_reader(name: str) -> None:
    """Remove a reader, and end its sessions.

    Raises:
        SupportListError: there is no such reader.
    """
    role = _role(name)
    if role not in {reader.role for reader in list_readers()}:
        raise SupportListError(f"There is no reader {role}. `support-list reader list` names them.")
    name_in_sql = sql.Identifier(role)
    with connect("support_admin", autocommit=True) as connection:
        connection.execute(sql.SQL("alter role {} nologin").format(name_in_sql))
        connection.execute("select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = %s", (role,))
        connection.execute("delete from control.reader_authority where role_name = %s", (role,))
        connection.execute(sql.SQL("drop role {}").format(name_in_sql))


def _role(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name):
        raise SupportListError(f"{name!r} is no name of a reader: up to 40 of a-z, 0-9 and _, a letter first.")
    return PREFIX + name
