"""Corruptions of results and inspections on their way from the files."""

from __future__ import annotations

from gate_score.corruption import Corruption, frozen, marts, shared

RESULT, INSPECTION = "publication.result", "publication.inspection"
SUPPRESSED = f"(select min(urn) from {RESULT} where candidate_id = %(c)s and reason_code = 'suppressed')"
GRADED = (
    f"ctid = (select ctid from {INSPECTION} where candidate_id = %(c)s and is_latest and overall_effectiveness = '2' "
    "order by urn limit 1)"
)
PREDECESSORS = "candidate_id = %(c)s and inspection_urn <> urn"
OTHER = "(select max(urn) from publication.school where candidate_id = %(c)s)"

RESULTS: list[Corruption] = [
    frozen("wrong join: two schools' results exchanged", "candidate_result_in_files.value_is_the_cell",
           f"update {RESULT} as one set value = other.value, pupils = other.pupils from {RESULT} as other "
           "where one.candidate_id = %(c)s and other.candidate_id = %(c)s and one.urn <> other.urn and one.measure = 'rwm_expected_pct' "
           "and other.measure = one.measure and other.academic_year = one.academic_year and one.academic_year = 2025 "
           "and one.value is not null and other.value is not null and other.value <> one.value "
           f"and one.urn = (select min(urn) from {RESULT} where candidate_id = %(c)s and measure = 'rwm_expected_pct' "
           "and academic_year = 2025 and value is not null)"),
    frozen("year shifted", "candidate_result.from_a_known_release",
           f"update {RESULT} set academic_year = academic_year - 1 where candidate_id = %(c)s and key_stage = 'KS4'"),
    frozen("year of the results in the future", "candidate_result.year_over_by_the_day",
           f"update {RESULT} set academic_year = 2027 where candidate_id = %(c)s and key_stage = 'KS4' and academic_year = 2025"),
    frozen("subjects swapped", "candidate_result_in_files.value_is_the_cell",
           f"update {RESULT} set measure = case measure when 'reading_progress' then 'maths_progress' else 'reading_progress' end "
           "where candidate_id = %(c)s and measure in ('reading_progress', 'maths_progress')"),
    frozen("columns swapped", "candidate_result_in_files.value_is_the_cell",
           f"update {RESULT} set measure = case measure when 'rwm_expected_pct' then 'rwm_higher_pct' else 'rwm_expected_pct' end "
           "where candidate_id = %(c)s and measure in ('rwm_expected_pct', 'rwm_higher_pct')"),
    frozen("unit slip of one measure, 0 to 1", "candidate_result_in_files.value_is_the_cell",
           f"update {RESULT} set value = value / 100 where candidate_id = %(c)s and measure = 'rwm_expected_pct'"),
    frozen("unit slip that the authority's own row tells", "candidate_reconciliation.authority_as_published",
           f"update {RESULT} set value = value / 100 where candidate_id = %(c)s and measure = 'rwm_expected_pct'"),
    frozen("unit slip beyond 100", "candidate_result.percentages_are_percentages",
           f"update {RESULT} set value = value * 100 where candidate_id = %(c)s and measure = 'overall_absence_pct'"),
    frozen("sign turned", "candidate_result_in_files.value_is_the_cell",
           f"update {RESULT} set value = -value where candidate_id = %(c)s and measure = 'progress8' and value <> 0"),
    frozen("one value off by a tenth", "candidate_result_in_files.value_is_the_cell",
           f"update {RESULT} set value = value + 0.1 where ctid = (select ctid from {RESULT} where candidate_id = %(c)s "
           "and measure = 'overall_absence_pct' and value is not null limit 1)"),
    frozen("coded cell read as 0", "candidate_result_in_files.value_is_the_cell",
           f"update {RESULT} set value = 0, reason_code = null where candidate_id = %(c)s and reason_code is not null"),
    frozen("suppressed read as a value", "candidate_result_in_files.value_is_the_cell",
           f"update {RESULT} set value = 42, reason_code = null where candidate_id = %(c)s and urn = {SUPPRESSED} "
           "and reason_code = 'suppressed'"),
    frozen("value read as suppressed", "candidate_result_in_files.code_is_the_cell",
           f"update {RESULT} set value = null, reason_code = 'suppressed' where ctid = (select ctid from {RESULT} "
           "where candidate_id = %(c)s and value is not null and key_stage = 'KS2' limit 1)"),
    frozen("code given another meaning", "candidate_result_in_files.code_is_the_cell",
           f"update {RESULT} set reason_code = 'no_entries' where candidate_id = %(c)s and reason_code = 'suppressed'"),
    frozen("value and code at once", "candidate_result.value_or_reason",
           f"update {RESULT} set value = 1 where candidate_id = %(c)s and reason_code is not null"),
    frozen("results of a year lost", "candidate_result_in_files.nothing_lost",
           f"delete from {RESULT} where candidate_id = %(c)s and measure = 'rwm_expected_pct' and academic_year = 2024"),
    frozen("result doubled", "candidate_result.one_row_a_measure",
           f"insert into {RESULT} select * from {RESULT} where candidate_id = %(c)s and measure = 'attainment8'"),
    frozen("pupils of another year", "candidate_result_in_files.pupils_are_the_cell",
           f"update {RESULT} as one set pupils = other.pupils from {RESULT} as other where one.candidate_id = %(c)s "
           "and other.candidate_id = %(c)s and other.urn = one.urn and other.measure = one.measure "
           "and one.measure = 'progress8' and one.academic_year = 2024 and other.academic_year = 2023 and one.pupils <> other.pupils"),
    frozen("pupils negative", "candidate_result.pupils_not_negative",
           f"update {RESULT} set pupils = -pupils where candidate_id = %(c)s and measure = 'progress8'"),
    frozen("provisional kept over final", "candidate_result_in_files.latest_stage_known",
           f"update {RESULT} as kept set stage = 'provisional', value = replace(raw.attainment8, '%%', '')::numeric, "
           "pupils = raw.pupils::numeric, release = 'dfe_ks4 2025 provisional (' || left(release.sha256, 8) || ')' "
           "from landing.release as release inner join raw.dfe_ks4 as raw on raw._release_id = release.release_id "
           "where kept.candidate_id = %(c)s and release.source = 'dfe_ks4' and release.academic_year = 2025 "
           "and release.stage = 'provisional' and raw.urn = kept.urn and kept.measure = 'attainment8' and kept.academic_year = 2025 "
           "and raw.attainment8 ~ '^[0-9.]+$'"),
    frozen("provisional called final", "candidate_result_in_files.stage_is_the_releases",
           f"update {RESULT} set stage = 'revised' where candidate_id = %(c)s and stage = 'final' and key_stage = 'KS2'"),
    frozen("stage unknown", "candidate_result.stage_known",
           f"update {RESULT} set stage = 'draft' where candidate_id = %(c)s and key_stage = 'KS2'"),
    frozen("stage missing", "candidate_result.stage_filled",
           f"update {RESULT} set stage = null where candidate_id = %(c)s and key_stage = 'KS2'"),
    frozen("result of no release known", "candidate_result.from_a_known_release",
           f"update {RESULT} set release = 'dfe_ks2 2025 final (00000000)' where candidate_id = %(c)s and measure = 'rwm_expected_pct'"),
    frozen("results of a year without any", "candidate_result.year_has_results",
           f"update {RESULT} set academic_year = 2021 where candidate_id = %(c)s and measure = 'rwm_expected_pct' and academic_year = 2023"),
    frozen("predecessor's results given twice", "candidate_result_in_files.given_to_one_school",
           f"insert into {RESULT} select (jsonb_populate_record(one, jsonb_build_object('urn', {OTHER}))).* from {RESULT} as one "
           f"where one.candidate_id = %(c)s and one.urn <> {OTHER} and one.result_urn <> one.urn"),
    frozen("another school's results under ours", "candidate_result_in_files.of_the_school_or_its_predecessor",
           f"update {RESULT} set result_urn = (select min(urn) from raw.dfe_ks2 where la_code <> '999') "
           "where candidate_id = %(c)s and measure = 'rwm_expected_pct'"),
    frozen("results of a school that is not listed", "candidate_result.school_listed",
           f"update {RESULT} set urn = '100001' where candidate_id = %(c)s and measure = 'rwm_expected_pct' and academic_year = 2025"),
    marts("columns swapped in the marts", "candidate_result_in_files.value_is_the_cell", "marts.fct_school_result",
          "update marts.fct_school_result set measure = case measure when 'reading_progress' then 'writing_progress' "
          "else 'reading_progress' end where assessment_id = %(a)s and measure in ('reading_progress', 'writing_progress')"),
    marts("unit slip of a measure in the marts", "candidate_result_in_files.value_is_the_cell", "marts.fct_school_result",
          "update marts.fct_school_result set value = value / 100 where assessment_id = %(a)s and measure = 'english_maths_4_pct'"),
    shared("raw cell edited after the load", "candidate_result_in_files.value_is_the_cell", "raw.dfe_ks2",
           "update raw.dfe_ks2 set rwm_expected_pct = '99%%' where la_code = '999' and rwm_expected_pct ~ '^[0-9]+%%$' "
           "and _release_id in (select release_id from control.assessment_release where assessment_id = %(a)s)"),
]  # fmt: skip

