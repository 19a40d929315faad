"""Corruptions of the list itself: tiers, gates, coverage, days, reasons and sentences, fairness and moves."""

from __future__ import annotations

from gate_score.corruption import Corruption, frozen, marts, shared

LIST, INDICATOR, FAIRNESS = "publication.support_list", "publication.school_indicator", "publication.support_fairness"
ONE = (
    f"ctid = (select ctid from {LIST} where candidate_id = %(c)s and decision is null and decided_by = 'points' "
    "and gates is null and tier_rank = 1 order by urn limit 1)"
)
GATED = f"ctid = (select ctid from {LIST} where candidate_id = %(c)s and decided_by = 'gate' and tier_rank = 4 order by urn limit 1)"
THIN = "candidate_id = %(c)s and decided_by = 'coverage'"
AS_HIGH = "tier = 'high', tier_name = 'High level intervention', tier_rank = 4"
COMPUTED_HIGH = "computed_tier = 'high', computed_tier_name = 'High level intervention', computed_tier_rank = 4"
AS_LOW = "tier = 'light_touch', tier_name = 'Light touch', tier_rank = 1"
COMPUTED_LOW = "computed_tier = 'light_touch', computed_tier_name = 'Light touch', computed_tier_rank = 1"
DAYS = "support_days = 22, support_cost = 22000"
FEW_DAYS = "support_days = 1.5, support_cost = 1500"

