"""What the pages read, as the role support_officer: frozen rows, gates, decisions, editions. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from fastapi import HTTPException
from psycopg import sql
from psycopg.rows import class_row, dict_row

from school_support.publication.occasions import PANEL_ASKED
from school_support.reports.edition_data import IndicatorRow, InspectionRow, RuleResult, columns_of
from school_support.warehouse.connection import connect
from school_support.web.rows import (
    CandidateRow,
    EditionRow,
    HistoryRow,
    ListedSchool,
    PanelRow,
    TierRow,
    TrendRow,
)

ROLE = "support_officer"
Row = TypeVar("Row")

CANDIDATES = """
select
    candidate.candidate_id, candidate.authority, candidate.authority_name, candidate.list_year, candidate.as_at,
    coalesce(candidate.decisions_as_at, candidate.as_at) as decisions_as_at, candidate.ruleset, candidate.content_hash,
    candidate.demonstration, coalesce(candidate.built_by, candidate.built_by_os_user) as built_by, candidate.built_at,
    assessment.purpose, assessment.previous_assessment_id, candidate.assessment_id,
    gate_run.gate_run_id, gate_run.passed, gate_run.critical_failures, gate_run.warnings,
    approval.decision, coalesce(approval.person, approval.os_user) as decided_by, approval.decided_at,
    approval.note, edition.edition_id, edition.edition,
    current_list.edition_id as current_edition_id, current_list.edition as current_edition,
    coalesce(current_list.content_hash = candidate.content_hash, false) as says_the_same,
    setting.budget, setting.day_rate
from publication.candidate
inner join control.assessment using (assessment_id)
left join lateral (
    select * from quality.gate_run
    where gate = 'candidate' and subject_id = candidate.candidate_id
    order by gate_run_id desc limit 1
) as gate_run on true
left join lateral (
    select * from publication.approval
    where approval.candidate_id = candidate.candidate_id
    order by approval_id desc limit 1
) as approval on true
left join publication.edition on edition.candidate_id = candidate.candidate_id
left join publication.current_edition as pointer
    on pointer.authority = candidate.authority and pointer.list_year = candidate.list_year
left join publication.edition as current_list on current_list.edition_id = pointer.edition_id
left join seeds.authority_setting as setting on setting.authority = candidate.authority
"""

SCHOOLS = """
with
asked as (
    select urn, array_agg(occasion) as occasions from {asked} as asked
    where candidate_id = %(candidate)s
    group by urn
)
select {columns}, former.tier as former_tier, former.tier_name as former_tier_name, former.tier_rank as former_tier_rank,
    coalesce(asked.occasions, '{{}}') as occasions
from publication.support_list as listed
left join asked using (urn)
left join publication.support_list as former on former.urn = listed.urn and former.candidate_id = %(compared_with)s
where listed.candidate_id = %(candidate)s
order by listed.school_name, listed.urn
"""

TIERS = """
select
    tier.tier, tier.tier_name, tier.tier_rank, tier.support_days as days_each, tier.meaning,
    count(list.urn) as schools, coalesce(sum(list.support_days), 0) as days, coalesce(sum(list.support_cost), 0) as cost
