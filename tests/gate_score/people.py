"""Corruptions of what people decided: the panel, the schools that were asked, and the approval."""

from __future__ import annotations

from gate_score.corruption import Corruption, approval, frozen, marts, shared

LIST, PANEL = "publication.support_list", "publication.panel_decision"
OVERRIDE = "candidate_id = %(c)s and decision = 'override'"
CHECK, COMMENT = "publication.school_check", "publication.school_comment"
COMMENTED = (
    f"insert into {COMMENT} (school_check_id, urn, kind, comment, received_on, recorded_by) select max(school_check_id), "
    f"(select min(urn) from {LIST} where candidate_id = %(c)s and decision is null), 'factual_error', 'The roll is wrong', "
    f"current_date - 15, 'clerk' from {CHECK}"
)
APPROVAL, CANDIDATE = "publication.approval", "publication.candidate"

DECISIONS: list[Corruption] = [
    frozen("override without a reason", "candidate_panel_decision.reason_and_evidence_given",
           f"update {PANEL} set reason = ' ' where {OVERRIDE}"),
    frozen("override without evidence", "candidate_panel_decision.reason_and_evidence_given",
           f"update {PANEL} set evidence = null where {OVERRIDE}"),
    frozen("override with one name", "candidate_panel_decision.two_people_decided",
           f"update {PANEL} set decided_by_2 = null where {OVERRIDE}"),
    frozen("override with one name twice", "candidate_panel_decision.two_people_decided",
           f"update {PANEL} set decided_by_2 = upper(decided_by_1) where {OVERRIDE}"),
    frozen("override expired", "candidate_panel_decision.not_expired",
           f"update {PANEL} set expires_on = '2026-07-14' where {OVERRIDE}"),
    frozen("override of a later day", "candidate_panel_decision.made_by_the_day",
           f"update {PANEL} set decided_on = '2026-07-16' where {OVERRIDE}"),
    frozen("decisions that contradict", "candidate_panel_decision.no_two_differ",
           f"insert into {PANEL} select (jsonb_populate_record(one, '{{\"tier\": \"high\"}}')).* from {PANEL} as one where one.{OVERRIDE}"),
    frozen("override to a tier that is none", "candidate_panel_decision.tier_known",
           f"update {PANEL} set tier = 'medium' where {OVERRIDE}"),
    frozen("decision of another kind", "candidate_panel_decision.decision_known",
           f"update {PANEL} set decision = 'perhaps' where {OVERRIDE}"),
    frozen("decision about no school of the list", "candidate_panel_decision.school_listed",
           f"update {PANEL} set urn = '100001' where {OVERRIDE}"),
    frozen("decision about no URN", "candidate_panel_decision.urn_has_six_digits",
           f"update {PANEL} set urn = '99' where {OVERRIDE}"),
    frozen("override that the panel never sent", "candidate_panel_decision.as_the_panel_sent_it",
           f"update {PANEL} set tier = 'high' where {OVERRIDE}",
           f"update {LIST} set tier = 'high', tier_name = 'High level intervention', tier_rank = 4, support_days = 22, "
           "support_cost = 22000 where candidate_id = %(c)s and decision = 'override'"),
    frozen("override lost", "candidate_panel_decision.every_decision_in_force",
           f"delete from {PANEL} where {OVERRIDE}",
           f"update {LIST} set tier = computed_tier, tier_name = computed_tier_name, tier_rank = computed_tier_rank, decision = null, "
           "decision_reason = null where candidate_id = %(c)s and decision = 'override'"),
    frozen("tier changed without an override", "candidate_panel_decision.other_tier_by_override_alone",
           f"update {LIST} set tier = 'targeted', tier_name = 'Targeted support', tier_rank = 3, support_days = 10, support_cost = 10000 "
           f"where ctid = (select ctid from {LIST} where candidate_id = %(c)s and decision is null and tier_rank = 1 limit 1)"),
    frozen("override not carried out", "candidate_panel_decision.other_tier_by_override_alone",
           f"update {LIST} set tier = computed_tier, tier_name = computed_tier_name, tier_rank = computed_tier_rank "
           "where candidate_id = %(c)s and decision = 'override'"),
    frozen("another reason than the panel's", "candidate_panel_decision.list_names_the_decision",
           f"update {LIST} set decision_reason = 'For no reason' where candidate_id = %(c)s and decision = 'override'"),
    marts("override invented in the marts", "candidate_panel_decision.other_tier_by_override_alone", "marts.school_tier",
          "update marts.school_tier set tier = 'high', tier_name = 'High level intervention', tier_rank = 4, support_days = 22, "
          "support_cost = 22000, decision = 'override', decision_reason = 'So be it' where assessment_id = %(a)s and urn = "
          "(select min(urn) from marts.school_tier where assessment_id = %(a)s and decision is null and tier_rank = 1)"),
]  # fmt: skip

