"""Gate 2 over results, read against the cells of the files: `publication.result` beside `raw`."""

from __future__ import annotations

from school_support.quality.evidence import results
from school_support.quality.rules import DATA_ENGINEER, Candidate, Rule, no_rows

FOLLOW = (
    "Follow the result from the file and line through staging.stg_dfe__results and marts.fct_school_result: the figure "
    "was changed, moved or lost on the way. Mend the model, and build the assessment again. A measure that is new there "
    "needs its cell in CELLS of quality/evidence.py too, the road by which this rule reads the file."
)
CARRIED = "(schools.is_own or schools.predecessor_method = 'one-to-one link')"
# Each result beside the cells of the very release, school, year and measure that it names. The full joins are hashed
# whatever the planner expects; expecting nothing, it would pair every result with every cell.
BESIDE = """
    , listed as (
        select batch.*, substring(batch.release from '[(]([0-9a-f]{8})[)]$') as sha8 from batch
    ),
    its as (
        select sha8, urn, academic_year, measure, array_agg(number) as numbers, bool_or(number is not null) as has_number,
            array_agg(pupils) as numbers_of_pupils, string_agg(cell, ' / ') as in_file,
            array_agg(case when cell = '' then 'not_stated' else coalesce(codes.reason_code, 'unknown_code') end) as codes
        from cells left join seeds.xwalk_reason_code as codes on codes.code = cells.cell
        group by sha8, urn, academic_year, measure
    ),
    beside as materialized (
        select listed.urn, listed.result_urn, listed.academic_year, listed.measure, listed.value, listed.reason_code,
            listed.pupils, its.numbers, its.has_number, its.numbers_of_pupils, its.in_file, its.codes
        from listed
        full join its on its.sha8 = listed.sha8 and its.urn = listed.result_urn
            and its.academic_year = listed.academic_year and its.measure = listed.measure
    )
"""
# Each result beside the figure of the latest stage that any file known on the day has.
LATEST = """
    , listed as (
        select batch.*, pinned.source, pinned.stage_rank, pinned.known_from
        from batch inner join pinned on pinned.sha8 = substring(batch.release from '[(]([0-9a-f]{8})[)]$')
    ),
    latest as (
        select distinct on (source, urn, academic_year, measure) *
        from cells order by source, urn, academic_year, measure, stage_rank desc nulls last, known_from desc
    ),
    beside as materialized (
        select listed.urn, listed.result_urn, listed.academic_year, listed.measure, listed.value, listed.stage,
            listed.stage_rank, listed.known_from, latest.stage_rank as latest_rank, latest.known_from as latest_from,
            latest.cell, latest.sha8
        from listed
        full join latest on latest.source = listed.source and latest.urn = listed.result_urn
            and latest.academic_year = listed.academic_year and latest.measure = listed.measure
    )
"""
SAID = "urn, result_urn, academic_year, measure"


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    files = results(candidate)

    def rule(name: str, sentence: str, query: str) -> Rule:
        return Rule(name, DATA_ENGINEER, "critical", sentence, FOLLOW, no_rows(f", {files}\n{query}"))

    return [
        rule(
            "value_is_the_cell",
            "Every value is the number in the cell of its measure, school and year in the file that it names.",
            f"{BESIDE} select {SAID}, value, in_file from beside "
            "where value is not null and (value = any(numbers)) is not true",
        ),
        rule(
            "code_is_the_cell",
            "Where a result has a reason code, its cell in the file that it names has that code and no number.",
            f"{BESIDE} select {SAID}, reason_code, in_file from beside where urn is not null and value is null "
            "and (has_number or (reason_code = any(codes)) is not true)",
        ),
        rule(
            "pupils_are_the_cell",
            "Every number of pupils is that of the same year, school and file.",
            f"{BESIDE} select {SAID}, pupils, numbers_of_pupils from beside "
            "where urn is not null and not coalesce(pupils = any(numbers_of_pupils), false) "
            "and not (pupils is null and array_position(numbers_of_pupils, null) is not null)",
        ),
        rule(
            "of_the_school_or_its_predecessor",
            "Every result is the school's own, or that of a predecessor whose history it carries.",
            f"select batch.urn, batch.result_urn, batch.academic_year, batch.measure from batch where not exists "
            f"(select from schools where schools.urn = batch.urn and schools.spoken_by = batch.result_urn and {CARRIED})",
        ),
        rule(
            "latest_stage_known",
            "No result stands where a file that was known on the day has the same figure at a later stage.",
            f"{LATEST} select {SAID}, stage, value, sha8 as later_release, cell as later_figure from beside "
            "where urn is not null and (coalesce(latest_rank, 0) > coalesce(stage_rank, 0) "
            "or (latest_rank is not distinct from stage_rank and latest_from > known_from))",
        ),
        rule(
            "stage_is_the_releases",
            "Every result's stage is that of the file that it names.",
            f"{LATEST} select {SAID}, stage from beside where urn is not null "
            "and array_position(array['provisional', 'revised', 'final'], stage) is distinct from stage_rank",
        ),
        rule(
            "nothing_lost",
            "Every figure that the files have of a school, or of a predecessor whose history it carries, is among the results, "
            "unless a later stage took it back.",
            f"""
            , latest as (
                select distinct on (source, urn, academic_year, measure) *
                from cells
                order by source, urn, academic_year, measure, stage_rank desc nulls last, known_from desc, number is null
            ),
            told_of as (
                select distinct schools.urn, cells.academic_year, cells.measure
                from latest as cells
                inner join schools on schools.spoken_by = cells.urn and {CARRIED}
                inner join publication.candidate on candidate_id = {candidate.candidate_id}
                where cells.number is not null
                    and (cells.source <> 'dfe_census' or cells.measure in (
                        select measure from seeds.rule_indicator where rule_indicator.ruleset = candidate.ruleset
                        union
                        select measure from seeds.rule_similar_school where rule_similar_school.ruleset = candidate.ruleset
                    ))
            ),
            beside as materialized (
                select told_of.*, listed.urn as listed_urn
                from told_of
                full join (select * from batch where value is not null) as listed on listed.urn = told_of.urn
                    and listed.academic_year = told_of.academic_year and listed.measure = told_of.measure
            )
            select urn, academic_year, measure from beside where listed_urn is null
            """,
        ),
        rule(
            "given_to_one_school",
            "No school's result counts for two schools.",
            "select min(urn) as urn, result_urn, academic_year, measure, string_agg(urn, ', ') as schools from batch "
            "group by result_urn, academic_year, measure having count(distinct urn) > 1",
        ),
    ]