TIERS: list[Corruption] = [
    frozen("tier missing", "candidate_support_list.tier_filled", f"update {LIST} set tier = null where {ONE}"),
    frozen("tier unknown", "candidate_support_list.tier_known", f"update {LIST} set tier = 'medium' where {ONE}"),
    frozen("two tiers", "candidate_support_list.one_row_a_school",
           f"insert into {LIST} select (jsonb_populate_record(one, '{{\"tier\": \"high\", \"tier_rank\": 4}}')).* from {LIST} as one "
           f"where one.{ONE}"),
    frozen("rank of another tier", "candidate_support_list.tier_known", f"update {LIST} set tier_rank = 3 where {ONE}"),
    frozen("computed tier missing", "candidate_tier.computed_tier_filled_and_known",
           f"update {LIST} set computed_tier = null where {ONE}"),
    frozen("tier against its points", "candidate_support_list.points_give_the_tier",
           f"update {LIST} set {AS_HIGH}, {COMPUTED_HIGH}, {DAYS} where {ONE}"),
    frozen("tier against its gate", "candidate_support_list.gate_sets_the_least_tier",
           f"update {LIST} set {AS_LOW}, {COMPUTED_LOW}, {FEW_DAYS} where {GATED}"),
    frozen("gate dropped with its tier", "candidate_tier.gate_category_of_concern",
           f"update {LIST} set gates = null, decided_by = 'points', {AS_LOW}, {COMPUTED_LOW}, {FEW_DAYS} where ctid = "
           f"(select ctid from {LIST} where candidate_id = %(c)s and gates like '%%category_of_concern%%' limit 1)"),
    frozen("gate of an inadequate grade dropped", "candidate_tier.gate_inadequate_grade",
           f"update {LIST} set gates = replace(gates, 'inadequate_grade, ', '') where candidate_id = %(c)s and gates like '%%inadequate_grade%%'"),
    frozen("gate of two inspections dropped", "candidate_tier.gate_stuck",
           f"update {LIST} set gates = replace(gates, ', stuck', '') where candidate_id = %(c)s and gates like '%%, stuck'"),
    frozen("gate of a judgement dropped", "candidate_tier.gates_by_judgements",
           f"update {LIST} set gates = nullif(regexp_replace(gates, '(, )?leadership_needs_attention', ''), '') "
           "where candidate_id = %(c)s and gates like '%%leadership_needs_attention%%'"),
    frozen("gate of a note dropped", "candidate_tier.gate_safeguarding_noted",
           f"update {LIST} set gates = replace(gates, ', safeguarding_noted', '') where candidate_id = %(c)s "
           "and gates like '%%safeguarding_noted%%'"),
    frozen("gate of attainment dropped", "candidate_tier.gates_are_those_that_caught",
           f"update {LIST} set gates = null where candidate_id = %(c)s and gates = 'attainment_below_twice'"),
    frozen("gate invented", "candidate_tier.gate_attainment_has_its_figure",
           f"update {LIST} set gates = 'attainment_below_twice' where {ONE}"),
    frozen("gate unknown", "candidate_support_list.gates_known", f"update {LIST} set gates = 'bad_luck' where {ONE}"),
    frozen("held without a year before", "candidate_tier.held_by_the_year_before",
           f"update {LIST} set decided_by = 'held', {AS_HIGH}, {COMPUTED_HIGH}, {DAYS} where {ONE}"),
    frozen("step down at once", "candidate_tier.step_down_after_two",
           f"update {LIST} set decided_by = 'points', {AS_LOW}, {COMPUTED_LOW}, {FEW_DAYS} where candidate_id = %(c)s "
           "and decided_by = 'held'"),
    frozen("what decided is missing", "candidate_support_list.decided_by_filled", f"update {LIST} set decided_by = null where {ONE}"),
    frozen("what decided is unknown", "candidate_support_list.decided_by_known", f"update {LIST} set decided_by = 'luck' where {ONE}"),
    frozen("points said to decide where a gate did", "candidate_tier.decided_by_what_decided",
           f"update {LIST} set decided_by = 'points' where {GATED}"),
    frozen("tier between gate and points", "candidate_tier.computed_tier_is_the_higher",
           f"update {LIST} set computed_tier = 'targeted', computed_tier_name = 'Targeted support', computed_tier_rank = 3 where {GATED}"),
    frozen("points of a school over those available", "candidate_support_list.points_within_available",
           f"update {LIST} set points = points_available + 1 where {ONE}"),
    frozen("points available over all caps", "candidate_support_list.available_within_caps",
           f"update {LIST} set points_available = 99 where {ONE}"),
    frozen("points not those of the domains", "candidate_support_list.domains_sum_to_the_points",
           f"update {LIST} set points = points + 0.5 where {ONE}"),
    frozen("share not that of the points", "candidate_support_list.share_is_points_of_available",
           f"update {LIST} set points_share = points_share + 0.05 where {ONE}"),
    frozen("points missing", "candidate_support_list.points_filled", f"update {LIST} set points = null where {ONE}"),
    frozen("coverage over 1", "candidate_support_list.coverage_is_a_share", f"update {LIST} set coverage = 1.2 where {ONE}"),
    frozen("coverage too thin, and points decide", "candidate_support_list.coverage_decides_when_too_thin",
           f"update {LIST} set decided_by = 'points' where {THIN} and coverage < 0.5"),
    frozen("coverage lifted over the least", "candidate_support_list.coverage_is_available_of_caps",
           f"update {LIST} set coverage = 0.6 where {THIN}"),
    frozen("insufficient evidence called light touch", "candidate_support_list.insufficient_evidence_by_coverage_alone",
           f"update {LIST} set {AS_LOW}, {COMPUTED_LOW}, {FEW_DAYS} where {THIN}"),
    marts("tiers moved up in the marts", "candidate_support_list.points_give_the_tier", "marts.school_tier",
          f"update marts.school_tier set {AS_HIGH}, {COMPUTED_HIGH}, {DAYS} where assessment_id = %(a)s and decided_by = 'points' "
          "and tier_rank = 2 and decision is null"),
    marts("school lost in the marts", "candidate_school_in_registers.every_open_school_of_the_register",
          "marts.dim_school marts.school_tier", "delete from marts.dim_school where assessment_id = %(a)s and urn = (select min(urn) from marts.school_tier where assessment_id = %(a)s)",
          "delete from marts.school_tier where assessment_id = %(a)s and urn = (select min(urn) from marts.school_tier where assessment_id = %(a)s)"),
]  # fmt: skip

