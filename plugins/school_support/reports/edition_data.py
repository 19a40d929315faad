"""Everything a report says, read once from the frozen rows of an edition; pages and exports never ask the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from psycopg.rows import class_row, dict_row

from school_support.errors import SupportListError
from school_support.publication.manifest import releases_of_assessment
from school_support.warehouse.connection import connect


@dataclass(frozen=True, slots=True)
class SupportRow:
    """A school's tier: the columns of publication.support_list. Costs in GBP, shares and coverage 0 to 1.

    `tier` is final, `computed_tier` what rules and history gave; `decision` is the panel's, confirm or override. Of an
    edition from before panel decisions, the columns from `computed_tier` on are None.
    """

    urn: str
    school_name: str
    phase: str
    sector: str | None
    tier: str
    tier_name: str
    tier_rank: int | None
    decided_by: str
    points: Decimal | None
    points_available: Decimal | None
    points_share: Decimal | None
    coverage: Decimal | None
    support_days: Decimal | None
    support_cost: Decimal | None
    gates: str | None
    reasons: str | None
    computed_tier: str | None
    computed_tier_name: str | None
    computed_tier_rank: int | None
    decision: str | None
    decision_reason: str | None
    sensitive_to: str | None
    exit_criteria: str | None


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A school's points in one domain: the columns of publication.school_risk."""

    urn: str
    domain: str
    domain_cap: Decimal | None
    points: Decimal | None
    points_available: Decimal | None
    weight_known: Decimal | None


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One indicator of a school: the columns of publication.school_indicator. Probability 0 to 1, the rest in `unit`."""

    urn: str
    indicator: str
    indicator_name: str
    domain: str
    unit: str
    direction: str
    value: Decimal | None
    n: Decimal | None
    academic_years: str | None
    national: Decimal | None
    interval_low: Decimal | None
    interval_high: Decimal | None
    shrunk: Decimal | None
    line: Decimal | None
    probability_beyond_line: Decimal | None
    flag: str | None
    points: Decimal | None
    points_available: Decimal | None
    reason_code: str | None
    releases_used: str | None
    sentence: str | None
    similar_value: Decimal | None
    similar_schools: int | None


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school as the register had it on the as-at date: the columns of publication.school."""

    urn: str
    laestab: str | None
    school_name: str
    phase: str
    school_type: str | None
    sector: str
    open_date: date | None
    close_date: date | None
    predecessor_urns: str | None
    predecessor_method: str | None
    register_release: str | None


@dataclass(frozen=True, slots=True)
class InspectionRow:
    """A graded inspection known at the as-at date: the columns of publication.inspection."""

    urn: str
    inspection_urn: str | None
    inspection_date: date
    publication_date: date | None
    regime: str | None
    overall_effectiveness: str | None
    category_of_concern: str | None
    concern_level: str | None
    is_latest: bool | None
    relates_to_predecessor: bool | None
    release: str | None


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One measure of a school in one year, a value or a reason code: the columns of publication.result."""

    urn: str
    result_urn: str | None
    academic_year: int
    key_stage: str | None
    measure: str
    value: Decimal | None
    reason_code: str | None
    pupils: Decimal | None
    stage: str | None
    release: str | None


@dataclass(frozen=True, slots=True)
class FairnessRow:
    """How support falls on a group of schools: the columns of publication.support_fairness. Costs in GBP, share 0 to 1."""

    group_kind: str
    group_name: str
    schools: int
    highest_tier_schools: int
    second_tier_schools: int
    upper_tiers_share: Decimal
    insufficient_evidence_schools: int
    support_days: Decimal
    support_cost: Decimal | None
    schools_with_roll: int
    pupils_on_roll: Decimal | None
    mean_days: Decimal
    ratio_to_mean: Decimal | None
    days_per_100_pupils: Decimal | None


@dataclass(frozen=True, slots=True)
class ReleaseUsed:
    """A release that the edition's manifest pins."""

    source: str
    academic_year: int | None
    snapshot_date: date | None
    stage: str | None
    known_from: date | None
    file_name: str
    sha256: str
    usage: str | None


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule of gate 2, as quality.rule_result recorded it."""

    rule_id: str
    owner: str
    severity: str
    success: bool
    sentence: str
    how_to_resolve: str
    unexpected_count: int | None
    unexpected_urns: list[str] | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Gate:
    """The run of gate 2 that let the candidate through."""

    passed: bool
    critical_failures: int
    warnings: int
    rules: list[RuleResult]


@dataclass(frozen=True, slots=True)
class PanelRow:
    """A panel decision in force: the columns of publication.panel_decision but for who decided and by what file."""

    urn: str
    decision: str | None
    reason: str | None
    decided_on: date | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class IndicatorRule:
    """What a ruleset says of an indicator: the measure that it reads, and the words of its sentence for a strength."""

    indicator: str
    measure: str | None
    better: str | None


@dataclass(frozen=True, slots=True)
class SchoolCheck:
    """The school check of a candidate; `closes_on` is the last day on which a comment is in time."""

    opened_on: date
    closes_on: date


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a proposed list is. `circulation`: own, all_schools or public; None where nobody decided."""

    candidate_id: int
    authority: str
    authority_name: str
    list_year: int
    as_at: date
    ruleset: str
    content_hash: str
    demonstration: bool
    circulation: str | None
    check: SchoolCheck | None


