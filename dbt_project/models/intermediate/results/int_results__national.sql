-- The comparator of each year: pupil-weighted mean of state-funded mainstream schools; for suspensions and exclusions
-- that of the phase; for absence the publisher's own national row by phase.
with

releases as (select * from {{ ref('int_assessment__releases') }} where usage = 'known'),

results as (select * from {{ ref('int_results__latest_known') }}),

schools as (select * from {{ ref('int_register__schools') }}),

absence as (select * from {{ ref('stg_dfe__national_absence') }}),

computed as (
    select
        results.assessment_id,
        results.academic_year,
        results.measure,
        (sum(results.value * results.pupils) / sum(results.pupils))::numeric(10, 3) as national
    from results
    inner join schools on results.assessment_id = schools.assessment_id and results.urn = schools.urn
    where
        results.value is not null
        and results.pupils > 0
        and schools.is_state_funded
        and results.key_stage <> 'exclusions'
        and schools.phase in ('primary', 'secondary', 'all_through')
    group by results.assessment_id, results.academic_year, results.measure
),

computed_by_phase as (
    select
        results.assessment_id,
        results.academic_year,
        results.measure,
        schools.phase,
        (sum(results.value * results.pupils) / sum(results.pupils))::numeric(10, 3) as national
    from results
    inner join schools on results.assessment_id = schools.assessment_id and results.urn = schools.urn
    where
        results.value is not null
        and results.pupils > 0
        and schools.is_state_funded
        and results.key_stage = 'exclusions'
    group by results.assessment_id, results.academic_year, results.measure, schools.phase
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
    phases.phase,
    computed.national
from computed
cross join (values ('primary'), ('secondary'), ('all_through')) as phases (phase)

union all

select
    assessment_id,
    academic_year,
    measure,
    phase,
    national
from computed_by_phase

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
