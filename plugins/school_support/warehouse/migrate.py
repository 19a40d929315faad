"""Roles, databases and numbered migrations: everything in PostgreSQL that dbt does not own. Each step can be run again."""

from __future__ import annotations

from importlib.resources import files

import psycopg
from psycopg import sql

from school_support.errors import SupportListError
from school_support.warehouse.bi_contract import apply_contract
from school_support.warehouse.connection import WAREHOUSE, connect
from school_support.warehouse.secrets import ROLES, password_name, read_secrets

# Two processes that start at once must not both migrate.
MIGRATION_LOCK = 720_001
SECONDS_FOR_A_LOCK = 30
MIGRATIONS = files("school_support.warehouse.migrations")
# Who reads single authorities alone; its members are made by `support-list reader add`.
LIMITED_READERS = "bi_readers_limited"
LOCKING = ("support_owner", "support_loader", "support_transformer", "support_publisher")


def migration_names() -> list[str]:
    """Names of the migrations that this version knows, in their order."""
    return sorted(script.name for script in MIGRATIONS.iterdir() if script.name.endswith(".sql"))


def migrate() -> list[str]:
    """Bring roles, both databases and all migrations up to date.

    Returns:
        Names of the migrations applied now, in order.

    Raises:
        SupportListError: a bi view is not as its contract describes it, or others hold what a migration changes; nothing was
            migrated.
    """
    make_roles_and_databases()
    applied: list[str] = []
    with connect("support_owner") as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
        connection.execute("create schema if not exists control")
        connection.execute(
            "create table if not exists control.migration "
            "(name text primary key, applied_at timestamptz not null default now())"
        )
        known = {name for (name,) in connection.execute("select name from control.migration")}
        for name in migration_names():
            if name in known:
                continue
            _apply(connection, name)
            connection.execute("insert into control.migration (name) values (%s)", (name,))
            applied.append(name)
        apply_contract(connection)
    return applied


def _apply(connection: psycopg.Connection, name: str) -> None:
    """Run a migration. A reader's open transaction must not keep everybody waiting, who would queue behind us."""
    connection.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(f"{SECONDS_FOR_A_LOCK}s")))
    try:
        connection.execute(MIGRATIONS.joinpath(name).read_text(encoding="utf-8"))
    except psycopg.errors.LockNotAvailable as error:
        holders = "\n".join(_holders(connection.info.backend_pid))
        raise SupportListError(
            f"Migration {name} waited {SECONDS_FOR_A_LOCK} seconds for tables or views that others have in use; nothing was "
            f"migrated. In use by:\n{holders}\nLet them end, or end them with "
            "`select pg_terminate_backend(process)` as support_admin, and run again."
        ) from error


def _holders(own: int) -> list[str]:
    """The sessions that hold a table or view of the warehouse, the one that began first above."""
    with connect("support_admin") as connection:
        rows = connection.execute(
            """
            select distinct pid, usename, coalesce(nullif(application_name, ''), 'unnamed program'), client_addr, state, xact_start
            from pg_locks inner join pg_stat_activity using (pid)
            where locktype = 'relation' and granted and datname = current_database() and pid not in (%s, pg_backend_pid())
            order by xact_start
            """,
            (own,),
        ).fetchall()
    return [
        f"  process {pid}: {role} with {program} from {address or 'this machine'}, {state}, since {since:%d %B %Y %H:%M:%S}"
        for pid, role, program, address, state, since in rows
    ]


def make_roles_and_databases() -> None:
    known = read_secrets()
    with connect("support_admin", "postgres", autocommit=True) as connection:
        for role in ROLES[1:]:
            exists = connection.execute("select from pg_roles where rolname = %s", (role,)).fetchone() is not None
            statement = "alter role {} login password {}" if exists else "create role {} login password {}"
            connection.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(known[password_name(role)])))
        if connection.execute("select from pg_roles where rolname = %s", (LIMITED_READERS,)).fetchone() is None:
            connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(LIMITED_READERS)))
        for database, owner in ((WAREHOUSE, "support_owner"), ("airflow", "airflow")):
            _make_database(connection, database, owner)
    with connect("support_admin", WAREHOUSE, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", (MIGRATION_LOCK,))
        # Every role but the owner sees only what a migration grants; nobody makes objects outside the rooms.
        connection.execute("revoke all on schema public from public")
        connection.execute("grant support_transformer, support_loader to support_owner")
        # dbt's delete+insert stages the new rows in a temporary table.
        connection.execute(f"grant temporary on database {WAREHOUSE} to support_transformer")
        _keep_from_everybody(connection)


def _keep_from_everybody(connection: psycopg.Connection) -> None:
    """Take from PUBLIC what a reader could do harm with: advisory locks, which publishing and building wait for, and large
    objects, which fill the disk. Our own roles keep the locks.
    """
    functions = [
        signature
        for (signature,) in connection.execute(
            "select oid::regprocedure::text from pg_proc where pronamespace = 'pg_catalog'::regnamespace "
            "and (proname ~ '^pg_(try_)?advisory_' or proname in ('lo_creat', 'lo_create', 'lo_from_bytea')) "
            "and has_function_privilege('public', oid, 'execute')"
        )
    ]
    if not functions:
        return
    connection.execute(f"revoke execute on function {', '.join(functions)} from public")
    locks = ", ".join(signature for signature in functions if "advisory" in signature)
    connection.execute(f"grant execute on function {locks} to {', '.join(LOCKING)}")


def _make_database(connection: psycopg.Connection, database: str, owner: str) -> None:
    if connection.execute("select from pg_database where datname = %s", (database,)).fetchone() is None:
        connection.execute(
            sql.SQL("create database {} owner {}").format(sql.Identifier(database), sql.Identifier(owner))
        )
    # A restore that was killed while it changed names leaves nobody in.
    connection.execute(sql.SQL("alter database {} allow_connections true").format(sql.Identifier(database)))
    connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(database)))
    roles = (*ROLES[2:], LIMITED_READERS) if database == WAREHOUSE else ("airflow",)
    for role in roles:
        connection.execute(
            sql.SQL("grant connect on database {} to {}").format(sql.Identifier(database), sql.Identifier(role))
        )
