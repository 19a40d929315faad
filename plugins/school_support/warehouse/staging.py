"""What staging lacks: releases that no build has staged yet, and models that were staged by another recipe.

A release is staged once, for its rows never change (dbt_project/macros/staging.sql). So a night without a new file has nothing
to build, and one with a new file reads that file alone.
"""

from __future__ import annotations

import hashlib

from psycopg import Connection

from school_support.settings import settings
from school_support.warehouse.connection import connect

# The seeds that staging reads; rules of an assessment change nothing of what was delivered.
SEEDS = ("xwalk_*.csv", "rule_standard_measure.csv")


def recipe() -> str:
    """Hash over all that says how rows are staged: the models, the macros and the seeds that they read."""
    project = settings().dbt_project
    paths = [*(project / "models" / "staging").rglob("*.sql"), *(project / "macros").glob("*.sql")]
    paths += [path for pattern in SEEDS for path in (project / "seeds").glob(pattern)]
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(project).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def stale_models() -> list[str]:
    """The staging models that stand in the warehouse as another recipe made them."""
    with connect("support_transformer") as connection:
        rows = connection.execute(
            """
            select table_name
            from information_schema.tables
            left join control.staged_model on staged_model.model = tables.table_name
            where table_schema = 'staging' and recipe is distinct from %s
            order by table_name
            """,
            (recipe(),),
        ).fetchall()
    # A model that is gone has left its table.
    files = {path.stem for path in (settings().dbt_project / "models" / "staging").rglob("*.sql")}
    return [name for (name,) in rows if name in files]


def is_complete(connection: Connection, folder: str) -> bool:
    """Whether the staging models of a folder, such as "register", hold every release of their sources that may be read."""
    models = [path.stem for path in (settings().dbt_project / "models" / "staging" / folder).glob("*.sql")]
    row = connection.execute(
        """
        select count(*) from control.staged_model
        where model = any(%(models)s) and recipe = %(recipe)s and to_regclass('staging.' || model) is not null
            and not exists (
                select from landing.release
                where status in ('accepted', 'withdrawn') and source = any(staged_model.sources)
                    and not exists (
                        select from control.staged_release
                        where staged_release.model = staged_model.model
                            and staged_release.release_id = release.release_id
                    )
            )
        """,
        {"models": models, "recipe": recipe()},
    ).fetchone()
    return row is not None and row[0] == len(models)