from seeds.rule_tier as tier
left join publication.support_list as list on list.tier = tier.tier and list.candidate_id = %(candidate)s
where tier.ruleset = %(ruleset)s
group by tier.tier, tier.tier_name, tier.tier_rank, tier.support_days, tier.meaning
order by tier.tier_rank desc nulls last
"""

RULES = """
select rule_id, owner, severity, success, sentence, how_to_resolve, unexpected_count, unexpected_urns, detail
from quality.rule_result
where gate_run_id = %(gate_run)s
order by success, case severity when 'critical' then 1 when 'warning' then 2 else 3 end, rule_id
"""

TREND = """
select rule.indicator, result.measure, result.academic_year, result.value, result.reason_code, result.pupils, result.stage, result.release
from publication.result
inner join seeds.rule_indicator as rule on rule.measure = result.measure and rule.ruleset = %(ruleset)s
where result.candidate_id = %(candidate)s and result.urn = %(urn)s
order by rule.indicator, result.academic_year
"""

# Past lists: those that were published, and the assessments whose tiers are the past of this one.
HISTORY = """
with recursive
chain as (
    select assessment_id, previous_assessment_id, list_year, as_at from control.assessment
    where assessment_id = (select assessment_id from publication.candidate where candidate_id = %(candidate)s)
    union all
    select before.assessment_id, before.previous_assessment_id, before.list_year, before.as_at
    from control.assessment as before
    inner join chain on chain.previous_assessment_id = before.assessment_id
),
published as (
    select edition.edition_id, edition.edition, edition.list_year, candidate.as_at, candidate.assessment_id, list.*
    from publication.edition
    inner join publication.candidate using (candidate_id)
    inner join publication.support_list as list using (candidate_id)
    where candidate.authority = %(authority)s and list.urn = any(%(urns)s) and candidate.candidate_id <> %(candidate)s
)
select list_year, as_at, edition, urn, tier_name, computed_tier_name, decided_by, decision
from published
union all
select chain.list_year, chain.as_at, null, tier.urn, tier.tier_name, tier.computed_tier_name, tier.decided_by, tier.decision
from chain
inner join marts.school_tier as tier using (assessment_id)
where tier.urn = any(%(urns)s)
    and chain.assessment_id not in (select assessment_id from published)
    and chain.assessment_id <> (select assessment_id from publication.candidate where candidate_id = %(candidate)s)
order by as_at desc, edition desc nulls last
"""

EDITIONS = """
select
    edition.edition_id, edition.authority, candidate.authority_name, edition.list_year, edition.edition,
    edition.candidate_id, edition.content_hash, edition.demonstration, edition.published_at, candidate.as_at,
    candidate.ruleset, coalesce(candidate.built_by, candidate.built_by_os_user) as built_by,
    coalesce(approval.person, approval.os_user) as approved_by, approval.channel, approval.decided_at as approved_at,
    approval.note, replaced.edition as replaces, replaced.edition_id as replaces_edition_id, edition.reason,
    edition.circulation, edition.manifest, edition.manifest_sha256, pointer.edition_id is not null as is_current
from publication.edition
inner join publication.candidate using (candidate_id)
inner join publication.approval using (approval_id)
left join publication.edition as replaced on replaced.edition_id = edition.replaces_edition_id
left join publication.current_edition as pointer on pointer.edition_id = edition.edition_id
"""


def candidates() -> list[CandidateRow]:
    """All candidates, newest list year and candidate first."""
    return _rows(
        CandidateRow, CANDIDATES + " order by candidate.authority, candidate.list_year desc, candidate_id desc"
    )


def candidate(candidate_id: int) -> CandidateRow:
    """One candidate; HTTPException 404 where there is none."""
    found = _rows(CandidateRow, CANDIDATES + " where candidate.candidate_id = %(candidate)s", candidate=candidate_id)
    return _only(found, f"There is no candidate {candidate_id}.")


def compared_with(candidate_id: int) -> dict[str, Any] | None:
    """The edition that a candidate is held against: edition_id, candidate_id, list_year, edition."""
    with connect(ROLE) as connection, connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "select edition_id, former_candidate_id as candidate_id, list_year, edition from publication.held_against "
            "where candidate_id = %s",
            (candidate_id,),
        ).fetchone()


def schools(of: CandidateRow, former: Mapping[str, Any] | None) -> list[ListedSchool]:
    """The schools of a candidate by name, each with its tier in the edition it is held against."""
    frozen = [name for name in columns_of(ListedSchool) if not name.startswith(("former_", "occasions"))]
    query = sql.SQL(SCHOOLS).format(
        asked=sql.SQL(PANEL_ASKED),
        columns=sql.SQL(", ").join(sql.Identifier("listed", name) for name in frozen),
    )
    return _rows(
        ListedSchool,
        query,
        candidate=of.candidate_id,
        compared_with=former["candidate_id"] if former else None,
    )


def left(of: CandidateRow, former: Mapping[str, Any] | None) -> list[str]:
    """The names of the schools of that edition that the candidate no longer has."""
    if former is None:
        return []
    with connect(ROLE) as connection:
        found = connection.execute(
            "select school_name from publication.support_list as before where candidate_id = %(former)s and not exists ("
            "select from publication.support_list as now where now.candidate_id = %(candidate)s and now.urn = before.urn) "
            "order by school_name",
            {"former": former["candidate_id"], "candidate": of.candidate_id},
        ).fetchall()
    return [str(name) for (name,) in found]


def tiers(of: CandidateRow) -> list[TierRow]:
    """The tiers of the candidate's ruleset, the highest first, with the schools, days and GBP in each."""
    return _rows(TierRow, TIERS, candidate=of.candidate_id, ruleset=of.ruleset)