INSPECTIONS: list[Corruption] = [
    frozen("grade off by one", "candidate_inspection_in_files.grade_is_in_the_files",
           f"update {INSPECTION} set overall_effectiveness = '3' where {GRADED}"),
    frozen("grade scale turned round", "candidate_inspection_in_files.grade_is_in_the_files",
           f"update {INSPECTION} set overall_effectiveness = (5 - overall_effectiveness::integer)::text where candidate_id = %(c)s "
           "and overall_effectiveness is not null"),
    frozen("grade unknown", "candidate_inspection.grade_known",
           f"update {INSPECTION} set overall_effectiveness = '9' where {GRADED}"),
    frozen("grade lost", "candidate_inspection_in_files.grade_is_in_the_files",
           f"update {INSPECTION} set overall_effectiveness = null where {GRADED}"),
    frozen("category of concern lost", "candidate_inspection_in_files.category_is_in_the_files",
           f"update {INSPECTION} set category_of_concern = null where candidate_id = %(c)s and category_of_concern is not null"),
    frozen("category of concern invented", "candidate_inspection_in_files.category_is_in_the_files",
           f"update {INSPECTION} set category_of_concern = 'SM' where {GRADED}"),
    frozen("concern not what was found", "candidate_inspection_in_files.concern_is_what_was_found",
           f"update {INSPECTION} set concern_level = 'none' where candidate_id = %(c)s and concern_level = 'serious'"),
    frozen("concern unknown", "candidate_inspection.concern_level_known",
           f"update {INSPECTION} set concern_level = 'some' where {GRADED}"),
    frozen("day of an inspection moved", "candidate_inspection_in_files.day_is_in_the_files",
           f"update {INSPECTION} set inspection_date = inspection_date - 1 where {GRADED}"),
    frozen("inspection of the future", "candidate_inspection.held_by_the_day",
           f"update {INSPECTION} set inspection_date = '2026-07-01' where {GRADED}"),
    frozen("report of the future", "candidate_inspection.published_by_the_day",
           f"update {INSPECTION} set publication_date = '2026-07-10' where {GRADED}"),
    frozen("report's day invented", "candidate_inspection_in_files.report_is_in_the_files",
           f"update {INSPECTION} set publication_date = inspection_date + 3 where candidate_id = %(c)s and publication_date is not null"),
    frozen("regime mixed", "candidate_inspection_in_files.regime_of_its_day",
           f"update {INSPECTION} set regime = 'report_card_2025' where candidate_id = %(c)s and regime = 'education_framework_2019'"),
    frozen("inspection lost", "candidate_inspection_in_files.nothing_lost",
           f"delete from {INSPECTION} where {GRADED}"),
    frozen("predecessor's grade lost", "candidate_inspection_in_files.nothing_lost",
           f"delete from {INSPECTION} where {PREDECESSORS}"),
    frozen("predecessor's grade given twice", "candidate_inspection_in_files.given_to_one_school",
           f"insert into {INSPECTION} select (jsonb_populate_record(one, jsonb_build_object('urn', {OTHER}))).* "
           f"from {INSPECTION} as one where one.{PREDECESSORS} and one.urn <> {OTHER}"),
    frozen("predecessor's grade as the school's own", "candidate_inspection_in_files.predecessors_marked",
           f"update {INSPECTION} set relates_to_predecessor = false where {PREDECESSORS}"),
    frozen("another school's inspection", "candidate_inspection_in_files.of_the_school_or_its_predecessor",
           f"update {INSPECTION} set urn = {OTHER} where {GRADED}"),
    frozen("two latest inspections", "candidate_inspection.one_latest_a_school",
           f"update {INSPECTION} set is_latest = true where candidate_id = %(c)s and not relates_to_predecessor"),
    frozen("no latest inspection", "candidate_inspection_in_files.every_inspected_school_has_a_latest",
           f"update {INSPECTION} set is_latest = false where candidate_id = %(c)s"),
    frozen("an older one is the latest", "candidate_inspection.latest_is_the_newest_of_its_own",
           f"update {INSPECTION} as one set is_latest = not one.is_latest where candidate_id = %(c)s and not relates_to_predecessor "
           f"and urn = (select urn from {INSPECTION} where candidate_id = %(c)s and not relates_to_predecessor group by urn "
           "having count(*) = 2 limit 1)"),
    frozen("inspection doubled", "candidate_inspection.one_row_an_inspection",
           f"insert into {INSPECTION} select * from {INSPECTION} where {GRADED}"),
    frozen("inspection of a school that is not listed", "candidate_inspection.school_listed",
           f"update {INSPECTION} set urn = '100001' where {GRADED}"),
    frozen("inspection of no release known", "candidate_inspection.from_a_known_release",
           f"update {INSPECTION} set release = 'ofsted_mi 2026 (00000000)' where {GRADED}"),
]  # fmt: skip
