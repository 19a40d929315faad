"""Corruptions of the schools, of what a candidate says of itself, of its releases, rules and past."""

from __future__ import annotations

from gate_score.corruption import Corruption, frozen, shared

EVERY_TABLE = ("support_list", "school", "school_risk", "school_indicator", "inspection", "result", "panel_decision")
FIRST = "(select min(urn) from publication.school where candidate_id = %(c)s)"
PIN = "control.assessment_release"
KNOWN = "(select release_id from control.assessment_release where assessment_id = %(a)s)"


def everywhere(statement: str) -> tuple[str, ...]:
    return tuple(statement.format(table=f"publication.{table}") for table in EVERY_TABLE)


def renumbered(other: str) -> tuple[str, ...]:
    """The first school gets another URN in every table."""
    return (
        f"create temp table renumbered on commit drop as select {FIRST} as was, ({other}) as is_now",
        *everywhere(
            "update {table} set urn = (select is_now from renumbered) "
            "where candidate_id = %(c)s and urn = (select was from renumbered)"
        ),
        "update publication.result set result_urn = urn where candidate_id = %(c)s and urn = (select is_now from renumbered)",
    )


SCHOOLS: list[Corruption] = [
    frozen("school lost from every table", "candidate_school_in_registers.every_open_school_of_the_register",
           *everywhere("delete from {table} where candidate_id = %(c)s and urn = (select max(urn) from publication.support_list "
                       "where candidate_id = %(p)s)")),
    frozen("school lost from the list", "candidate_support_list.every_open_school_listed",
           f"delete from publication.support_list where candidate_id = %(c)s and urn = {FIRST}"),
    frozen("school doubled in the list", "candidate_support_list.one_row_a_school",
           f"insert into publication.support_list select * from publication.support_list where candidate_id = %(c)s and urn = {FIRST}"),
    frozen("school doubled in the register", "candidate_school.one_row_a_school",
           f"insert into publication.school select * from publication.school where candidate_id = %(c)s and urn = {FIRST}"),
    frozen("school of another authority", "candidate_school.belongs_to_the_authority",
           f"update publication.school set laestab = '998' || right(laestab, 4) where candidate_id = %(c)s and urn = {FIRST}"),
    frozen("foreign school under our LAESTAB", "candidate_school_in_registers.is_in_its_register",
           *renumbered("select min(urn) from raw.gias where la_code <> '999'")),
    frozen("school that the register has elsewhere", "candidate_school_in_registers.authority_says_the_register",
           *renumbered("select min(urn) from raw.gias where la_code <> '999'")),
    frozen("closed school listed", "candidate_school_in_registers.not_closed_says_the_register",
           *renumbered("select min(urn) from raw.gias where la_code = '999' and close_date ~ '201[0-9]$'")),
    frozen("school that opens later", "candidate_school.open_on_the_day",
           f"update publication.school set open_date = '2026-09-01' where candidate_id = %(c)s and urn = {FIRST}"),
    frozen("opening a year late", "candidate_school_in_registers.opening_says_the_register",
           "update publication.school set open_date = open_date + 365 where candidate_id = %(c)s and urn = "
           "(select min(urn) from publication.school where candidate_id = %(c)s and open_date < '2020-01-01')"),
    frozen("name of another school", "candidate_school_in_registers.is_in_its_register",
           f"update publication.school set school_name = 'Another School' where candidate_id = %(c)s and urn = {FIRST}"),
    frozen("phase changed in the list", "candidate_school_in_registers.listed_as_it_is",
           f"update publication.support_list set phase = 'secondary' where candidate_id = %(c)s and urn = {FIRST}"),
    frozen("phase of a special school changed", "candidate_school_in_registers.phase_of_its_type",
           "update publication.school set phase = 'primary' where candidate_id = %(c)s and phase = 'special'"),
    frozen("sector turned", "candidate_school_in_registers.sector_of_its_type",
           f"update publication.school set sector = 'other' where candidate_id = %(c)s and urn = {FIRST}"),
    frozen("predecessor invented", "candidate_school_in_registers.predecessors_are_linked",
           f"update publication.school set predecessor_urns = '100001' where candidate_id = %(c)s and urn = {FIRST}"),
    frozen("predecessor given to two schools", "candidate_school_in_registers.predecessors_of_one_school",
           f"update publication.school set predecessor_urns = (select min(predecessor_urns) from publication.school "
           f"where candidate_id = %(c)s) where candidate_id = %(c)s and urn = {FIRST}"),
]  # fmt: skip

OF_ITSELF: list[Corruption] = [
    frozen("wrong authority", "candidate.says_what_was_assessed",
           "update publication.candidate set authority = '874' where candidate_id = %(c)s"),
    frozen("list year shifted", "candidate.says_what_was_assessed",
           "update publication.candidate set list_year = list_year - 1 where candidate_id = %(c)s"),
    frozen("as-at date shifted", "candidate.says_what_was_assessed",
           "update publication.candidate set as_at = as_at - 365 where candidate_id = %(c)s"),
    frozen("wrong ruleset named", "candidate.says_what_was_assessed",
           "update publication.candidate set ruleset = '2019.2' where candidate_id = %(c)s"),
    frozen("rows edited under the same hash", "candidate.rows_are_what_was_frozen",
           "update publication.candidate set content_hash = repeat('a', 64) where candidate_id = %(c)s"),
    shared("list year shifted in the assessment too", "candidate.list_year_of_the_day", "control.assessment publication.candidate",
           "update control.assessment set list_year = 2030 where assessment_id = %(a)s",
           "update publication.candidate set list_year = 2030 where candidate_id = %(c)s"),
    shared("past of another authority", "candidate.previous_is_an_earlier_list", "control.assessment",
           "update control.assessment set authority = '874' where assessment_id = "
           "(select previous_assessment_id from control.assessment where assessment_id = %(a)s)"),
    shared("past that is of a later day", "candidate.previous_is_an_earlier_list", "control.assessment",
           "update control.assessment set as_at = '2026-07-31' where assessment_id = "
           "(select previous_assessment_id from control.assessment where assessment_id = %(a)s)"),
]  # fmt: skip

