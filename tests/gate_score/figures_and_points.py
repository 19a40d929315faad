"""Corruptions of indicators, domains and points: figures that are not what the results give."""

from __future__ import annotations

from gate_score.corruption import Corruption, frozen, marts

INDICATOR, RISK = "publication.school_indicator", "publication.school_risk"
OF = "candidate_id = %(c)s and indicator"
# One row of the expected standard with a figure that counts.
ONE = (
    f"ctid = (select ctid from {INDICATOR} where {OF} = 'ks2_expected_standard' and flag = 'none' order by urn limit 1)"
)
LIKELY = f"ctid = (select ctid from {INDICATOR} where {OF} = 'ks2_expected_standard' and flag = 'likely' order by urn limit 1)"
ABSENCE = (
    f"ctid = (select ctid from {INDICATOR} where {OF} = 'absence_overall' and value is not null order by urn limit 1)"
)

FIGURES: list[Corruption] = [
    frozen("indicators of two subjects swapped", "candidate_indicator_figures.value_is_the_pooled_results",
           f"update {INDICATOR} as one set value = other.value, interval_low = other.interval_low, "
           f"interval_high = other.interval_high, shrunk = other.shrunk, n = other.n from {INDICATOR} as other "
           "where one.candidate_id = %(c)s and other.candidate_id = %(c)s and one.urn = other.urn and one.value is not null "
           "and other.value is not null and (one.indicator, other.indicator) in (('ks2_reading_progress', 'ks2_maths_progress'), "
           "('ks2_maths_progress', 'ks2_reading_progress'))"),
    frozen("wrong join: figures of another school", "candidate_indicator_figures.value_is_the_pooled_results",
           f"update {INDICATOR} as one set value = other.value, interval_low = other.interval_low, "
           f"interval_high = other.interval_high, n = other.n from {INDICATOR} as other where one.{ONE} and other.{LIKELY}"),
    frozen("unit slip of a whole indicator", "candidate_indicator_figures.value_is_the_pooled_results",
           f"update {INDICATOR} set value = value / 100, national = national / 100, interval_low = interval_low / 100, "
           f"interval_high = interval_high / 100, shrunk = shrunk / 100, line = line / 100 where {OF} = 'ks2_expected_standard'"),
    frozen("percentage over 100", "candidate_school_indicator.percentages_are_percentages",
           f"update {INDICATOR} set value = value * 10, interval_high = 2000 where {OF} = 'ks2_expected_standard'"),
    frozen("sign of a value turned", "candidate_indicator_figures.value_is_the_pooled_results",
           f"update {INDICATOR} set value = -value, interval_low = -interval_high, interval_high = -interval_low "
           f"where {OF} = 'ks4_progress_8' and value <> 0"),
    frozen("years weighted alike", "candidate_indicator_figures.value_is_the_pooled_results",
           f"update {INDICATOR} as one set value = (select avg(result.value) from publication.result where result.candidate_id = %(c)s "
           "and result.urn = one.urn and result.measure = 'overall_absence_pct' and one.academic_years like '%%' "
           f"|| result.academic_year || '%%') where {OF} = 'absence_overall' and value is not null"),
    frozen("years shifted by one", "candidate_indicator_figures.years_are_those_of_the_results",
           f"update {INDICATOR} set academic_years = '2022, 2023, 2024' where {OF} = 'ks2_expected_standard' and value is not null"),
    frozen("n of one year alone", "candidate_indicator_figures.pupils_are_those_of_the_years",
           f"update {INDICATOR} as one set n = (select max(pupils) from publication.result where result.candidate_id = %(c)s "
           f"and result.urn = one.urn and result.measure = 'rwm_expected_pct') where {ONE}"),
    frozen("n negative", "candidate_school_indicator.pupils_not_negative", f"update {INDICATOR} set n = -n where {ONE}"),
    frozen("figure lost though there are results", "candidate_indicator_figures.no_figure_without_results",
           f"update {INDICATOR} set value = null, reason_code = 'no_result_known', points = 0, points_available = 0, flag = null "
           f"where {ONE}"),
    frozen("figure lost as if there were none to compare with", "candidate_indicator_figures.no_figure_without_results",
           f"update {INDICATOR} set value = null, reason_code = 'no_result_to_compare', points = 0, points_available = 0, "
           f"flag = null where {ONE}"),
    frozen("figure made up where there is none", "candidate_indicator_figures.no_figure_without_results",
           f"update {INDICATOR} set value = 50, reason_code = null, n = 30 where {OF} = 'ks2_expected_standard' and value is null"),
    frozen("missing figure read as 0", "candidate_school_indicator.value_or_reason",
           f"update {INDICATOR} set value = 0 where {OF} = 'ks2_expected_standard' and reason_code is not null"),
    frozen("interval inverted", "candidate_school_indicator.value_within_its_interval",
           f"update {INDICATOR} set interval_low = interval_high, interval_high = interval_low where {ONE}"),
    frozen("interval of ten times the pupils", "candidate_indicator_figures.interval_is_that_of_the_pupils",
           f"update {INDICATOR} set interval_low = value - (value - interval_low) / 3, "
           f"interval_high = value + (interval_high - value) / 3 where {ONE}"),
    frozen("interval not around the value", "candidate_indicator_figures.interval_is_symmetric",
           f"update {INDICATOR} set interval_high = interval_high + 0.1 where {ABSENCE}"),
    frozen("interval of a rate below nought", "candidate_school_indicator.intervals_end_where_figures_do",
           f"update {INDICATOR} set interval_low = 2 * value - interval_high where {OF} = 'permanent_exclusions' "
           "and interval_low = 0 and interval_high > 2 * value"),
    frozen("estimate without its line", "candidate_indicator_figures.estimates_complete",
           f"update {INDICATOR} set line = null where {ONE}"),
    frozen("national figure of another phase", "candidate_reconciliation.absence_national_as_published",
           f"update {INDICATOR} set national = national + 1.3, line = line + 1.3 where {ABSENCE}"),
    frozen("national figure of one school alone", "candidate_reconciliation.one_national_figure",
           f"update {INDICATOR} set national = national + 0.01, line = line + 0.01 where {ABSENCE}"),
    frozen("national figure in another unit", "candidate_reconciliation.national_as_published",
           f"update {INDICATOR} set national = national / 100, line = national / 100 - 5 where {OF} = 'ks4_english_maths_4'"),
    frozen("national progress not nought", "candidate_reconciliation.progress_is_nought_nationally",
           f"update {INDICATOR} set national = national - 0.6, line = line - 0.6 where {OF} = 'ks4_progress_8'"),
    frozen("line on the wrong side", "candidate_indicator_figures.line_is_national_and_offset",
           f"update {INDICATOR} set line = 2 * national - line where {ONE}"),
    frozen("shrunk away from the national figure", "candidate_indicator_figures.shrunk_lies_between",
           f"update {INDICATOR} set shrunk = 2 * value - shrunk where {LIKELY}"),
    frozen("polarity turned", "candidate_indicator_figures.probability_on_the_right_side",
           f"update {INDICATOR} set probability_beyond_line = 1 - probability_beyond_line where {OF} = 'absence_overall' "
           "and value is not null"),
    frozen("polarity of the indicator turned", "candidate_indicator_figures.described_as_in_the_ruleset",
           f"update {INDICATOR} set direction = 'higher_is_better' where {OF} = 'absence_overall'"),
    frozen("probability too high", "candidate_indicator_figures.probability_is_that_of_the_estimate",
           f"update {INDICATOR} set probability_beyond_line = least(1, probability_beyond_line + 0.1) where {OF} = "
           "'ks2_expected_standard' and probability_beyond_line between 0.55 and 0.85"),
    frozen("probability over 1", "candidate_school_indicator.probability_is_one",
           f"update {INDICATOR} set probability_beyond_line = 1.2 where {ONE}"),
    frozen("figure of a release that was not read", "candidate_indicator_figures.releases_are_pinned",
           f"update {INDICATOR} set releases_used = 'dfe_ks2 2025 final (00000000)' where {ONE}"),
    frozen("outcome of another inspection", "candidate_indicator_figures.outcome_is_the_inspections",
           f"update {INDICATOR} set value = 3 where {OF} = 'inspection_outcome' and value = 1"),
    frozen("years since another inspection", "candidate_indicator_figures.years_since_the_inspection",
           f"update {INDICATOR} set value = value + 1 where {OF} = 'inspection_due' and value is not null"),
    frozen("context of another year", "candidate_indicator_figures.context_is_the_newest_result",
           f"update {INDICATOR} set academic_years = '2022' where {OF} = 'context_disadvantage' and value is not null"),
    frozen("sign of the roll turned", "candidate_indicator_figures.roll_is_that_of_the_census",
           f"update {INDICATOR} set value = -value where {OF} = 'roll_change' and value <> 0"),
    frozen("officers' notes made graver", "candidate_indicator_figures.notes_are_the_officers",
           f"update {INDICATOR} set value = 3 where {OF} = 'local_intelligence' and value = 2"),
    frozen("expired note counted", "candidate_indicator_figures.notes_are_the_officers",
           f"update {INDICATOR} set value = 3, reason_code = null where {OF} = 'local_intelligence' and value is null"),
    frozen("indicator lost", "candidate_school_indicator.every_indicator_of_the_phase",
           f"delete from {INDICATOR} where {ONE}"),
    frozen("indicator doubled", "candidate_school_indicator.one_row_an_indicator",
           f"insert into {INDICATOR} select * from {INDICATOR} where {ONE}"),
    marts("unit slip of an indicator in the marts", "candidate_indicator_figures.value_is_the_pooled_results", "marts.school_indicator",
          "update marts.school_indicator set value = value / 100, national = national / 100, interval_low = interval_low / 100, "
          "interval_high = interval_high / 100, shrunk = shrunk / 100, line = line / 100 where assessment_id = %(a)s "
          "and unit = 'percent' and indicator like 'ks4%%'"),
]  # fmt: skip

