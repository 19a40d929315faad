"""What is checked: the facts of releases and candidates that their rules may use."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import Connection
from psycopg.rows import dict_row

from school_support.errors import SupportListError
from school_support.landing.freshness import overdue, read_freshness
from school_support.publication.content import content_hash
from school_support.quality.rules import Candidate, Release


def loaded_releases(connection: Connection, sources: Sequence[str]) -> list[Release]:
    """Releases of some sources that are in raw and have no verdict yet, oldest knowledge first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            "select release_id, source, file_name, academic_year, snapshot_date, known_from, rows, columns "
            "from landing.release where status = 'loaded' and source = any(%s) order by known_from, release_id",
            (list(sources),),
        ).fetchall()
    return [Release(columns=frozenset(row.pop("columns")), **row) for row in rows]


def frozen_candidate(connection: Connection, candidate_id: int) -> Candidate:
    """A candidate, with the hash of its rows as they are now. Raises SupportListError where there is none."""
    found = connection.execute(
        "select assessment_id, authority, list_year, demonstration, as_at, setting.collection from publication.candidate "
        "left join seeds.authority_setting as setting using (authority) where candidate_id = %s",
        (candidate_id,),
    ).fetchone()
    if found is None:
        raise SupportListError(f"There is no candidate {candidate_id}.")
    assessment_id, authority, list_year, demonstration, as_at, collection = found
    return Candidate(
        candidate_id=candidate_id,
        assessment_id=assessment_id,
        authority=authority,
        list_year=list_year,
        demonstration=demonstration,
        recomputed_hash=content_hash(connection, candidate_id),
        overdue=tuple(overdue(read_freshness(connection, collection, authority, as_at))),
    )
