-- The results that the standards look at, of the schools in scope: measure by measure the latest stage known, under the
-- school that answers for them, as int_results__by_school decides it. The upper limit is that of the score's own line.
with

releases as (select * from {{ ref('int_assessment__releases') }} where usage = 'known'),

schools as (select * from {{ ref('int_register__schools') }} where is_in_scope),

predecessors as (select * from {{ ref('int_register__predecessors') }} where carries_history),

years_needed as (select distinct assessment_id, key_stage, year_needed from {{ ref('int_standards__years_needed') }}),

results as (select * from {{ ref('stg_dfe__standard_results') }}),

pupil_sds as (select * from {{ ref('rule_pupil_sd') }}),

-- The last school of a chain answers; one in the middle has closed.
answering as (
    select distinct on (assessment_id, predecessor_urn)
        assessment_id,
        predecessor_urn,
        urn,
        steps
    from predecessors
    order by assessment_id, predecessor_urn, steps desc
),

answered as (
    select
        schools.assessment_id,
        schools.urn,
        schools.urn as result_urn,
        0 as steps
    from schools
    left join
        answering
        on schools.assessment_id = answering.assessment_id and schools.urn = answering.predecessor_urn
    where answering.urn is null

    union all

    select
        schools.assessment_id,
        schools.urn,
        answering.predecessor_urn,
        answering.steps
    from schools
    inner join answering on schools.assessment_id = answering.assessment_id and schools.urn = answering.urn
),

known as (
    select
        answered.assessment_id,
        answered.urn,
        answered.result_urn,
        answered.steps,
        results.academic_year,
        results.key_stage,
        results.measure,
        results.value,
        results.reason_code,
        results.upper_limit,
        results.coverage_pct,
        results.pupils,
        results.pupils_in_measure,
        releases.stage,
        releases.release_label,
        results.line,
        row_number() over (
            partition by
                answered.assessment_id, answered.urn, answered.result_urn, results.academic_year, results.measure
            order by
                releases.stage_rank desc nulls last,
                releases.known_from desc,
                -- The same stage of the same day in two files: the one that says more.
                (results.value is not null) desc,
                (results.reason_code is distinct from 'not_stated') desc,
                (results.upper_limit is not null) desc,
                (results.pupils is not null) desc,
                releases.sha256
        ) as stage_place
    from years_needed
    inner join releases on years_needed.assessment_id = releases.assessment_id
    inner join results
        on releases.release_id = results.release_id and years_needed.key_stage = results.key_stage
        and years_needed.year_needed = results.academic_year
    inner join answered on releases.assessment_id = answered.assessment_id and results.urn = answered.result_urn
),

-- A new URN's empty row in the year of a conversion gives way to the predecessor's; a suppressed result does not.
latest as (
    select distinct on (assessment_id, urn, academic_year, measure) *
    from known
    where stage_place = 1
    order by
        assessment_id, urn, academic_year, measure,
        (value is not null or reason_code = 'suppressed') desc, steps
),

counted as (
    select
        *,
        coalesce(coverage_pct, 100 * pupils_in_measure / nullif(pupils, 0)) as known_coverage_pct,
        coalesce(pupils_in_measure, round(pupils * coverage_pct / 100)) as known_pupils_in_measure
    from latest
)

select
    counted.assessment_id,
    counted.urn,
    counted.result_urn,
    counted.academic_year,
    counted.key_stage,
    counted.measure,
    counted.value,
    counted.reason_code,
    -- A file without limits: the formula of the technical guides, over all pupils where those in the measure are not
    -- told.
    coalesce(
        counted.upper_limit,
        counted.value
        + 1.96 * pupil_sd.pupil_sd / sqrt(nullif(coalesce(counted.known_pupils_in_measure, counted.pupils), 0))
    )::numeric(10, 3) as upper_limit,
    counted.upper_limit is null and pupil_sd.pupil_sd is not null as is_limit_computed,
    counted.known_coverage_pct::numeric(10, 3) as coverage_pct,
    counted.pupils,
    counted.known_pupils_in_measure::numeric(10, 1) as pupils_in_measure,
    counted.stage,
    counted.release_label,
    counted.line
from counted
left join lateral (
    select pupil_sds.pupil_sd
    from pupil_sds
    where pupil_sds.measure = counted.measure and pupil_sds.academic_year <= counted.academic_year
    order by pupil_sds.academic_year desc
    limit 1
) as pupil_sd on true
