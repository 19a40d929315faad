"""Gate 2 over inspections, read against Ofsted's files: `publication.inspection` beside `raw`."""

from __future__ import annotations

from school_support.quality.evidence import inspections
from school_support.quality.rules import DATA_ENGINEER, Candidate, Rule, no_rows

FOLLOW = (
    "Follow the inspection from the file through staging.stg_ofsted__inspections and marts.fct_inspection: it was changed, "
    "moved or lost on the way. Mend the model, and build the assessment again."
)
SAID = "batch.urn, batch.inspection_urn, batch.inspection_date"
# `its`: what the files say of each inspection of the list, which they tell of with days that differ. `beside`: the inspection
# with what they say together. Joined once for all: asked again for every inspection, the events would be read as often.
BESIDE = """,
    numbered as materialized (
        select batch.*, of_list.ruleset, the_rules.same_inspection_days, row_number() over () as number
        from batch
        inner join publication.candidate as of_list using (candidate_id)
        inner join seeds.rule_ruleset as the_rules on the_rules.ruleset = of_list.ruleset
    ),
    its as materialized (
        select numbered.number, numbered.ruleset as ruleset_of_list, events.*
        from numbered
        inner join events on events.urn = numbered.inspection_urn
            and abs(events.day - numbered.inspection_date) <= numbered.same_inspection_days
    ),
    said as (
        select number, array_agg(report) as reports, array_agg(grade::text) filter (where grade is not null) as grades,
            array_agg(category) filter (where category is not null) as categories
        from its
        group by number
    ),
    beside as (select * from numbered left join said using (number))
"""


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    files = inspections(candidate)

    def rule(name: str, sentence: str, query: str) -> Rule:
        return Rule(name, DATA_ENGINEER, "critical", sentence, FOLLOW, no_rows(f", {files}\n{query}"))

    return [
        rule(
            "day_is_in_the_files",
            "A file that was known on the day tells of an inspection of that school on that day.",
            f"select {SAID} from batch where not exists "
            "(select from events where events.urn = batch.inspection_urn and events.day = batch.inspection_date)",
        ),
        rule(
            "report_is_in_the_files",
            "Every day of publication is one that a file gives for that inspection.",
            f"{BESIDE} select {SAID}, batch.publication_date from beside as batch "
            "where batch.publication_date is not null and (batch.publication_date = any(batch.reports)) is not true",
        ),
        rule(
            "grade_is_in_the_files",
            "Every overall grade is the one that a file gives for that inspection, and missing only where none does.",
            f"{BESIDE} select {SAID}, batch.overall_effectiveness, "
            "(select string_agg(distinct grade, ', ') from unnest(batch.grades) as found (grade)) as in_files "
            "from beside as batch where (batch.overall_effectiveness is null and batch.grades is not null) "
            "or (batch.overall_effectiveness is not null and (batch.overall_effectiveness = any(batch.grades)) is not true)",
        ),
        rule(
            "category_is_in_the_files",
            "Every category of concern is the one that a file gives for that inspection, and missing only where none does.",
            f"{BESIDE} select {SAID}, batch.category_of_concern from beside as batch "
            "where (batch.category_of_concern is null and batch.categories is not null) "
            "or (batch.category_of_concern is not null and (batch.category_of_concern = any(batch.categories)) is not true)",
        ),
        rule(
            "concern_is_what_was_found",
            "Every level of concern is the gravest that a judgement of that inspection means under the ruleset.",
            f"""
            {BESIDE},
            gravest as (
                select event.number, max(case concerns.concern_level when 'none' then 1 when 'concern' then 2 when 'serious' then 3 end)
                    as level
                from its as event
                cross join lateral (
                    values ('overall_effectiveness', event.grade::text), ('category_of_concern', event.category),
                        ('quality_of_education', event.quality_of_education), ('safeguarding', event.safeguarding),
                        ('leadership_and_management', event.leadership_and_management),
                        ('card_worst_grade', (select word from unnest(event.card_words) as card (word)
                            order by array_position(array['Urgent improvement', 'Needs attention', 'Expected standard',
                                'Strong standard', 'Exceptional'], word) limit 1))
                ) as judgement (field, value)
                inner join seeds.rule_inspection_concern as concerns on concerns.ruleset = event.ruleset_of_list
                    and concerns.field = judgement.field and concerns.value = judgement.value
                group by event.number
            )
            select {SAID}, batch.concern_level, found.level
            from numbered as batch
            left join gravest using (number)
            cross join lateral (
                select (array['unknown', 'none', 'concern', 'serious'])[1 + coalesce(gravest.level, 0)] as level
            ) as found
            where batch.concern_level is distinct from found.level
            """,
        ),
        rule(
            "regime_of_its_day",
            "Every inspection stands under the framework that was in force on its day.",
            f"""
            select {SAID}, batch.regime
            from batch
            where batch.regime is distinct from (
                select regimes.regime from seeds.rule_inspection_regime as regimes
                where regimes.from_date = (
                    select max(from_date) from seeds.rule_inspection_regime where from_date <= batch.inspection_date
                )
            )
            """,
        ),
        rule(
            "of_the_school_or_its_predecessor",
            "Every inspection is of the school itself, or of a predecessor that the register links to it.",
            f"select {SAID} from batch where not exists (select from schools where schools.urn = batch.urn "
            "and schools.spoken_by = batch.inspection_urn)",
        ),
        rule(
            "predecessors_marked",
            "An inspection of another URN, or from before the school opened, is marked as a predecessor's, and no other is.",
            f"""
            select {SAID}, batch.relates_to_predecessor, school.open_date
            from batch
            inner join publication.school using (candidate_id, urn)
            where batch.relates_to_predecessor is distinct from
                (batch.inspection_urn <> batch.urn or coalesce(batch.inspection_date < school.open_date, false))
            """,
        ),
        rule(
            "given_to_one_school",
            "No inspection stands under two schools.",
            f"select {SAID} from batch where exists (select from batch as other where other.inspection_urn = "
            "batch.inspection_urn and other.inspection_date = batch.inspection_date and other.urn <> batch.urn)",
        ),
        rule(
            "nothing_lost",
            "Every graded inspection of a school or of its predecessor that the files tell of is in the table.",
            """
            select distinct schools.urn, events.urn as inspection_urn, events.day, events.grade
            from events
            inner join schools on schools.spoken_by = events.urn
            inner join seeds.rule_ruleset as the_rules on the_rules.ruleset = events.ruleset
            where not exists (
                select from batch where batch.urn = schools.urn and batch.inspection_urn = events.urn
                    and abs(batch.inspection_date - events.day) <= the_rules.same_inspection_days
            )
            """,
        ),
        rule(
            "every_inspected_school_has_a_latest",
            "Every school with an inspection of its own has a latest one.",
            "select batch.urn, count(*) as inspections from batch where not relates_to_predecessor "
            "group by batch.urn having not bool_or(is_latest)",
        ),
    ]
