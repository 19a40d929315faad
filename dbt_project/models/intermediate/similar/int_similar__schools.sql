-- The schools most like each school of a list: nearest neighbours of its phase over all England.
-- Euclidean over standardised characteristics, as Get School Improvement Insights (DfE, 2026) has it.
with

places as (select * from {{ ref('int_similar__places') }})

select
    places.assessment_id,
    places.urn,
    nearest.urn as similar_urn,
    sqrt(nearest.distance)::numeric(10, 4) as distance
from places
cross join
    lateral (
        select
            others.urn,
            {{ squared_distance('places.place', 'others.place') }} as distance
        from {{ ref('int_similar__places') }} as others
        where
            others.assessment_id = places.assessment_id and others.phase = places.phase and others.urn <> places.urn
        order by distance, others.urn
        limit places.similar_schools
    ) as nearest
where places.is_in_scope
