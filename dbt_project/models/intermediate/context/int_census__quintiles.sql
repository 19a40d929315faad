-- The fifth of the country's open state-funded schools of its phase that a school belongs to, by pupils eligible for
-- free school meals in the past six years: 1 has the fewest, 5 the most. Schools with the same percentage are in the
-- same fifth, the lowest that one of them falls into. Without a percentage there is no fifth.
with

schools as (select * from {{ ref('int_register__schools') }} where is_open and is_state_funded),

census as (select * from {{ ref('int_census__by_school') }} where fsm_ever_pct is not null)

select
    schools.assessment_id,
    schools.urn,
    (
        1 + 5 * (rank() over (phase order by census.fsm_ever_pct) - 1) / count(*) over phase
    )::integer as quintile
from schools
inner join census on schools.assessment_id = census.assessment_id and schools.urn = census.urn
window phase as (partition by schools.assessment_id, coalesce(schools.phase, 'unknown'))