DAYS_AND_COST: list[Corruption] = [
    frozen("days negative", "candidate_support_list.support_days_not_negative", f"update {LIST} set support_days = -4 where {ONE}"),
    frozen("days missing", "candidate_support_list.support_days_filled", f"update {LIST} set support_days = null where {ONE}"),
    frozen("days over the budget", "candidate_support_list.support_days_of_the_tier",
           f"update {LIST} set support_days = support_days * 10, support_cost = support_cost * 10 where candidate_id = %(c)s"),
    frozen("cost at another rate", "candidate_support_list.cost_is_days_at_the_rate",
           f"update {LIST} set support_cost = support_cost + 0.01 where {ONE}"),
    frozen("groups that lose a school", "candidate_support_fairness.every_kind_adds_up_to_the_list",
           f"update {FAIRNESS} set schools = schools - 1 where candidate_id = %(c)s and group_name = 'primary'"),
    frozen("groups of other tiers", "candidate_support_fairness.every_group_counts_its_schools",
           f"update {FAIRNESS} set highest_tier_schools = highest_tier_schools + 1 where candidate_id = %(c)s and group_name = 'primary'"),
    frozen("group doubled", "candidate_support_fairness.one_row_a_group",
           f"insert into {FAIRNESS} select * from {FAIRNESS} where candidate_id = %(c)s and group_name = 'primary'"),
    frozen("group of another kind", "candidate_support_fairness.kinds_of_groups",
           f"update {FAIRNESS} set group_kind = 'colour' where candidate_id = %(c)s and group_name = 'primary'"),
    frozen("mean of the days wrong", "candidate_support_fairness.shares_and_means_of_the_sums",
           f"update {FAIRNESS} set mean_days = mean_days + 1 where candidate_id = %(c)s and group_name = 'primary'"),
    frozen("pupils of a group doubled", "candidate_support_fairness.every_kind_has_the_same_pupils",
           f"update {FAIRNESS} set pupils_on_roll = 2 * pupils_on_roll where candidate_id = %(c)s and group_name = 'primary'"),
]  # fmt: skip

