-- A school's latest return beside those of the other schools of its phase in the same term: the year so far. Pupils
-- rise from term to term, so only one term is ever compared with itself.
with

assessments as (select distinct assessment_id, list_year, ruleset from {{ ref('int_assessment__releases') }}),

rulesets as (select * from {{ ref('rule_ruleset') }}),

schools as (select * from {{ ref('int_register__schools') }}),

returns as (select * from {{ ref('int_returns__latest_known') }}),

by_year_group as (
    select
        assessment_id,
        urn,
        academic_year,
        term,
        year_group,
        'returned_expected_pct' as measure,
        sum(expected) as counted,
        sum(pupils) as possible,
        max(pupils) as pupils,
        string_agg(distinct release_label, ', ' order by release_label) as release_label
    from returns
    -- Combined and Phonics are other standards than those of single subjects.
    where section = 'results' and pupils > 0 and expected is not null and subject not in ('Combined', 'Phonics')
    group by assessment_id, urn, academic_year, term, year_group

    union all

    select
        assessment_id,
        urn,
        academic_year,
        term,
        year_group,
        'returned_absence_pct',
        sessions_missed,
        sessions_possible,
        pupils,
        release_label
    from returns
    where section = 'attendance' and sessions_possible > 0 and sessions_missed is not null
),

by_term as (
    select
        assessment_id,
        urn,
        academic_year,
        term,
        array_position(array['autumn', 'spring', 'summer'], term) as term_rank,
        measure,
        100.0 * sum(counted) / sum(possible) as value,
        sum(pupils) as pupils,
        string_agg(distinct release_label, ', ' order by release_label) as release_label
    from by_year_group
    group by assessment_id, urn, academic_year, term, measure
),

compared as (
    select
        by_term.*,
        schools.phase,
        schools.is_state_funded,
        sum(by_term.value * by_term.pupils) over term_of_phase / sum(by_term.pupils) over term_of_phase as comparator,
        count(*) over term_of_phase as schools_compared,
        row_number() over (
            partition by by_term.assessment_id, by_term.urn, by_term.measure
            order by by_term.academic_year desc, by_term.term_rank desc
        ) as newest
    from by_term
    inner join schools on by_term.assessment_id = schools.assessment_id and by_term.urn = schools.urn
    where by_term.pupils > 0
    window term_of_phase as (
        partition by by_term.assessment_id, schools.phase, by_term.academic_year, by_term.term, by_term.measure
    )
)

select
    compared.assessment_id,
    compared.urn,
    compared.phase,
    compared.is_state_funded,
    compared.measure,
    compared.academic_year,
    compared.term || ' ' || compared.academic_year as period,
    compared.value::numeric(10, 3) as value,
    compared.comparator::numeric(10, 3) as comparator,
    compared.pupils::numeric(10, 1) as pupils,
    compared.release_label
from compared
inner join assessments on compared.assessment_id = assessments.assessment_id
inner join rulesets on assessments.ruleset = rulesets.ruleset
where
    compared.newest = 1
    and compared.academic_year >= assessments.list_year - 1
    and compared.schools_compared >= rulesets.minimum_compared_schools
