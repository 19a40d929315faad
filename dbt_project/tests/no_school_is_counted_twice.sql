-- What is this test? No school on the list is the predecessor of another school on it.
-- When is this important to resolve? Always: one school would have two tiers, two letters and two sets of days.
-- How to resolve? Read both schools' rows in marts.school_link; a closing date is missing from the register, or a link
-- was carried although both schools are open.
with

schools as (select * from {{ ref('dim_school') }} where assessment_id in {{ selected_assessments() }}),

predecessors as (select * from {{ ref('int_register__predecessors') }})

select
    successors.assessment_id,
    successors.urn,
    predecessors.predecessor_urn
from schools as successors
inner join predecessors
    on successors.assessment_id = predecessors.assessment_id and successors.urn = predecessors.urn
inner join schools as earlier
    on predecessors.assessment_id = earlier.assessment_id and predecessors.predecessor_urn = earlier.urn