def gate_rules(of: CandidateRow) -> list[RuleResult]:
    """What the newest run of gate 2 said, failures first; empty where it never ran."""
    return _rows(RuleResult, RULES, gate_run=of.gate_run_id) if of.gate_run_id is not None else []


def indicators(of: CandidateRow, urn: str) -> list[IndicatorRow]:
    """The indicators of a school."""
    return _frozen(IndicatorRow, "school_indicator", of, urn, "indicator")


def inspections(of: CandidateRow, urn: str) -> list[InspectionRow]:
    """The graded inspections of a school that were known, the latest last."""
    return _frozen(InspectionRow, "inspection", of, urn, "inspection_date")


def panel_decisions(of: CandidateRow, urn: str) -> list[PanelRow]:
    """The panel decisions in force for a school; two that differ close the gate."""
    return _frozen(PanelRow, "panel_decision", of, urn, "decided_on")


def trend(of: CandidateRow, urn: str) -> list[TrendRow]:
    """The results of a school year by year, under the indicator that is made from them."""
    return _rows(TrendRow, TREND, candidate=of.candidate_id, ruleset=of.ruleset, urn=urn)


def history(of: CandidateRow, urn: str) -> list[HistoryRow]:
    """The tiers of a school and of those before it in past lists, the latest first."""
    with connect(ROLE) as connection:
        found = connection.execute(
            "select predecessor_urns from publication.school where candidate_id = %s and urn = %s",
            (of.candidate_id, urn),
        ).fetchone()
    urns = [urn, *(found[0].split(", ") if found and found[0] else [])]
    return _rows(HistoryRow, HISTORY, candidate=of.candidate_id, authority=of.authority, urns=urns)


def editions() -> list[EditionRow]:
    """All editions, newest first within authority and list year."""
    return _rows(EditionRow, EDITIONS + " order by edition.authority, edition.list_year desc, edition.edition desc")


def edition(edition_id: int) -> EditionRow:
    """One edition; HTTPException 404 where there is none."""
    found = _rows(EditionRow, EDITIONS + " where edition.edition_id = %(edition)s", edition=edition_id)
    return _only(found, f"There is no edition {edition_id}.")


def _frozen(row_type: type[Row], table: str, of: CandidateRow, urn: str, ordered_by: str) -> list[Row]:
    query = sql.SQL(
        "select {columns} from publication.{table} where candidate_id = %(candidate)s and urn = %(urn)s order by {order}"
    ).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, columns_of(row_type))),
        table=sql.Identifier(table),
        order=sql.Identifier(ordered_by),
    )
    return _rows(row_type, query, candidate=of.candidate_id, urn=urn)


def _rows(row_type: type[Row], query: str | sql.Composed, **values: object) -> list[Row]:
    with connect(ROLE) as connection, connection.cursor(row_factory=class_row(row_type)) as cursor:
        return cursor.execute(query, values).fetchall()


def _only(found: list[Row], otherwise: str) -> Row:
    if not found:
        raise HTTPException(404, otherwise)
    return found[0]