SCHOOLS_ASKED: list[Corruption] = [
    frozen("highest tier that no panel saw", "candidate_people.panel_decided_on_the_top_tier",
           f"update {LIST} set decision = null where candidate_id = %(c)s and computed_tier = 'high'"),
    shared("move of two tiers that no panel saw", "candidate_people.panel_decided_on_moves_of_two_tiers", LIST,
           f"update {LIST} as before set tier_rank = now.tier_rank + 2 from {LIST} as now where before.candidate_id = %(p)s "
           "and now.candidate_id = %(c)s and now.urn = before.urn and now.decision is null and now.tier_rank <= 2"),
    shared("schools never asked", "candidate_people.schools_were_asked", CHECK, f"delete from {CHECK}"),
    shared("window for comments still open", "candidate_people.comment_window_closed", CHECK,
           f"update {CHECK} set closes_on = current_date + 1"),
    shared("comment without an answer", "candidate_people.every_comment_answered", COMMENT, COMMENTED),
    shared("comment that no panel read", "candidate_people.panel_decided_on_commented_schools", COMMENT, COMMENTED),
    frozen("other tier than the school was shown", "candidate_people.tier_is_what_the_school_was_shown",
           f"update {LIST} set tier = 'targeted' where ctid = (select ctid from {LIST} where candidate_id = %(c)s and decision is null "
           "and tier_rank = 1 limit 1)"),
]  # fmt: skip

APPROVALS: list[Corruption] = [
    approval("candidate edited after the gate", "approval.approved_what_stands_there",
             f"update {LIST} set support_days = 22 where candidate_id = %(c)s and tier_rank = 1"),
    approval("approval of another hash", "approval.approved_what_stands_there",
             f"update {APPROVAL} set content_hash = repeat('c', 64) where candidate_id = %(c)s"),
    approval("approval by the builder", "approval.approved_by_another_person",
             f"update {APPROVAL} set person = (select built_by from {CANDIDATE} where candidate_id = %(c)s) where candidate_id = %(c)s"),
    approval("approved twice", "approval.decided_once",
             f"insert into {APPROVAL} (candidate_id, content_hash, decision, os_user, demonstration, person) "
             f"select candidate_id, content_hash, decision, os_user, demonstration, 'another' from {APPROVAL} where candidate_id = %(c)s"),
    approval("approved after it was rejected", "approval.decided_once",
             f"insert into {APPROVAL} (candidate_id, content_hash, decision, os_user, demonstration, note) "
             f"select candidate_id, content_hash, 'rejected', os_user, demonstration, 'no' from {APPROVAL} where candidate_id = %(c)s"),
    approval("rejected", "approval.approved",
             f"update {APPROVAL} set decision = 'rejected', note = 'no' where candidate_id = %(c)s"),
    approval("approved by nobody", "approval.approved", f"delete from {APPROVAL} where candidate_id = %(c)s"),
    approval("approved before the gate", "approval.approved_after_the_gate",
             f"update {APPROVAL} set decided_at = decided_at - interval '1 day' where candidate_id = %(c)s"),
    approval("gate 2 not passed", "approval.gate_2_passed",
             "update quality.gate_run set passed = false where gate = 'candidate' and subject_id = %(c)s"),
    approval("frozen after the gate", "approval.gate_2_passed",
             f"update {CANDIDATE} set built_at = now() + interval '1 day' where candidate_id = %(c)s"),
    approval("demonstration passed off as a list", "approval.demonstration_as_it_was_built",
             f"update {APPROVAL} set demonstration = true where candidate_id = %(c)s"),
]  # fmt: skip
