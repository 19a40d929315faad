"""The content hash: what a candidate says, in one fixed form, without ids, times or people."""

from __future__ import annotations

import hashlib
import json

from psycopg import Connection

from school_support.errors import SupportListError
from school_support.publication.tables import TABLES


def content_hash(connection: Connection, candidate_id: int, form: int | None = None) -> str:
    """sha256 over a candidate's frozen rows.

    The form: one JSON line naming authority, list year, as-at date and ruleset; then for each table in the order of
    `tables.TABLES` a JSON line with its name and columns, and a JSON array of texts for each row, sorted by key
    (bytewise); UTF-8, newline after each. Tables and columns are those of the candidate's form. Numbers are PostgreSQL's
    text of the rounded `numeric`, null is null.

    Args:
        form: an earlier form than the candidate's own, to compare it with what was frozen in that.

    Raises:
        SupportListError: there is no such candidate.
    """
    said = connection.execute(
        "select authority, list_year::text, as_at::text, ruleset, form from publication.candidate where candidate_id = %s",
        (candidate_id,),
    ).fetchone()
    if said is None:
        raise SupportListError(f"There is no candidate {candidate_id}.")
    *identity, own_form = said
    form = form or own_form
    digest = hashlib.sha256()
    _add(digest, identity)
    with connection.cursor() as cursor:
        for table in TABLES:
            if table.since > form:
                continue
            _add(digest, [table.name, *table.columns_in(form)])
            for row in cursor.execute(table.rows(form), {"candidate_id": candidate_id}):
                _add(digest, list(row))
    return digest.hexdigest()


def row_hashes(connection: Connection, candidate_id: int, form: int | None = None) -> dict[str, dict[str, str]]:
    """For each frozen table the sha256 over each school's rows (of support_fairness each kind of group's), by its key.

    With them a check names the table and school that changed. `form` as in `content_hash`.
    """
    found = connection.execute(
        "select form from publication.candidate where candidate_id = %s", (candidate_id,)
    ).fetchone()
    if found is None:
        raise SupportListError(f"There is no candidate {candidate_id}.")
    form = form or found[0]
    hashes: dict[str, dict[str, str]] = {}
    for table in TABLES:
        if table.since > form:
            continue
        place = table.columns_in(form).index(table.key[0])
        digests: dict[str, hashlib._Hash] = {}
        for row in connection.execute(table.rows(form), {"candidate_id": candidate_id}):
            _add(digests.setdefault(row[place], hashlib.sha256()), list(row))
        hashes[table.name] = {key: digest.hexdigest() for key, digest in digests.items()}
    return hashes


def _add(digest: hashlib._Hash, line: list[str | None]) -> None:
    digest.update(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
