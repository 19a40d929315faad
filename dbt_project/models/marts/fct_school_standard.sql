-- The floor and coasting standards of the time, school by school and year by year.
with

schools as (select * from {{ ref('dim_school') }} where assessment_id in {{ selected_assessments() }}),

standards as (select * from {{ ref('int_standards__by_school') }})

select
    schools.assessment_id,
    schools.authority,
    schools.urn,
    standards.key_stage,
    standards.standard,
    standards.academic_year,
    standards.is_below,
    standards.reason_code,
    standards.years_in_a_row,
    standards.years_below::integer as years_below,
    standards.pupils::numeric(10, 1) as pupils,
    standards.measures_failing,
    standards.years_in_words,
    standards.releases_used
from schools
inner join standards on schools.assessment_id = standards.assessment_id and schools.urn = standards.urn
