"""Make the row of an assessment and pin the releases that it may read; build its marts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

from psycopg import Connection

from school_support.assessment.rulesets import hash_of, refuse_changed
from school_support.authorities import authority_of, ruleset_of
from school_support.errors import SupportListError
from school_support.settings import settings
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build

MODELS = ("intermediate", "marts")
# A register file issued after the as-at date may still say when schools opened and closed, and nothing else.
REGISTER_SOURCES = ("gias", "gias_links", "school_spine", "school_information")
# Seeds that say when something is due; no model reads them.
CALENDARS = "calendar_"


def prepare_assessment(
    authority: str,
    list_year: int,
    as_at: date,
    purpose: str = "annual",
    *,
    ruleset: str | None = None,
    previous: int | None = None,
    decisions_as_at: date | None = None,
) -> int:
    """The assessment of an authority, list year and day, over the releases accepted so far; made if it is new.

    The same inputs give the same assessment: its identity includes a hash over the releases pinned and the
    ruleset's seeds. A file that came in since, and was public by the day, makes a new assessment beside the old one.

    Args:
        authority: three-digit LA code with a row in authority_setting.csv.
        purpose: annual, backfill, monitoring, backtest or what_if.
        ruleset: another than the authority's own for that day.
        previous: the assessment whose tiers are the past of this one, for steps down and years without evidence; none: it
            has no past. Always said, never looked for: the same inputs give the same assessment.
        decisions_as_at: the day whose panel decisions count, for the panel meets after the as-at date; none: the as-at date.

    Returns:
        assessment_id.

    Raises:
        SupportListError: the authority has no settings, an edition used the ruleset with other rows, or the decisions'
            day lies before the as-at date.
    """
    setting = authority_of(authority)
    decided_by = decisions_as_at or as_at
    if decided_by < as_at:
        raise SupportListError(f"Panel decisions as at {decided_by} cannot be about a list as at {as_at}, a later day.")
    used = ruleset or ruleset_of(authority, as_at)
    ruleset_hash = hash_of(used)
    with connect("support_transformer") as connection:
        refuse_changed(connection, used, ruleset_hash)
        releases = _releases(connection, setting.collection, as_at, decided_by)
        input_hash = hashlib.sha256(
            "\n".join(
                [
                    _rules_hash(),
                    *_past_hash(connection, previous),
                    *([f"decisions {decided_by}"] if decided_by != as_at else []),
                    *(f"{usage} {sha256}" for _, usage, sha256 in releases),
                ]
            ).encode()
        ).hexdigest()
        identity = (authority, list_year, as_at, used, purpose, input_hash)
        found = (
            connection.execute(
                "insert into control.assessment "
                "(authority, list_year, as_at, ruleset, purpose, input_hash, previous_assessment_id, ruleset_hash, "
                "decisions_as_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing returning assessment_id",
                (*identity, previous, ruleset_hash, decided_by),
            ).fetchone()
            or connection.execute(
                "select assessment_id from control.assessment where authority = %s and list_year = %s and as_at = %s "
                "and ruleset = %s and purpose = %s and input_hash = %s",
                identity,
            ).fetchone()
        )
        assert found is not None  # noqa: S101  # the row was inserted or conflicted
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into control.assessment_release (assessment_id, release_id, usage) values (%s, %s, %s) "
                "on conflict do nothing",
                [(found[0], release_id, usage) for release_id, usage, _ in releases],
            )
        return int(found[0])


def build_assessments(assessment_ids: Sequence[int], layers: Sequence[str] = ("resource_type:seed", *MODELS)) -> None:
    """Build the intermediate models and marts of some assessments in one dbt run, replacing what was there.

    Args:
        assessment_ids: rows of control.assessment.
        layers: what is built; the models alone where the rules of a draft stand in the seeds' tables.

    Raises:
        SupportListError: a model or data test failed.
    """
    build(layers, {"assessment_ids": list(assessment_ids)})
    with connect("support_transformer") as connection:
        connection.execute(
            "update control.assessment set built_at = now() where assessment_id = any(%s)",
            (list(assessment_ids),),
        )


def _releases(
    connection: Connection, collection: str, as_at: date, decisions_as_at: date
) -> list[tuple[int, str, str]]:
    """The releases an assessment of that day may read: (release_id, usage, sha256), in a fixed order.

    One that was withdrawn is still what was known before the day its publisher withdrew it.
    """
    rows = connection.execute(
        """
        select
            release_id,
            case
                when source = 'panel_decisions' then 'panel_decisions'
                when row_known_from_days is not null then 'dated_rows'
                when known_from <= %(as_at)s then 'known'
                when source = any(%(register)s) then 'register_events'
            end as usage,
            sha256
        from landing.release
        where (status = 'accepted' or (status = 'withdrawn' and withdrawn_from > %(as_at)s))
            and collection = %(collection)s
            and (
                known_from <= %(as_at)s
                or row_known_from_days is not null
                or source = any(%(register)s)
                or (source = 'panel_decisions' and known_from <= %(decisions_as_at)s)
            )
        order by sha256
        """,
        {
            "collection": collection,
            "as_at": as_at,
            "decisions_as_at": decisions_as_at,
            "register": list(REGISTER_SOURCES),
        },
    ).fetchall()
    return [(int(release_id), str(usage), str(sha256)) for release_id, usage, sha256 in rows]


def _past_hash(connection: Connection, previous: int | None) -> list[str]:
    """What an assessment's identity says of its past: the inputs of the one before, and so of all before that.

    Raises:
        SupportListError: there is no such assessment.
    """
    if previous is None:
        return []
    found = connection.execute(
        "select input_hash from control.assessment where assessment_id = %s", (previous,)
    ).fetchone()
    if found is None:
        raise SupportListError(f"There is no assessment {previous} to be the past of this one.")
    return [f"previous {found[0]}"]


def _rules_hash() -> str:
    """Hash over the seeds that models read: another rule is another assessment, another calendar is none."""
    digest = hashlib.sha256()
    for path in sorted((settings().dbt_project / "seeds").glob("*.csv")):
        if path.name.startswith(CALENDARS):
            continue
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
