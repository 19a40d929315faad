"""A second assessment under a draft of the rules, beside the one that stands: who would move, why, and what it costs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from psycopg import Connection, sql
from psycopg.rows import class_row
from pydantic import BaseModel, ConfigDict, ValidationError

from school_support.assessment.prepare import MODELS, build_assessments, prepare_assessment
from school_support.authorities import ruleset_of
from school_support.errors import SupportListError
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build
from school_support.warehouse.dbt_alone import BUILD_LOCK

# What names a row within a ruleset; a draft's other values replace those of the row.
KEYS = {
    "rule_ruleset": (),
    "rule_tier": ("tier",),
    "rule_domain": ("domain",),
    "rule_indicator": ("indicator",),
    "rule_gate": ("gate",),
    "rule_concern_points": ("concern_level",),
    "rule_inspection_due": ("last_outcome",),
    "rule_trend": ("indicator",),
    "rule_year_weight": ("recency",),
    "rule_risk_weight": ("domain", "phase"),
    "rule_band": ("indicator", "badness_from"),
    "rule_similar_school": ("measure",),
}
COPIED = (*KEYS, "rule_moderation", "rule_inspection_concern", "rule_continuity", "rule_rate_sd")


class Draft(BaseModel):
    """A draft ruleset: the one it changes, and for each seed the rows with their new values."""

    model_config = ConfigDict(extra="forbid")

    ruleset: str
    base: str | None = None
    changes: dict[str, list[dict[str, str | int | float | bool | None]]]


@dataclass(frozen=True)
class Moved:
    """A school whose tier differs under the draft."""

    urn: str
    school_name: str
    tier_before: str
    tier_after: str
    share_before: Decimal | None
    share_after: Decimal | None
    why: str | None


@dataclass(frozen=True)
class TierChange:
    """Schools and money of a tier, before and under the draft."""

    tier_name: str
    schools_before: int
    schools_after: int
    cost_before: Decimal
    cost_after: Decimal


@dataclass(frozen=True)
class WhatIf:
    """Both assessments and what differs."""

    before: int
    after: int
    tiers: list[TierChange]
    moved: list[Moved]


def what_if(path: Path, authority: str, list_year: int, as_at: date, previous: int | None) -> WhatIf:
    """Assess an authority under its ruleset and under a draft of it.

    The draft's rows stand in the seeds' tables until the next build writes those anew. Its assessment has the purpose
    what_if and is never published.

    Args:
        path: the draft, YAML.
        previous: the assessment before, for both.

    Raises:
        SupportListError: the draft cannot be read, names a seed, row or column that does not exist, or a build failed.
    """
    draft = read_draft(path)
    build(["resource_type:seed"])
    # Two drafts of one name are two rulesets; the same draft again is the same.
    name = f"{draft.ruleset} {hashlib.sha256(path.read_bytes()).hexdigest()[:8]}"
    with connect("support_transformer") as connection:
        # A build notes what it loaded: it must not note the draft's rows with it.
        connection.execute("select pg_advisory_xact_lock(%s)", (BUILD_LOCK,))
        _insert(connection, draft, draft.base or ruleset_of(authority, as_at), name)
    before = prepare_assessment(authority, list_year, as_at, previous=previous)
    after = prepare_assessment(authority, list_year, as_at, "what_if", ruleset=name, previous=previous)
    build_assessments([before, after], MODELS)
    with connect("support_transformer") as connection:
        return WhatIf(before, after, _tiers(connection, before, after), _moved(connection, before, after))


def read_draft(path: Path) -> Draft:
    """Read a draft ruleset.

    Raises:
        SupportListError: it is no YAML, or lacks or has too much; the message says which.
    """
    try:
        return Draft.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise SupportListError(f"There is no file {path}.") from error
    except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
        raise SupportListError(f"{path} is no draft ruleset: {error}\nSee docs/how-the-tiers-work.md.") from error


def _insert(connection: Connection, draft: Draft, base: str, name: str) -> None:
    """Copy the base's rows under the draft's name and change them."""
    unknown = set(draft.changes) - set(KEYS)
    if unknown:
        raise SupportListError(f"No such seed to change: {', '.join(sorted(unknown))}. There are {', '.join(KEYS)}.")
    for seed in COPIED:
        columns = [
            column
            for (column,) in connection.execute(
                "select column_name from information_schema.columns "
                "where table_schema = 'seeds' and table_name = %s and column_name <> 'ruleset' order by ordinal_position",
                (seed,),
            ).fetchall()
        ]
        table, listed = sql.Identifier("seeds", seed), sql.SQL(", ").join(map(sql.Identifier, columns))
        connection.execute(sql.SQL("delete from {} where ruleset = %s").format(table), (name,))
        copied = connection.execute(
            sql.SQL("insert into {} (ruleset, {}) select %s, {} from {} where ruleset = %s").format(
                table, listed, listed, table
            ),
            (name, base),
        ).rowcount
        # A seed may have nothing to say under a ruleset; without its own row there is no such ruleset.
        if copied == 0 and seed == "rule_ruleset":
            raise SupportListError(f"There is no ruleset {base} in {seed}.csv to draft from.")
        for change in draft.changes.get(seed, []):
            _change(connection, seed, columns, name, change)


def _change(connection: Connection, seed: str, columns: list[str], name: str, change: dict[str, Any]) -> None:
    keys = KEYS[seed]
    values = {column: value for column, value in change.items() if column not in keys}
    missing, unknown = [key for key in keys if key not in change], sorted(set(values) - set(columns))
    if missing or unknown or not values:
        problem = f"lacks {', '.join(missing)}" if missing else f"has no column {', '.join(unknown) or 'to change'}"
        raise SupportListError(f"The change {change} of {seed} {problem}. Its columns are {', '.join(columns)}.")
    statement = sql.SQL("update {} set {} where ruleset = %s {}").format(
        sql.Identifier("seeds", seed),
        sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in values),
        sql.SQL("").join(sql.SQL(" and {} = %s").format(sql.Identifier(key)) for key in keys),
    )
    changed = connection.execute(statement, [*values.values(), name, *(change[key] for key in keys)]).rowcount
    if changed == 0:
        raise SupportListError(f"{seed} has no row {[change[key] for key in keys]} in this ruleset to change.")


def _tiers(connection: Connection, before: int, after: int) -> list[TierChange]:
    with connection.cursor(row_factory=class_row(TierChange)) as cursor:
        return cursor.execute(
            """
            select after.tier_name, before.schools as schools_before, after.schools as schools_after,
                before.support_cost as cost_before, after.support_cost as cost_after
            from marts.support_plan as after
            inner join marts.support_plan as before using (tier)
            where before.assessment_id = %s and after.assessment_id = %s
            order by after.tier_rank desc nulls last
            """,
            (before, after),
        ).fetchall()


def _moved(connection: Connection, before: int, after: int) -> list[Moved]:
    """Schools of another tier, with the domains and gates that changed most."""
    with connection.cursor(row_factory=class_row(Moved)) as cursor:
        return cursor.execute(
            """
            with domains as (
                select after.urn,
                    string_agg(
                        after.domain || ' ' || before.points || ' of ' || before.points_available || ' to '
                        || after.points || ' of ' || after.points_available,
                        '; ' order by abs(after.points - before.points) desc, after.domain
                    ) as why
                from marts.school_risk as after
                inner join marts.school_risk as before using (urn, domain)
                where before.assessment_id = %(before)s and after.assessment_id = %(after)s
                    and (before.points, before.points_available) is distinct from (after.points, after.points_available)
                group by after.urn
            )
            select urn, school_name, before.tier_name as tier_before, after.tier_name as tier_after,
                before.points_share as share_before, after.points_share as share_after,
                nullif(concat_ws('; ',
                    case when before.gates is distinct from after.gates
                        then 'gates ' || coalesce(before.gates, 'none') || ' to ' || coalesce(after.gates, 'none') end,
                    domains.why,
                    case when domains.why is null and before.gates is not distinct from after.gates
                        then 'the cuts' end
                ), '') as why
            from marts.school_tier as after
            inner join marts.school_tier as before using (urn)
            inner join marts.dim_school as school using (urn)
            left join domains using (urn)
            where before.assessment_id = %(before)s and after.assessment_id = %(after)s
                and school.assessment_id = %(after)s and before.tier <> after.tier
            order by after.tier_rank desc nulls last, before.tier_rank, urn
            """,
            {"before": before, "after": after},
        ).fetchall()
