-- The comparator of each year: pupil-weighted mean of state-funded mainstream schools; for suspensions and exclusions
-- that of the phase; for absence the publisher's own national row by phase.
with

releases as (select * from {{ ref('int_assessment__releases') }} where usage = 'known'),

results as (select * from {{ ref('int_results__latest_known') }}),

schools as (select * from {{ ref('int_register__schools') }}),

absence as (select * from {{ ref('stg_dfe__national_absence') }}),

counted as (
    select
        results.*,
        case when results.key_stage = 'exclusions' then schools.phase else 'mainstream' end as compared_with
    from results
    inner join schools on results.assessment_id = schools.assessment_id and results.urn = schools.urn
    where
        results.is_compared
        and results.value is not null
        and results.pupils > 0
        and schools.is_state_funded
        and (results.key_stage = 'exclusions' or schools.phase in ('primary', 'secondary', 'all_through'))
),

computed as (
    select
        assessment_id,
        academic_year,
        measure,
        compared_with,
        (sum(value * pupils) / sum(pupils))::numeric(10, 3) as national
    from counted
    group by assessment_id, academic_year, measure, compared_with
),

published as (
    select distinct on (releases.assessment_id, absence.academic_year, absence.measure, absence.phase)
        releases.assessment_id,
        absence.academic_year,
        absence.measure,
        absence.phase,
        absence.value as national
    from releases
    inner join absence on releases.release_id = absence.release_id
    order by
        releases.assessment_id,
        absence.academic_year,
        absence.measure,
        absence.phase,
        releases.stage_rank desc nulls last,
        releases.known_from desc,
        releases.sha256
)

select
    computed.assessment_id,
    computed.academic_year,
    computed.measure,
    covered.phase,
    computed.national
from computed
inner join
    (
        values
        ('mainstream', 'primary'), ('mainstream', 'secondary'), ('mainstream', 'all_through'),
        ('primary', 'primary'), ('secondary', 'secondary'), ('all_through', 'all_through'), ('special', 'special')
    )
        as covered (compared_with, phase)
    on computed.compared_with = covered.compared_with

union all

select
    published.assessment_id,
    published.academic_year,
    published.measure,
    covered.phase,
    published.national
from published
inner join
    (values ('primary', 'primary'), ('secondary', 'secondary'), ('secondary', 'all_through'), ('special', 'special'))
        as covered (published_phase, phase)
    on published.phase = covered.published_phase
