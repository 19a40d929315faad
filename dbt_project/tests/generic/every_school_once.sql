{% test every_school_once(model) %}
-- What is this test? Every open school of the authority has exactly one tier, and nobody else has one.
-- When is this important to resolve? Always: a school without a tier is a school forgotten.
-- How to resolve? The URNs listed drop out of (or enter by) a join between dim_school and school_tier.
select
    coalesce(schools.urn, tiers.urn) as urn,
    count(*) as occurrences
from (select * from {{ ref('dim_school') }} where assessment_id in {{ selected_assessments() }}) as schools
full outer join (select * from {{ model }} where assessment_id in {{ selected_assessments() }}) as tiers
    on schools.assessment_id = tiers.assessment_id and schools.urn = tiers.urn
group by coalesce(schools.assessment_id, tiers.assessment_id), coalesce(schools.urn, tiers.urn), schools.urn, tiers.urn
having count(*) <> 1 or schools.urn is null or tiers.urn is null
{% endtest %}
