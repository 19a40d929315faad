-- The newest roll and share of disadvantaged pupils of each school of England, measure by measure, of the years that
-- the whole country has: a year that one authority's file alone has would set its schools apart from all others.
with

schools as (select * from {{ ref('int_register__schools') }}),

results as (
    select * from {{ ref('int_results__by_school') }}
    where measure in ('pupils_on_roll', 'fsm_ever_pct') and value is not null
),

national as (select * from {{ ref('int_results__national') }}),

newest as (
    select distinct on (results.assessment_id, results.urn, results.measure)
        results.assessment_id,
        results.urn,
        results.measure,
        results.value
    from results
    inner join schools on results.assessment_id = schools.assessment_id and results.urn = schools.urn
    inner join national
        on results.assessment_id = national.assessment_id and results.measure = national.measure
        and results.academic_year = national.academic_year and schools.phase = national.phase
    order by results.assessment_id, results.urn, results.measure, results.academic_year desc
)

select
    assessment_id,
    urn,
    max(value) filter (where measure = 'pupils_on_roll') as pupils_on_roll,
    max(value) filter (where measure = 'fsm_ever_pct') as fsm_ever_pct
from newest
group by assessment_id, urn