@dataclass(frozen=True, slots=True)
class Edition:
    """What the edition is and who let it out. Budget and day rate in GBP; times are aware."""

    candidate_id: int
    authority: str
    authority_name: str
    list_year: int
    edition: int
    as_at: date
    ruleset: str
    content_hash: str
    demonstration: bool
    built_by: str
    approved_by: str
    approved_session_user: str
    approved_at: datetime
    approval_note: str | None
    published_at: datetime
    replaces: int | None
    reason: str | None
    circulation: str | None
    budget: Decimal | None
    day_rate: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListData:
    """The frozen rows of a candidate, each list sorted by its key; of one from before they were kept, no fairness.

    `meanings` are what the tiers mean and `rules` what the indicators read, under the candidate's ruleset.
    """

    support: Sequence[SupportRow]
    risk: Sequence[RiskRow]
    indicators: Sequence[IndicatorRow]
    schools: Sequence[SchoolRow]
    inspections: Sequence[InspectionRow]
    results: Sequence[ResultRow]
    fairness: Sequence[FairnessRow]
    panel: Sequence[PanelRow]
    releases: Sequence[ReleaseUsed]
    meanings: Mapping[str, str]
    rules: Sequence[IndicatorRule]


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateData(ListData):
    """A candidate that is no edition yet."""

    candidate: Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionData(ListData):
    """An edition; `replaced` is the list of the edition that it replaces, empty for the first of a list year."""

    edition: Edition
    gate: Gate | None
    replaced: Sequence[SupportRow]


Row = TypeVar("Row")

HEADER = """
select
    edition.candidate_id, edition.authority, candidate.authority_name, edition.list_year, edition.edition,
    candidate.as_at, candidate.ruleset, edition.content_hash, edition.demonstration,
    coalesce(candidate.built_by, candidate.built_by_os_user) as built_by, coalesce(approval.person, approval.os_user) as approved_by,
    approval.session_user_name as approved_session_user, approval.decided_at as approved_at,
    approval.note as approval_note, edition.published_at, replaced.edition as replaces, edition.reason, edition.circulation, edition.manifest,
    replaced.candidate_id as replaced_candidate_id
from publication.edition
inner join publication.candidate using (candidate_id)
inner join publication.approval using (approval_id)
left join publication.edition as replaced on replaced.edition_id = edition.replaces_edition_id
where edition.edition_id = %s
"""

CANDIDATE = """
select candidate_id, candidate.assessment_id, candidate.authority, candidate.authority_name, candidate.list_year, candidate.as_at,
    candidate.ruleset, candidate.content_hash, candidate.demonstration, setting.circulation, opened_on, closes_on
from publication.candidate
left join publication.school_check using (candidate_id)
left join seeds.authority_setting as setting on setting.authority = candidate.authority
where candidate_id = %s
"""

# A later run of the gate over the same candidate must not change the report of an edition that is out.
GATE_RUN = """
select gate_run_id, passed, critical_failures, warnings
from quality.gate_run
where gate = 'candidate' and subject_id = %(candidate)s
    and (gate_run_id = %(run)s or (%(run)s::bigint is null and run_at <= %(published_at)s))
order by gate_run_id desc
limit 1
"""


def read_edition(edition_id: int) -> EditionData:
    """Read a published edition as role support_publisher.

    Raises:
        SupportListError: there is no such edition, or it holds no school.
    """
    with connect("support_publisher") as connection:
        header = connection.cursor(row_factory=dict_row).execute(HEADER, (edition_id,)).fetchone()
        if header is None:
            raise SupportListError(
                f"Edition {edition_id} is not in publication.edition, so no report can be written. "
                "`support-list status` shows what is published."
            )
        candidate: int = header["candidate_id"]
        manifest: Mapping[str, Any] = header.pop("manifest")
        replaced: int | None = header.pop("replaced_candidate_id")
        rows = _list(connection, candidate, header["ruleset"])
        if not rows["support"]:
            raise SupportListError(
                f"Edition {edition_id} (candidate {candidate}) has no row in publication.support_list: "
                "freeze the candidate again before publishing it."
            )
        return EditionData(
            edition=Edition(
                **header, budget=_amount(manifest.get("budget")), day_rate=_amount(manifest.get("day_rate"))
            ),
            **rows,
            releases=releases_of(manifest),
            gate=_gate(connection, candidate, manifest, header["published_at"]),
            replaced=_rows(connection, SupportRow, "support_list", replaced, "urn") if replaced is not None else [],
        )


