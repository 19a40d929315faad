-- Measure by measure the latest stage known at the as-at date; schools that stand in several files count once.
with

releases as (select * from {{ ref('int_assessment__releases') }} where usage = 'known'),

performance as (select * from {{ ref('stg_dfe__results') }}),

exclusions as (select * from {{ ref('stg_dfe__exclusions') }}),

census as (select * from {{ ref('stg_dfe__census') }}),

-- Of the census only what an indicator shows or similar schools are found by.
census_measures as (
    select measure from {{ ref('rule_indicator') }}
    union
    select measure from {{ ref('rule_similar_school') }}
),

results as (
    select
        release_id, line, urn, academic_year, key_stage, measure, value, reason_code, pupils
    from performance
    union all
    select
        release_id, line, urn, academic_year, 'exclusions', measure, value, reason_code, pupils
    from exclusions
    union all
    select
        release_id, line, urn, academic_year, 'census', census.measure, value, reason_code, pupils
    from census
    where census.measure in (select census_measures.measure from census_measures)
)

select distinct on (releases.assessment_id, results.urn, results.academic_year, results.measure)
    releases.assessment_id,
    results.urn,
    results.academic_year,
    results.key_stage,
    results.measure,
    results.value,
    results.reason_code,
    results.pupils,
    releases.stage,
    releases.release_label,
    results.line
from releases
inner join results on releases.release_id = results.release_id
order by
    releases.assessment_id,
    results.urn,
    results.academic_year,
    results.measure,
    releases.stage_rank desc nulls last,
    releases.known_from desc,
    -- The same stage of the same day in two files: the one that says more.
    (results.value is not null) desc,
    (results.reason_code is distinct from 'not_stated') desc,
    (results.pupils is not null) desc,
    releases.sha256
