"""Gate 2 over the people who must be heard: the panel and the schools. Critical, but for a demonstration."""

from __future__ import annotations

from school_support.publication.occasions import PANEL_ASKED
from school_support.quality.rules import IMPROVEMENT_LEAD, Candidate, Check, Rule, no_rows


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    before_the_panel = (
        "Put the schools before the panel, drop its decisions into the inbox, and propose the list again."
    )
    return [
        _rule(
            candidate,
            "panel_decided_on_the_top_tier",
            "The panel confirmed or overrode every school that the rules place in the highest tier.",
            _undecided("top_tier"),
            before_the_panel,
        ),
        _rule(
            candidate,
            "panel_decided_on_moves_of_two_tiers",
            "The panel confirmed or overrode every school that moves by more than one tier against the current edition.",
            _undecided("moved_two_tiers"),
            before_the_panel,
        ),
        _rule(
            candidate,
            "panel_decided_on_commented_schools",
            "The panel confirmed or overrode every school that answered its draft letter, after the answer came.",
            _undecided("comment"),
            "Let the panel read the comment and decide, take its decision in, and propose the list again.",
        ),
        _rule(
            candidate,
            "schools_were_asked",
            "A school check was opened for this list year.",
            no_rows(
                """
                select candidate.authority, candidate.list_year
                from publication.candidate
                where candidate.candidate_id = (select max(candidate_id) from batch)
                    and not exists (
                        select from publication.school_check
                        where school_check.authority = candidate.authority
                            and school_check.list_year = candidate.list_year
                    )
                    -- A correction in the year is not checked again: the school is given notice.
                    and not exists (
                        select from publication.current_edition as current_edition
                        inner join publication.edition as edition using (edition_id)
                        where edition.authority = candidate.authority and edition.list_year = candidate.list_year
                            and not edition.demonstration
                    )
                """
            ),
            "`support-list school-check open CANDIDATE`, then send the draft letters.",
        ),
        _rule(
            candidate,
            "comment_window_closed",
            "The last day on which schools may comment is over.",
            no_rows(
                """
                select school_check.opened_on, school_check.closes_on
                from publication.candidate
                inner join publication.school_check
                    on school_check.authority = candidate.authority and school_check.list_year = candidate.list_year
                where candidate.candidate_id = (select max(candidate_id) from batch)
                    and school_check.closes_on >= (now() at time zone 'Europe/London')::date
                """
            ),
            "Wait until the window is closed; schools were promised the days.",
        ),
        _rule(
            candidate,
            "every_comment_answered",
            "Every comment of a school has its outcome.",
            no_rows(
                """
                select comment.urn, comment.comment_id, comment.kind, comment.received_on
                from publication.candidate
                inner join publication.school_check
                    on school_check.authority = candidate.authority and school_check.list_year = candidate.list_year
                inner join publication.school_comment as comment using (school_check_id)
                left join publication.comment_outcome as answer using (comment_id)
                where candidate.candidate_id = (select max(candidate_id) from batch) and answer.comment_id is null
                """
            ),
            "`support-list school-check answer COMMENT`, with the reason that the school is told.",
        ),
        _rule(
            candidate,
            "tier_is_what_the_school_was_shown",
            "A school's tier is that of its draft letter, unless the panel decided after it or the school commented.",
            no_rows(
                """
                select batch.urn, shown.tier as tier_shown, batch.tier
                from batch
                inner join publication.candidate using (candidate_id)
                inner join lateral (
                    select school_check.candidate_id, school_check.opened_on, school_check.school_check_id
                    from publication.school_check
                    where school_check.authority = candidate.authority and school_check.list_year = candidate.list_year
                    order by school_check.school_check_id desc
                    limit 1
                ) as latest on true
                inner join publication.support_list as shown
                    on shown.candidate_id = latest.candidate_id and shown.urn = batch.urn
                where shown.tier is distinct from batch.tier
                    and not exists (
                        select from publication.panel_decision as decided
                        where decided.candidate_id = batch.candidate_id and decided.urn = batch.urn
                            and decided.decided_on >= latest.opened_on
                    )
                    and not exists (
                        select from publication.school_comment as comment
                        where comment.school_check_id = latest.school_check_id and comment.urn = batch.urn
                    )
                    and not exists (
                        select from publication.edition
                        where edition.authority = candidate.authority and edition.list_year = candidate.list_year
                            and not edition.demonstration
                    )
                """
            ),
            "Show the school its new draft (`support-list school-check open` for this candidate), or let the panel decide.",
        ),
    ]


def _undecided(occasion: str) -> Check:
    return no_rows(
        f"select batch.urn, batch.computed_tier, batch.tier from batch inner join {PANEL_ASKED} as asked "
        f"using (candidate_id, urn) where asked.occasion = '{occasion}'"
    )


def _rule(candidate: Candidate, name: str, sentence: str, check: Check, how_to_resolve: str) -> Rule:
    severity = "warning" if candidate.demonstration else "critical"
    return Rule(name, IMPROVEMENT_LEAD, severity, sentence, how_to_resolve, check)
