"""What stands for a list year: its current edition, else the backfill that was completed last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from psycopg import Connection

from school_support.publication.tables import FORM


@dataclass(frozen=True)
class Standing:
    """What stands, in words (`edition 2`, `backfill 3`), its content hash, the form that is hashed in, and its assessment.

    `candidate_id`: of an edition, whose frozen rows are what it says.
    """

    name: str
    content_hash: str
    form: int
    assessment_id: int
    candidate_id: int | None


def read_standing(connection: Connection, authority: str, list_year: int) -> Standing | None:
    """What stands for a list year of an authority; none where nothing does."""
    key = {"authority": authority, "list_year": list_year}
    edition = connection.execute(
        """
        select 'edition ' || edition, candidate.content_hash, candidate.form, candidate.assessment_id, candidate_id
        from publication.current_edition
        inner join publication.candidate using (candidate_id, authority, list_year)
        where authority = %(authority)s and list_year = %(list_year)s
        """,
        key,
    ).fetchone()
    if edition:
        return Standing(*edition)
    backfilled = connection.execute(
        "select 'backfill ' || backfill_id, content_hash, %(form)s, assessment_id, null from control.standing_assessment "
        "where authority = %(authority)s and list_year = %(list_year)s",
        {**key, "form": FORM},
    ).fetchone()
    return Standing(*backfilled) if backfilled else None


def tiers_of(connection: Connection, standing: Standing) -> dict[str, tuple[str, str]]:
    """School name and tier name by URN of what stands."""
    if standing.candidate_id is None:
        return tiers_of_assessment(connection, standing.assessment_id)
    return _by_urn(
        connection,
        "select urn, school_name, tier_name from publication.support_list where candidate_id = %s",
        standing.candidate_id,
    )


def tiers_of_assessment(connection: Connection, assessment_id: int) -> dict[str, tuple[str, str]]:
    """School name and tier name by URN of a built assessment."""
    return _by_urn(
        connection,
        "select urn, school_name, tier_name from marts.school_tier inner join marts.dim_school using (assessment_id, urn) "
        "where assessment_id = %s",
        assessment_id,
    )


def _by_urn(connection: Connection, query: LiteralString, number: int) -> dict[str, tuple[str, str]]:
    return {urn: (name, tier) for urn, name, tier in connection.execute(query, (number,))}
