"""What a candidate changes against the current edition: for the person who approves it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from psycopg import Connection
from psycopg.rows import class_row, dict_row

from school_support.errors import SupportListError
from school_support.warehouse.connection import connect


@dataclass(frozen=True)
class TierChange:
    """Schools and cost (GBP) of a tier in the current edition and in the candidate."""

    tier_name: str
    schools_before: int
    schools_now: int
    cost_before: Decimal
    cost_now: Decimal


@dataclass(frozen=True)
class Moved:
    """A school whose tier differs; no tier before: not in the current edition, none now: left. `steps` up are positive."""

    urn: str
    school_name: str
    tier_before: str | None
    tier_now: str | None
    steps: int | None
    why: str | None


@dataclass(frozen=True)
class Failed:
    """A rule of the gate that was not met."""

    rule_id: str
    severity: str
    sentence: str
    how_to_resolve: str
    urns: list[str]


@dataclass(frozen=True)
class CandidateSummary:
    """A candidate beside the current edition. `against`: its list year and number; none if there is no edition yet."""

    candidate_id: int
    authority: str
    authority_name: str
    list_year: int
    as_at: str
    ruleset: str
    content_hash: str
    built_by: str
    demonstration: bool
    against: str | None
    gate_passed: bool | None
    rules: int
    data_docs: str | None
    failed: list[Failed]
    tiers: list[TierChange]
    moved: list[Moved]
    budget: Decimal | None


def summarise_candidate(candidate_id: int) -> CandidateSummary:
    """A candidate's gate, money and moves.

    Raises:
        SupportListError: there is no such candidate.
    """
    with connect("support_publisher") as connection:
        candidate = (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select candidate_id, authority, authority_name, list_year, as_at::text, ruleset, content_hash, "
                "coalesce(built_by, built_by_os_user) as built_by, demonstration from publication.candidate "
                "where candidate_id = %s",
                (candidate_id,),
            )
            .fetchone()
        )
        if candidate is None:
            raise SupportListError(f"There is no candidate {candidate_id}.")
        setting = connection.execute(
            "select budget from seeds.authority_setting where authority = %s", (candidate["authority"],)
        ).fetchone()
        former = connection.execute(
            "select former_candidate_id, list_year, edition from publication.held_against where candidate_id = %s",
            (candidate_id,),
        ).fetchone()
        gate = connection.execute(
            "select gate_run_id, passed, data_docs, (select count(*) from quality.rule_result as rule "
            "where rule.gate_run_id = gate_run.gate_run_id) from quality.gate_run "
            "where gate = 'candidate' and subject_id = %s order by gate_run_id desc limit 1",
            (candidate_id,),
        ).fetchone()
        both = {"candidate_id": candidate_id, "before": former[0] if former else None}
        return CandidateSummary(
            **candidate,
            against=f"edition {former[2]} of list year {former[1]}" if former else None,
            gate_passed=gate[1] if gate else None,
            rules=gate[3] if gate else 0,
            data_docs=gate[2] if gate else None,
            failed=_failed(connection, gate[0]) if gate else [],
            tiers=_tiers(connection, both),
            moved=_moved(connection, both),
            budget=setting[0] if setting else None,
        )


def _failed(connection: Connection, gate_run_id: int) -> list[Failed]:
    with connection.cursor(row_factory=class_row(Failed)) as cursor:
        return cursor.execute(
            "select rule_id, severity, sentence, how_to_resolve, coalesce(unexpected_urns, '{}') as urns "
            "from quality.rule_result where gate_run_id = %s and not success "
            "order by array_position(array['critical', 'warning', 'info'], severity), rule_id",
            (gate_run_id,),
        ).fetchall()


def _tiers(connection: Connection, both: dict[str, int | None]) -> list[TierChange]:
    with connection.cursor(row_factory=class_row(TierChange)) as cursor:
        return cursor.execute(
            """
            select tier_name,
                count(*) filter (where candidate_id = %(before)s) as schools_before,
                count(*) filter (where candidate_id = %(candidate_id)s) as schools_now,
                coalesce(sum(support_cost) filter (where candidate_id = %(before)s), 0) as cost_before,
                coalesce(sum(support_cost) filter (where candidate_id = %(candidate_id)s), 0) as cost_now
            from publication.support_list
            where candidate_id in (%(before)s, %(candidate_id)s)
            group by tier_name, tier_rank
            order by tier_rank desc nulls last
            """,
            both,
        ).fetchall()


def _moved(connection: Connection, both: dict[str, int | None]) -> list[Moved]:
    """Schools of another tier, the farthest moves first; why: the panel, gates met now or left, else what decided."""
    if both["before"] is None:
        return []
    with connection.cursor(row_factory=class_row(Moved)) as cursor:
        return cursor.execute(
            """
            with before as (select * from publication.support_list where candidate_id = %(before)s),

            now as (select * from publication.support_list where candidate_id = %(candidate_id)s)

            select coalesce(now.urn, before.urn) as urn, coalesce(now.school_name, before.school_name) as school_name,
                before.tier_name as tier_before, now.tier_name as tier_now, now.tier_rank - before.tier_rank as steps,
                case
                    when before.urn is null then 'not in the list before'
                    when now.urn is null then 'no longer in the list'
                    when now.decision = 'override' then 'the panel: ' || now.decision_reason
                    when before.decision = 'override' then 'the panel''s decision no longer counts'
                    when coalesce(now.gates, '') <> coalesce(before.gates, '') then
                        'gates ' || coalesce(nullif(before.gates, ''), 'none') || ' before, '
                        || coalesce(nullif(now.gates, ''), 'none') || ' now'
                    when now.decided_by <> before.decided_by then
                        'decided by ' || before.decided_by || ' before, by ' || now.decided_by || ' now'
                    else 'points ' || coalesce(before.points_share::text, 'unknown') || ' before, '
                        || coalesce(now.points_share::text, 'unknown') || ' now'
                end as why
            from now full join before on before.urn = now.urn
            where now.tier is distinct from before.tier
            order by abs(now.tier_rank - before.tier_rank) desc nulls last, school_name
            """,
            both,
        ).fetchall()
