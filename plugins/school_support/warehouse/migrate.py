"""Roles, databases and numbered migrations: everything in PostgreSQL that dbt does not own. Each step can be run again."""

from __future__ import annotations

from importlib.resources import files

import psycopg
from psycopg import sql

from school_support.warehouse.connection import WAREHOUSE, connect
from school_support.warehouse.secrets import ROLES, password_name, read_secrets

# Two processes that start at once must not both migrate.
MIGRATION_LOCK = 720_001


def migrate() -> list[str]:
    """Bring roles, both databases and all migrations up to date.

    Returns:
        Names of the migrations applied now, in order.
    """
    _make_roles_and_databases()
    applied: list[str] = []
    with connect("support_owner") as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
        connection.execute("create schema if not exists control")
        connection.execute(
            "create table if not exists control.migration "
            "(name text primary key, applied_at timestamptz not null default now())"
        )
        known = {name for (name,) in connection.execute("select name from control.migration")}
        folder = files("school_support.warehouse.migrations")
        for script in sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name):
            if script.name in known:
                continue
            connection.execute(script.read_text(encoding="utf-8"))
            connection.execute("insert into control.migration (name) values (%s)", (script.name,))
            applied.append(script.name)
    return applied


def _make_roles_and_databases() -> None:
    known = read_secrets()
    with connect("support_admin", "postgres", autocommit=True) as connection:
        for role in ROLES[1:]:
            exists = connection.execute("select from pg_roles where rolname = %s", (role,)).fetchone() is not None
            statement = "alter role {} login password {}" if exists else "create role {} login password {}"
            connection.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(known[password_name(role)])))
        for database, owner in ((WAREHOUSE, "support_owner"), ("airflow", "airflow")):
            _make_database(connection, database, owner)
    with connect("support_admin", WAREHOUSE, autocommit=True) as connection:
        # Every role but the owner sees only what a migration grants; nobody makes objects outside the rooms.
        connection.execute("revoke all on schema public from public")
        connection.execute("grant support_transformer, support_loader to support_owner")
        # dbt's delete+insert stages the new rows in a temporary table.
        connection.execute(f"grant temporary on database {WAREHOUSE} to support_transformer")


def _make_database(connection: psycopg.Connection, database: str, owner: str) -> None:
    if connection.execute("select from pg_database where datname = %s", (database,)).fetchone() is None:
        connection.execute(
            sql.SQL("create database {} owner {}").format(sql.Identifier(database), sql.Identifier(owner))
        )
    connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(database)))
    roles = ROLES[2:] if database == WAREHOUSE else ("airflow",)
    for role in roles:
        connection.execute(
            sql.SQL("grant connect on database {} to {}").format(sql.Identifier(database), sql.Identifier(role))
        )