RULES: list[Corruption] = [
    shared("wrong ruleset used", "candidate_ruleset.rules_are_those_recorded", "control.assessment publication.candidate",
           "update control.assessment set ruleset = '2019.2' where assessment_id = %(a)s",
           "update publication.candidate set ruleset = '2019.2' where candidate_id = %(c)s"),
    shared("cut of a tier edited", "candidate_ruleset.rules_are_those_recorded", "seeds.rule_tier",
           "update seeds.rule_tier set cut_from = 0.62 where ruleset = '2026.3' and tier = 'high'"),
    shared("weight of an indicator edited", "candidate_ruleset.rules_are_those_recorded", "seeds.rule_indicator",
           "update seeds.rule_indicator set weight = 2 where ruleset = '2026.3' and indicator = 'absence_overall'"),
    shared("row of the ruleset lost", "candidate_ruleset.rules_are_those_recorded", "seeds.rule_gate",
           "delete from seeds.rule_gate where ruleset = '2026.3' and gate = 'leadership_needs_attention'"),
    shared("meaning of a code edited in the rules", "candidate_ruleset.rules_are_those_recorded", "seeds.xwalk_reason_code",
           "update seeds.xwalk_reason_code set reason_code = 'no_entries' where code = 'SUPP'"),
    shared("ruleset edited since the assessment", "candidate_ruleset.rules_are_those_recorded", "control.assessment",
           "update control.assessment set ruleset_hash = repeat('b', 64) where assessment_id = %(a)s"),
    shared("day rate edited", "candidate_ruleset.rules_are_those_recorded", "seeds.authority_setting",
           "update seeds.authority_setting set day_rate = 900 where authority = '999'"),
    shared("settings of the authority lost", "candidate_budget.settings_present", "seeds.authority_setting",
           "update seeds.authority_setting set budget = null where authority = '999'"),
]  # fmt: skip

RELEASES: list[Corruption] = [
    shared("stale: newest release left out", "candidate_release.no_release_left_out", PIN,
           f"delete from {PIN} where assessment_id = %(a)s and release_id = (select release_id from landing.release where "
           "source = 'dfe_absence' and status = 'accepted' order by known_from desc limit 1)"),
    shared("withdrawn release", "candidate_release.releases_accepted", "landing.release",
           "update landing.release set status = 'withdrawn', withdrawn_from = '2026-06-01', withdrawn_reason = 'wrong' "
           f"where source = 'dfe_ks2' and release_id in {KNOWN} and academic_year = 2025"),
    shared("quarantined release", "candidate_release.releases_accepted", "landing.release",
           "update landing.release set status = 'quarantined', reason = 'wrong' where source = 'dfe_ks4' "
           f"and release_id in {KNOWN} and academic_year = 2024"),
    shared("release that failed gate 1", "candidate_release.releases_passed_gate_1", "quality.gate_run",
           f"update quality.gate_run set passed = false where gate = 'raw' and subject_id = (select min(release_id) from {PIN} "
           "where assessment_id = %(a)s)"),
    shared("future release", "candidate_release.releases_known_on_the_day", "landing.release",
           "update landing.release set known_from = '2026-07-01' where source = 'dfe_absence' "
           f"and release_id in {KNOWN} and academic_year = 2025"),
    shared("release of another country", "candidate_release.releases_of_the_collection", "landing.release",
           f"update landing.release set collection = 'england' where source = 'dfe_ks2' and release_id in {KNOWN} "
           "and academic_year = 2024"),
    shared("overlapping releases", "candidate_release.one_release_of_a_kind", "landing.release",
           "update landing.release as later set known_from = former.known_from, stage = former.stage from landing.release as former "
           "where former.source = 'dfe_ks2' and later.source = 'dfe_ks2' and former.academic_year = later.academic_year "
           "and former.layout = later.layout and former.release_id > later.release_id"),
    shared("half-loaded release", "candidate_release.loaded_whole", "raw.dfe_absence",
           f"delete from raw.dfe_absence where _line %% 2 = 0 and _release_id in {KNOWN}"),
    shared("raw cells edited before all was built again", "candidate_release.rows_as_accepted", "raw.dfe_ks2",
           "update raw.dfe_ks2 set rwm_expected_pct = '88%%' where la_code = '999' and rwm_expected_pct ~ '^[0-9]+%%$' "
           f"and _release_id in {KNOWN}"),
    shared("raw rows of other authorities edited", "candidate_release.rows_as_accepted", "raw.dfe_absence",
           "update raw.dfe_absence set overall_absence_pct = '1.0' where la_code <> '999'"),
    shared("grades edited in raw", "candidate_release.rows_as_accepted", "raw.ofsted_mi",
           "update raw.ofsted_mi set overall_effectiveness = '1' where overall_effectiveness = '4' "
           f"and _release_id in {KNOWN}"),
    shared("release loaded twice", "candidate_release.loaded_whole", "raw.dfe_census",
           "insert into raw.dfe_census select * from raw.dfe_census where _release_id = (select min(_release_id) from raw.dfe_census)"),
]  # fmt: skip
