"""Gate 2 against what the publishers say of the country and of the authority: `publication.school_indicator` and results."""

from __future__ import annotations

from school_support.quality.evidence import aggregates
from school_support.quality.rules import DATA_ENGINEER, Candidate, Check, Rule, no_rows

FOLLOW = (
    "Compare the measure's column, subject, unit and year in the file with staging.stg_dfe__results: whole columns are only "
    "this far off where two were swapped, a year was shifted or a unit slipped."
)
# How far a mean over schools may lie from the publisher's own figure, which counts other schools too: by unit of the measure.
OF_THE_COUNTRY = "case when measure like '%\\_pct' then 2.5 else 0.5 end"
# An authority has few schools, of which some closed since: wider, and only where most of its pupils are in the list.
OF_AN_AUTHORITY = "case when cells.measure like '%\\_pct' then 5 when cells.measure = 'attainment8' then 4 else 0.8 end"
FEWEST_SCHOOLS = 5
LEAST_SHARE = 0.8
PUBLISHED = """
    , published as (
        select batch.urn, batch.indicator, batch.national, batch.academic_years, school.phase, ruled.measure, ruled.noise,
            count(distinct year) as years, count(distinct cells.academic_year) as told,
            min(cells.number) as lowest, max(cells.number) as highest
        from batch
        inner join publication.candidate using (candidate_id)
        inner join publication.school using (candidate_id, urn)
        inner join seeds.rule_indicator as ruled
            on ruled.ruleset = candidate.ruleset and ruled.indicator = batch.indicator
            and ruled.method in ('proportion', 'mean', 'rate') and ruled.noise <> 'gap'
        cross join unnest(string_to_array(batch.academic_years, ', ')) as named (year)
        left join cells on cells.measure = ruled.measure and cells.academic_year::text = year and cells.area = 'country'
            and coalesce(cells.phase, school.phase) = case school.phase when 'all_through' then
                case when cells.phase is null then 'all_through' else 'secondary' end else school.phase end
        where batch.national is not null
        group by batch.urn, batch.indicator, batch.national, batch.academic_years, school.phase, ruled.measure, ruled.noise
    )
"""


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    files = aggregates(candidate)
    return [
        _rule(
            "national_as_published",
            "Every national figure is close to those that the publisher gives for its years.",
            no_rows(
                f"""
                , {files}{PUBLISHED}
                select urn, indicator, national, academic_years, lowest, highest
                from published
                where years = told and noise <> 'rate'
                    and national not between lowest - {OF_THE_COUNTRY} and highest + {OF_THE_COUNTRY}
                """
            ),
        ),
        _rule(
            "absence_national_as_published",
            "The national figure of absence is that of the publisher's row of the phase.",
            no_rows(
                f"""
                , {files}{PUBLISHED}
                select urn, indicator, national, academic_years, lowest, highest
                from published
                where years = told and noise = 'rate' and national not between lowest - 0.002 and highest + 0.002
                """
            ),
        ),
        _rule(
            "progress_is_nought_nationally",
            "The national figure of a measure of progress is about nought, which is how progress is made.",
            no_rows(
                """
                select batch.urn, batch.indicator, batch.national
                from batch
                where batch.domain = 'progress' and abs(batch.national) > case batch.unit when 'points' then 0.25 else 0.5 end
                """
            ),
        ),
        _rule(
            "one_national_figure",
            "Schools of one phase with the same years have the same national figure of a rate.",
            no_rows(
                """
                select batch.urn, batch.indicator, batch.national, batch.academic_years
                from batch
                inner join publication.candidate using (candidate_id)
                inner join publication.school using (candidate_id, urn)
                inner join seeds.rule_indicator as ruled on ruled.ruleset = candidate.ruleset
                    and ruled.indicator = batch.indicator and ruled.method in ('rate', 'context')
                inner join (
                    select indicator, academic_years, phase, mode() within group (order by national) as national
                    from batch inner join publication.school using (candidate_id, urn)
                    where national is not null
                    group by indicator, academic_years, phase
                ) as usual
                    on usual.indicator = batch.indicator and usual.academic_years = batch.academic_years
                    and usual.phase = school.phase
                where batch.national <> usual.national
                """
            ),
        ),
        _rule(
            "authority_as_published",
            "The schools' results together are close to those that the publisher gives for the authority.",
            no_rows(
                f"""
                , {files},
                together as (
                    select result.measure, result.academic_year, count(*) as schools, sum(result.pupils) as pupils,
                        sum(result.value * result.pupils) / sum(result.pupils) as mean
                    from publication.result
                    where candidate_id = {candidate.candidate_id} and value is not null and pupils > 0
                    group by result.measure, result.academic_year
                )
                select together.measure, together.academic_year, round(together.mean, 2) as of_the_schools, cells.number as published
                from together
                inner join cells on cells.measure = together.measure and cells.academic_year = together.academic_year
                    and cells.area = 'authority'
                where together.schools >= {FEWEST_SCHOOLS} and together.pupils >= {LEAST_SHARE} * cells.pupils
                    and abs(together.mean - cells.number) > {OF_AN_AUTHORITY}
                """
            ),
        ),
    ]


def _rule(name: str, sentence: str, check: Check) -> Rule:
    return Rule(name, DATA_ENGINEER, "critical", sentence, FOLLOW, check)
