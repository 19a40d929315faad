"""Gate 2 against the list before: how far schools moved, and whether anything explains it."""

from __future__ import annotations

from school_support.quality.rules import IMPROVEMENT_LEAD, Candidate, Rule, no_rows

MOVED = """
    , before as (
        select former.candidate_id, former.as_at, former.ruleset
        from publication.held_against as held
        inner join publication.candidate as former on former.candidate_id = held.former_candidate_id
        where held.candidate_id = {candidate_id}
    ),
    moved as (
        select batch.urn, batch.school_name, listed.tier as tier_before, batch.tier,
            coalesce(
                (select 'the panel decided' where batch.decision is not null),
                (
                    select 'ruleset ' || before.ruleset || ' before' from publication.candidate as now
                    where now.candidate_id = batch.candidate_id and now.ruleset <> before.ruleset
                ),
                (select 'the panel''s decision has ended' where listed.decision = 'override'),
                (
                    select 'inspected on ' || inspection.inspection_date
                    from publication.inspection
                    where inspection.candidate_id = batch.candidate_id and inspection.urn = batch.urn and inspection.is_latest
                        and not exists (
                            select from publication.inspection as seen
                            where seen.candidate_id = before.candidate_id and seen.urn = batch.urn
                                and seen.inspection_date >= inspection.inspection_date
                        )
                ),
                (
                    select 'gates were ' || coalesce(listed.gates, 'none') || ' and are ' || coalesce(batch.gates, 'none')
                    where listed.gates is distinct from batch.gates
                ),
                (
                    -- Newer results explain what they changed by a tenth of the points or more.
                    select 'newer results: ' || string_agg(distinct result.academic_year::text, ', ')
                    from publication.result
                    where abs(batch.points_share - listed.points_share) >= 0.1
                        and result.candidate_id = batch.candidate_id and result.urn = batch.urn and result.value is not null
                        and not exists (
                            select from publication.result as known
                            where known.candidate_id = before.candidate_id and known.urn = batch.urn
                                and known.academic_year = result.academic_year and known.measure = result.measure
                        )
                    having count(*) > 0
                )
            ) as explained_by
        from before
        inner join publication.support_list as listed on listed.candidate_id = before.candidate_id
        inner join batch on batch.urn = listed.urn
        where abs(batch.tier_rank - listed.tier_rank) > 1
    )
"""


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    moved = MOVED.format(candidate_id=candidate.candidate_id)
    return [
        Rule(
            "moves_of_two_tiers_explained",
            IMPROVEMENT_LEAD,
            "critical",
            "A move of more than one tier against the current edition has a cause that came after it: a panel decision, an "
            "inspection, a gate, another ruleset or newer results.",
            "Nothing that is known now and was not known then moves the school: look what changed in the data or the rules, or "
            "let the panel decide about it.",
            no_rows(f"{moved} select urn, school_name, tier_before, tier from moved where explained_by is null"),
        ),
        Rule(
            "no_move_of_two_tiers",
            IMPROVEMENT_LEAD,
            "warning",
            "No school moves by more than one tier against the current edition.",
            "Look at the reasons of both lists before approving, beginning with what is said to explain the move.",
            no_rows(f"{moved} select urn, school_name, tier_before, tier, explained_by from moved"),
        ),
    ]
