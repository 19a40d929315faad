"""The content hash: what a candidate says, in one fixed form, without ids, times or people."""

from __future__ import annotations

import hashlib
import json

from psycopg import Connection

from school_support.errors import SupportListError
from school_support.publication.tables import TABLES


def content_hash(connection: Connection, candidate_id: int) -> str:
    """sha256 over a candidate's frozen rows.

    The form: one JSON line naming authority, list year, as-at date and ruleset; then for each table in the order of
    `tables.TABLES` a JSON line with its name and columns, and a JSON array of texts for each row, sorted by key
    (bytewise); UTF-8, newline after each. A table that came later and has no row is left out, so that what was frozen
    before it keeps its hash. Numbers are PostgreSQL's text of the rounded `numeric`, null is null.

    Raises:
        SupportListError: there is no such candidate.
    """
    said = connection.execute(
        "select authority, list_year::text, as_at::text, ruleset from publication.candidate where candidate_id = %s",
        (candidate_id,),
    ).fetchone()
    if said is None:
        raise SupportListError(f"There is no candidate {candidate_id}.")
    digest = hashlib.sha256()
    _add(digest, list(said))
    with connection.cursor() as cursor:
        for table in TABLES:
            rows = cursor.execute(table.rows(), {"candidate_id": candidate_id})
            if table.came_later and rows.rowcount == 0:
                continue
            _add(digest, [table.name, *table.columns])
            for row in rows:
                _add(digest, list(row))
    return digest.hexdigest()


def _add(digest: hashlib._Hash, line: list[str | None]) -> None:
    digest.update(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
