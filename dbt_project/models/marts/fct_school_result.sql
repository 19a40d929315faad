with

schools as (select * from {{ ref('dim_school') }} where assessment_id in {{ selected_assessments() }}),

results as (select * from {{ ref('int_results__by_school') }})

select
    schools.assessment_id,
    schools.authority,
    schools.urn,
    results.result_urn,
    results.academic_year,
    results.key_stage,
    results.measure,
    results.value,
    results.reason_code,
    results.pupils,
    results.stage,
    results.release_label as release,
    results.line
from schools
inner join results on schools.assessment_id = results.assessment_id and schools.urn = results.urn
