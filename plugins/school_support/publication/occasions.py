"""Which schools the panel must still decide on and why: the gate and the officers' pages ask alike."""

from __future__ import annotations

# A table of candidate_id, urn and occasion, as the seed rule_moderation has them; a school that the panel decided on in time is not in it.
PANEL_ASKED = """
    (
        select list.candidate_id, list.urn, moderated.occasion
        from publication.candidate
        inner join publication.support_list as list using (candidate_id)
        inner join seeds.rule_moderation as moderated using (ruleset)
        left join publication.held_against as held using (candidate_id)
        left join publication.support_list as former
            on former.candidate_id = held.former_candidate_id and former.urn = list.urn
        where case moderated.occasion
            when 'top_tier' then list.decision is null and coalesce(list.computed_tier_rank, list.tier_rank) = (
                select max(tier.tier_rank) from seeds.rule_tier as tier where tier.ruleset = candidate.ruleset
            )
            when 'moved_two_tiers' then list.decision is null and abs(list.tier_rank - former.tier_rank) > 1
            when 'comment' then exists (
                select from publication.school_check
                inner join publication.school_comment as comment using (school_check_id)
                where school_check.authority = candidate.authority and school_check.list_year = candidate.list_year
                    and comment.urn = list.urn
                    and not exists (
                        select from publication.panel_decision as decided
                        where decided.candidate_id = list.candidate_id and decided.urn = list.urn
                            and decided.decided_on >= comment.received_on
                    )
            )
        end
    )
"""
