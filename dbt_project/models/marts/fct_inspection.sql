with

schools as (select * from {{ ref('dim_school') }} where assessment_id in {{ selected_assessments() }}),

inspections as (select * from {{ ref('int_inspections__by_school') }})

select
    schools.assessment_id,
    schools.authority,
    schools.urn,
    inspections.inspection_urn,
    inspections.inspection_date,
    inspections.publication_date,
    inspections.regime,
    inspections.overall_effectiveness::text as overall_effectiveness,
    inspections.category_of_concern,
    inspections.concern_level,
    coalesce(inspections.recency = 1, false) as is_latest,
    inspections.relates_to_predecessor,
    inspections.release_label as release
from schools
inner join inspections on schools.assessment_id = inspections.assessment_id and schools.urn = inspections.urn