def read_candidate(candidate_id: int) -> CandidateData:
    """Read a frozen candidate, published or not, as role support_publisher.

    Raises:
        SupportListError: there is no such candidate.
    """
    with connect("support_publisher") as connection:
        header = connection.cursor(row_factory=dict_row).execute(CANDIDATE, (candidate_id,)).fetchone()
        if header is None:
            raise SupportListError(f"There is no candidate {candidate_id}. `support-list status` shows what there is.")
        assessment: int = header.pop("assessment_id")
        opened_on, closes_on = header.pop("opened_on"), header.pop("closes_on")
        return CandidateData(
            candidate=Candidate(**header, check=SchoolCheck(opened_on, closes_on) if opened_on else None),
            **_list(connection, candidate_id, header["ruleset"]),
            releases=releases_of({"releases": releases_of_assessment(connection, assessment)}),
        )


def columns_of(row_type: type[Any]) -> list[str]:
    """Column names of a row type, in order."""
    return [field.name for field in fields(row_type)]


def releases_of(manifest: Mapping[str, Any]) -> list[ReleaseUsed]:
    """The releases that a manifest pins, by source, year, date and file; days as a manifest or the ledger has them."""
    used = [
        ReleaseUsed(
            source=release["source"],
            academic_year=release.get("academic_year"),
            snapshot_date=_day(release.get("snapshot_date")),
            stage=release.get("stage"),
            known_from=_day(release.get("known_from")),
            file_name=release["file_name"],
            sha256=release["sha256"],
            usage=release.get("usage"),
        )
        for release in manifest.get("releases", [])
    ]
    return sorted(
        used,
        key=lambda r: (r.source, r.academic_year or 0, r.snapshot_date or date.min, r.file_name, r.sha256),
    )


def _list(connection: psycopg.Connection[Any], candidate: int, ruleset: str) -> dict[str, Any]:
    """What every list has, by field of ListData; the releases stand elsewhere for an edition than for a candidate."""
    rules = sql.SQL("select {} from seeds.rule_indicator where ruleset = %s order by indicator").format(
        sql.SQL(", ").join(map(sql.Identifier, columns_of(IndicatorRule)))
    )
    meanings = connection.execute("select tier, meaning from seeds.rule_tier where ruleset = %s", (ruleset,)).fetchall()
    return {
        "support": _rows(connection, SupportRow, "support_list", candidate, "urn"),
        "risk": _rows(connection, RiskRow, "school_risk", candidate, "urn", "domain"),
        "indicators": _rows(connection, IndicatorRow, "school_indicator", candidate, "urn", "indicator"),
        "schools": _rows(connection, SchoolRow, "school", candidate, "urn"),
        "inspections": _rows(
            connection, InspectionRow, "inspection", candidate, "urn", "inspection_date", "inspection_urn"
        ),
        "results": _rows(connection, ResultRow, "result", candidate, "urn", "academic_year", "measure"),
        "fairness": _rows(connection, FairnessRow, "support_fairness", candidate, "group_kind", "group_name"),
        "panel": _rows(connection, PanelRow, "panel_decision", candidate, "urn", "decided_on"),
        "meanings": dict(meanings),
        "rules": connection.cursor(row_factory=class_row(IndicatorRule)).execute(rules, (ruleset,)).fetchall(),
    }


def _rows(
    connection: psycopg.Connection[Any], row_type: type[Row], table: str, candidate: int, *ordered_by: str
) -> list[Row]:
    query = sql.SQL("select {columns} from publication.{table} where candidate_id = %s order by {order}").format(
        columns=sql.SQL(", ").join(map(sql.Identifier, columns_of(row_type))),
        table=sql.Identifier(table),
        order=sql.SQL(", ").join(map(sql.Identifier, ordered_by)),
    )
    return connection.cursor(row_factory=class_row(row_type)).execute(query, (candidate,)).fetchall()


def _gate(
    connection: psycopg.Connection[Any], candidate: int, manifest: Mapping[str, Any], published_at: datetime
) -> Gate | None:
    recorded = manifest.get("gate") or {}
    wanted = {"candidate": candidate, "run": recorded.get("gate_run_id"), "published_at": published_at}
    run = connection.execute(GATE_RUN, wanted).fetchone()
    if run is None:
        return None
    query = sql.SQL("select {} from quality.rule_result where gate_run_id = %s order by rule_id").format(
        sql.SQL(", ").join(map(sql.Identifier, columns_of(RuleResult)))
    )
    rules = connection.cursor(row_factory=class_row(RuleResult)).execute(query, (run[0],)).fetchall()
    return Gate(passed=run[1], critical_failures=run[2], warnings=run[3], rules=rules)


def _amount(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _day(day: str | date | None) -> date | None:
    return date.fromisoformat(day) if isinstance(day, str) else day
