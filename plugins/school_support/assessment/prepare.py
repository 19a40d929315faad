"""Make the row of an assessment and pin the releases that it may read; build its marts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from psycopg import Connection

from school_support.assessment.rulesets import hash_of, refuse_changed
from school_support.authorities import authority_of, ruleset_of
from school_support.errors import SupportListError
from school_support.settings import settings
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build

MODELS = ("intermediate", "marts")
LAYERS = ("resource_type:seed", *MODELS)
# A register file issued after the as-at date may still say when schools opened and closed, and nothing else.
REGISTER_SOURCES = ("gias", "gias_links", "school_spine", "school_information")
FIND = (
    "select assessment_id, built_at from control.assessment where authority = %s and list_year = %s and as_at = %s "
    "and ruleset = %s and purpose = %s and input_hash = %s"
)
# Seeds that say when something is due; no model reads them.
CALENDARS = "calendar_"


@dataclass(frozen=True)
class Inputs:
    """All that an assessment is made of. `releases`: (release_id, usage, sha256), in a fixed order."""

    authority: str
    list_year: int
    as_at: date
    ruleset: str
    purpose: str
    input_hash: str
    ruleset_hash: str | None
    decisions_as_at: date
    releases: tuple[tuple[int, str, str], ...]

    @property
    def identity(self) -> tuple[str, int, date, str, str, str]:
        """What names the assessment: the same inputs give the same one."""
        return self.authority, self.list_year, self.as_at, self.ruleset, self.purpose, self.input_hash


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
    with connect("support_transformer") as connection:
        inputs = read_inputs(
            connection,
            authority,
            list_year,
            as_at,
            purpose,
            ruleset=ruleset,
            past=input_hash_of(connection, previous),
            decisions_as_at=decisions_as_at,
        )
        found = (
            connection.execute(
                "insert into control.assessment "
                "(authority, list_year, as_at, ruleset, purpose, input_hash, previous_assessment_id, ruleset_hash, "
                "decisions_as_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing returning assessment_id",
                (*inputs.identity, previous, inputs.ruleset_hash, inputs.decisions_as_at),
            ).fetchone()
            or connection.execute(FIND, inputs.identity).fetchone()
        )
        assert found is not None  # noqa: S101  # the row was inserted or conflicted
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into control.assessment_release (assessment_id, release_id, usage) values (%s, %s, %s) "
                "on conflict do nothing",
                [(found[0], release_id, usage) for release_id, usage, _ in inputs.releases],
            )
        return int(found[0])


def read_inputs(
    connection: Connection,
    authority: str,
    list_year: int,
    as_at: date,
    purpose: str,
    *,
    ruleset: str | None,
    past: str | None,
    decisions_as_at: date | None = None,
) -> Inputs:
    """What an assessment would be made of, without making it.

    Args:
        past: the input hash of the assessment before, and so of all before that; none: it has no past.

    Raises:
        SupportListError: as `prepare_assessment` does.
    """
    setting = authority_of(authority)
    decided_by = decisions_as_at or as_at
    if decided_by < as_at:
        raise SupportListError(f"Panel decisions as at {decided_by} cannot be about a list as at {as_at}, a later day.")
    used = ruleset or ruleset_of(authority, as_at)
    ruleset_hash = hash_of(used)
    refuse_changed(connection, used, ruleset_hash)
    releases = _releases(connection, setting.collection, as_at, decided_by)
    said = [
        _rules_hash(),
        *([f"previous {past}"] if past else []),
        *([f"decisions {decided_by}"] if decided_by != as_at else []),
        *(f"{usage} {sha256}" for _, usage, sha256 in releases),
    ]
    input_hash = hashlib.sha256("\n".join(said).encode()).hexdigest()
    return Inputs(authority, list_year, as_at, used, purpose, input_hash, ruleset_hash, decided_by, tuple(releases))


def find_assessment(connection: Connection, inputs: Inputs) -> tuple[int, bool] | None:
    """The assessment of these inputs and whether it is built; none if it was never made."""
    found = connection.execute(FIND, inputs.identity).fetchone()
    return (int(found[0]), found[1] is not None) if found else None


def input_hash_of(connection: Connection, assessment_id: int | None) -> str | None:
    """The hash over an assessment's inputs; none where there is to be no assessment.

    Raises:
        SupportListError: there is no such assessment.
    """
    if assessment_id is None:
        return None
    found = connection.execute(
        "select input_hash from control.assessment where assessment_id = %s", (assessment_id,)
    ).fetchone()
    if found is None:
        raise SupportListError(f"There is no assessment {assessment_id} to be the past of this one.")
    return str(found[0])


def build_assessments(
    assessment_ids: Sequence[int],
    layers: Sequence[str] = LAYERS,
    on_node: Callable[[int, int], None] = lambda _done, _all: None,
) -> None:
    """Build the intermediate models and marts of some assessments in one dbt run, replacing what was there.

    What is their past and has no rows is built too, but never under the rules of a draft: without rows it would count as no
    past, and nobody would be told.

    Args:
        assessment_ids: rows of control.assessment.
        layers: what is built; the models alone where the rules of a draft stand in the seeds' tables.
        on_node: told how many of dbt's nodes are done, and of how many.

    Raises:
        SupportListError: a model or data test failed.
    """
    with connect("support_transformer") as connection:
        past = unbuilt(connection, assessment_ids) if layers == LAYERS else []
    ids = sorted({*assessment_ids, *past})
    build(layers, {"assessment_ids": ids}, on_node)
    with connect("support_transformer") as connection:
        connection.execute("update control.assessment set built_at = now() where assessment_id = any(%s)", (ids,))


def build_missing(assessment_id: int) -> None:
    """Build an assessment and those of its past that have no rows, all in one dbt run; nothing where none is missing.

    Raises:
        SupportListError: a model or data test failed.
    """
    with connect("support_transformer") as connection:
        missing = unbuilt(connection, [assessment_id])
    if missing:
        build_assessments(missing)


def unbuilt(connection: Connection, assessment_ids: Sequence[int]) -> list[int]:
    """Those among some assessments, and all that are their past, that have no rows; oldest first."""
    rows = connection.execute(
        """
        with recursive chain as (
            select assessment_id, previous_assessment_id, as_at, built_at from control.assessment
            where assessment_id = any(%s)
            union
            select before.assessment_id, before.previous_assessment_id, before.as_at, before.built_at
            from chain inner join control.assessment as before on before.assessment_id = chain.previous_assessment_id
        )
        select assessment_id from chain where built_at is null order by as_at, assessment_id
        """,
        (list(assessment_ids),),
    ).fetchall()
    return [int(assessment_id) for (assessment_id,) in rows]


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


def _rules_hash() -> str:
    """Hash over the seeds that models read: another rule is another assessment, another calendar is not."""
    digest = hashlib.sha256()
    for path in sorted((settings().dbt_project / "seeds").glob("*.csv")):
        if path.name.startswith(CALENDARS):
            continue
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