OF = f"update {INDICATOR} set sentence = {{}} where candidate_id = %(c)s and indicator"
SENTENCES: list[Corruption] = [
    frozen("number of pupils off by one", "candidate_sentence.figures_as_in_the_row",
           OF.format("replace(sentence, ' ' || round(n) || ' pupils', ' ' || (round(n) + 1) || ' pupils')") + " = 'ks2_expected_standard' "
           "and value is not null"),
    frozen("value in a sentence off by a tenth", "candidate_sentence.figures_as_in_the_row",
           OF.format("replace(sentence, round(value, 1) || '%%', round(value + 0.1, 1) || '%%')") + " = 'absence_overall' "
           "and value is not null"),
    frozen("year in a sentence off by one", "candidate_sentence.figures_as_in_the_row",
           OF.format("replace(sentence, '2025', '2026')") + " = 'absence_persistent' and value is not null"),
    frozen("chance in a sentence off by one", "candidate_sentence.judgement_as_in_the_row",
           OF.format("replace(sentence, '(' || round(100 * probability_beyond_line) || '%%)', '(' || "
                     "round(100 * probability_beyond_line) + 1 || '%%)')") + " = 'ks2_expected_standard' and flag in ('likely', 'possible') "
           "and probability_beyond_line < 0.98"),
    frozen("likely said where it is possible", "candidate_sentence.judgement_as_in_the_row",
           OF.format("replace(sentence, 'It is possible', 'It is likely')") + " = 'ks2_expected_standard' and flag = 'possible'"),
    frozen("similar schools in a sentence off by one", "candidate_sentence.judgement_as_in_the_row",
           OF.format("replace(sentence, ' ' || similar_schools || ' similar', ' ' || similar_schools + 1 || ' similar')")
           + " = 'absence_overall' and similar_schools is not null"),
    frozen("sentence about what the row does not say", "candidate_sentence.judgement_as_in_the_row",
           OF.format("sentence || ' It has 3 exclusions.'") + " = 'ks2_expected_standard' and value is not null"),
    frozen("day of an inspection in a sentence off by one", "candidate_sentence.inspections_as_in_the_table",
           OF.format("replace(sentence, ' on 30 ', ' on 29 ')") + " = 'inspection_outcome' and sentence like '%% on 30 %%'"),
    frozen("another outcome said", "candidate_sentence.inspections_as_in_the_table",
           OF.format("replace(sentence, 'no concern', 'serious concern')") + " = 'inspection_outcome' and value = 1"),
    frozen("another reason said why a figure is missing", "candidate_sentence.missing_figure_said",
           OF.format("replace(sentence, 'suppressed', 'no entries')") + " like '%%' and reason_code = 'suppressed'"),
    frozen("day of a note off by one", "candidate_sentence.notes_as_written",
           OF.format("regexp_replace(sentence, '202[0-9]', '2019')") + " = 'local_intelligence' and value is not null"),
    frozen("month of a head teacher's change moved", "candidate_sentence.head_teacher_as_in_the_row",
           OF.format("regexp_replace(sentence, '20[0-9][0-9]', '2015')") + " = 'leadership_change' and sentence like 'A change%%'"),
    frozen("sentence missing", "candidate_school_indicator.sentence_given",
           OF.format("''") + " = 'absence_overall'"),
    frozen("sentence with a place unfilled", "candidate_school_indicator.sentence_complete",
           OF.format("replace(sentence, '2025', '{years}')") + " = 'absence_overall'"),
    frozen("no reason given", "candidate_support_list.reasons_given", f"update {LIST} set reasons = ' ' where {ONE}"),
    frozen("reason without a row", "candidate_reason.reasons_of_its_own_rows",
           f"update {LIST} set reasons = reasons || e'\\nParents complained 7 times.' where {ONE}"),
    frozen("number in a reason off by one", "candidate_reason.reasons_of_its_own_rows",
           f"update {LIST} set reasons = regexp_replace(reasons, '[0-9][.][0-9]%%', '9.9%%') where {ONE}"),
    frozen("reasons of another school", "candidate_reason.reasons_of_its_own_rows",
           f"update {LIST} set reasons = (select reasons from {LIST} where candidate_id = %(c)s and decided_by = 'points' and gates is null "
           f"and decision is null order by urn desc limit 1) where {ONE}"),
    frozen("gate not among the reasons", "candidate_reason.what_decided_is_said",
           f"update {LIST} set reasons = regexp_replace(reasons, '^[^\\n]+\\n', '') where {GATED}"),
    frozen("reason given twice", "candidate_reason.no_reason_twice",
           f"update {LIST} set reasons = reasons || e'\\n' || split_part(reasons, e'\\n', 1) where {ONE}"),
    frozen("day in a gate's reason off by one", "candidate_reason.gates_say_their_inspections",
           f"update {LIST} set reasons = regexp_replace(reasons, '20[0-9][0-9][)]', '2019)') where {GATED}"),
    frozen("points to reach off by a tenth", "candidate_reason.exit_says_the_points",
           f"update {LIST} set exit_criteria = regexp_replace(exit_criteria, 'fewer than [0-9.]+', 'fewer than 9.99') "
           "where candidate_id = %(c)s and exit_criteria like '%%fewer than%%'"),
]  # fmt: skip

MOVES: list[Corruption] = [
    shared("move of two tiers that nothing explains", "candidate_move.moves_of_two_tiers_explained", LIST,
           f"update {LIST} as before set tier_rank = now.tier_rank + 2, gates = now.gates, points_share = now.points_share from {LIST} as now "
           "where before.candidate_id = %(p)s and now.candidate_id = %(c)s and now.urn = before.urn and now.decision is null "
           "and now.tier_rank <= 2 and not exists (select from publication.inspection as new where new.candidate_id = %(c)s "
           "and new.urn = now.urn and new.is_latest and new.inspection_date > '2025-03-01')"),
]  # fmt: skip