POINTS: list[Corruption] = [
    frozen("flag against its probability", "candidate_indicator_points.flag_by_the_thresholds",
           f"update {INDICATOR} set flag = 'none' where {LIKELY}"),
    frozen("flag of too few pupils", "candidate_indicator_points.flag_by_the_thresholds",
           f"update {INDICATOR} set flag = 'likely' where candidate_id = %(c)s and flag is null and probability_beyond_line is not null"),
    frozen("flag unknown", "candidate_school_indicator.flag_known", f"update {INDICATOR} set flag = 'certain' where {ONE}"),
    frozen("points not the probability", "candidate_indicator_points.points_are_the_probability",
           f"update {INDICATOR} set points = points / 2 where {LIKELY}"),
    frozen("points of what is not judged", "candidate_school_indicator.no_points_without_a_value",
           f"update {INDICATOR} set points_available = 1 where {OF} = 'ks2_expected_standard' and value is null"),
    frozen("points over those available", "candidate_school_indicator.points_within_available",
           f"update {INDICATOR} set points = points_available + 1 where {ONE}"),
    frozen("weight of another indicator", "candidate_indicator_points.available_is_the_weight",
           f"update {INDICATOR} set points_available = 1 where {ONE}"),
    frozen("band of another concern", "candidate_indicator_points.points_by_the_bands",
           f"update {INDICATOR} set points = points_available where {OF} = 'local_intelligence' and value = 2"),
    frozen("outcome without its points", "candidate_indicator_points.points_by_the_outcome",
           f"update {INDICATOR} set points = 0 where {OF} = 'inspection_outcome' and points > 0"),
    frozen("inspection due without its points", "candidate_indicator_points.points_by_the_day_due",
           f"update {INDICATOR} set points = 0 where {OF} = 'inspection_due' and points > 0"),
    frozen("points over the cap of a domain", "candidate_school_risk.points_within_available_within_cap",
           f"update {RISK} set points = domain_cap + 1, points_available = domain_cap + 1 where candidate_id = %(c)s "
           "and domain = 'absence'"),
    frozen("cap of a domain edited", "candidate_school_risk.every_domain_of_every_school",
           f"update {RISK} set domain_cap = 9 where candidate_id = %(c)s and domain = 'attainment'"),
    frozen("domain lost", "candidate_school_risk.every_domain_of_every_school",
           f"delete from {RISK} where candidate_id = %(c)s and domain = 'trend'"),
    frozen("domain doubled", "candidate_school_risk.one_row_a_domain",
           f"insert into {RISK} select * from {RISK} where candidate_id = %(c)s and domain = 'trend'"),
    frozen("domains swapped", "candidate_indicator_points.domain_is_its_indicators",
           f"update {RISK} set domain = case domain when 'leadership' then 'trend' else 'leadership' end "
           "where candidate_id = %(c)s and domain in ('leadership', 'trend')"),
    frozen("weight known made up", "candidate_indicator_points.weight_known_is_that_of_its_indicators",
           f"update {RISK} set weight_known = 1 where candidate_id = %(c)s and weight_known < 1"),
    frozen("weight known over 1", "candidate_school_risk.weight_known_is_a_share",
           f"update {RISK} set weight_known = 1.5 where candidate_id = %(c)s and domain = 'absence'"),
    marts("points halved in the marts", "candidate_indicator_points.domain_is_its_indicators", "marts.school_risk",
          "update marts.school_risk set points = points / 2 where assessment_id = %(a)s and points > 0"),
]  # fmt: skip
