-- The marts join it school by school; planned as a handful of rows, a country's gates would read it whole for each of
-- them.
{{ config(indexes=[{'columns': ['assessment_id', 'urn']}]) }}

with

schools as (select * from {{ ref('int_register__schools') }}),

predecessors as (select * from {{ ref('int_register__predecessors') }}),

chains as (
    select
        assessment_id,
        urn,
        string_agg(predecessor_urn, ', ' order by steps) as predecessor_urns,
        (array_agg(method order by steps))[1] as predecessor_method
    from predecessors
    group by assessment_id, urn
)

select
    schools.assessment_id,
    schools.authority,
    schools.urn,
    schools.laestab,
    schools.school_name,
    coalesce(schools.phase, 'unknown') as phase,
    schools.school_type,
    schools.sector,
    schools.open_date,
    schools.close_date,
    chains.predecessor_urns,
    chains.predecessor_method,
    schools.register_release
from schools
left join chains on schools.assessment_id = chains.assessment_id and schools.urn = chains.urn
where schools.is_in_scope
