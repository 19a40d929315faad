"""The contract of the bi views: read from bi_contract.yaml, compared with the views, written as their comments."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from importlib.resources import files

import yaml
from psycopg import Connection, sql
from pydantic import BaseModel, ConfigDict

from school_support.errors import SupportListError


class Strict(BaseModel):
    """A part of the contract: nothing unknown, nothing changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Strict):
    """Type as PostgreSQL spells it, and what the column says."""

    type: str
    description: str


class Deprecation(Strict):
    """Since when a view is deprecated, the earliest day on which it may go, and what to read instead."""

    on: date
    leaves: date
    replaced_by: str


class View(Strict):
    """A view of schema bi: what it shows, which columns name a row, and its columns by name."""

    description: str
    grain: tuple[str, ...]
    since: date
    columns: dict[str, Column]
    deprecated: Deprecation | None = None

    @property
    def comment(self) -> str:
        """What PostgreSQL says about the view."""
        said = f"{self.description} Grain: {', '.join(self.grain)}."
        if self.deprecated is None:
            return said
        return (
            f"Deprecated since {self.deprecated.on}: read bi.{self.deprecated.replaced_by}; this view may be dropped from "
            f"{self.deprecated.leaves}. {said}"
        )


@lru_cache(maxsize=1)
def load_contract() -> dict[str, View]:
    """The views of schema bi by name."""
    document = yaml.safe_load((files("school_support.warehouse") / "bi_contract.yaml").read_text(encoding="utf-8"))
    return {name: View.model_validate(view) for name, view in document["views"].items()}


def columns_of_views(connection: Connection) -> dict[str, dict[str, str]]:
    """The views of schema bi as they are: for each its columns in order, with PostgreSQL's name of the type."""
    found: dict[str, dict[str, str]] = {}
    for view, column, data_type in connection.execute(
        "select relname, attname, format_type(atttypid, atttypmod) from pg_class "
        "inner join pg_attribute on attrelid = pg_class.oid and attnum > 0 "
        "where relnamespace = 'bi'::regnamespace and relkind in ('v', 'm', 'r') order by relname, attnum"
    ):
        found.setdefault(view, {})[column] = data_type
    return found


def differences(contract: dict[str, View], views: dict[str, dict[str, str]]) -> list[str]:
    """What the contract and the views say differently, a sentence each."""
    said = [f"bi.{name} is not described." for name in views.keys() - contract.keys()]
    said += [f"bi.{name} is described and does not exist." for name in contract.keys() - views.keys()]
    for name in views.keys() & contract.keys():
        described, there = contract[name].columns, views[name]
        said += [f"bi.{name}.{column} is not described." for column in there.keys() - described.keys()]
        said += [f"bi.{name}.{column} is described and does not exist." for column in described.keys() - there.keys()]
        said += [
            f"bi.{name}.{column} is {there[column]} and not {described[column].type}."
            for column in there.keys() & described.keys()
            if there[column] != described[column].type
        ]
        said += [
            f"bi.{name} has no {column}, named in its grain." for column in contract[name].grain if column not in there
        ]
    return sorted(said)


def apply_contract(connection: Connection) -> None:
    """Write the descriptions as comments of the views and columns, where they are not so yet, and the list of views.

    Raises:
        SupportListError: the views are not as described; the message names every difference.
    """
    contract = load_contract()
    if different := differences(contract, columns_of_views(connection)):
        raise SupportListError(
            "The bi views and school_support/warehouse/bi_contract.yaml differ:\n  " + "\n  ".join(different)
        )
    written = {
        (view, column): comment
        for view, column, comment in connection.execute(
            "select relname, attname, description from pg_description "
            "inner join pg_class on objoid = pg_class.oid and classoid = 'pg_class'::regclass "
            "left join pg_attribute on attrelid = pg_class.oid and attnum = objsubid and objsubid > 0 "
            "where relnamespace = 'bi'::regnamespace"
        )
    }
    for name, view in contract.items():
        comments = {None: view.comment} | {column: said.description for column, said in view.columns.items()}
        for column, comment in comments.items():
            # A comment locks its view for other changes of it: only one that is new is written.
            if written.get((name, column)) != comment:
                connection.execute(_comment_on(name, column, comment))
    connection.execute("delete from control.bi_view")
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into control.bi_view (view_name, grain, since, deprecated_on, leaves_on, replaced_by) "
            "values (%s, %s, %s, %s, %s, %s)",
            [
                (
                    name,
                    list(view.grain),
                    view.since,
                    *(view.deprecated.model_dump().values() if view.deprecated else [None] * 3),
                )
                for name, view in contract.items()
            ],
        )


def _comment_on(view: str, column: str | None, comment: str) -> sql.Composed:
    if column is None:
        return sql.SQL("comment on view {} is {}").format(sql.Identifier("bi", view), sql.Literal(comment))
    return sql.SQL("comment on column {} is {}").format(sql.Identifier("bi", view, column), sql.Literal(comment))
