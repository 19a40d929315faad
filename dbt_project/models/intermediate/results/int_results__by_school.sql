-- Results under the school that answers for them today: its own, else those of a predecessor whose history it carries.
with

results as (select * from {{ ref('int_results__latest_known') }}),

predecessors as (select * from {{ ref('int_register__predecessors') }} where carries_history),

-- The last school of a chain answers; one in the middle has closed.
answering as (
    select distinct on (assessment_id, predecessor_urn)
        assessment_id,
        predecessor_urn,
        urn,
        steps
    from predecessors
    order by assessment_id, predecessor_urn, steps desc
),

answered as (
    select
        results.*,
        coalesce(answering.urn, results.urn) as school_urn,
        coalesce(answering.steps, 0) as steps
    from results
    left join answering on results.assessment_id = answering.assessment_id and results.urn = answering.predecessor_urn
)

select distinct on (school_urn, measure, academic_year, assessment_id)
    assessment_id,
    school_urn as urn,
    urn as result_urn,
    academic_year,
    key_stage,
    measure,
    value,
    reason_code,
    pupils,
    stage,
    release_label,
    line
from answered
-- A new URN's empty row in the year of a conversion gives way to the predecessor's; a suppressed result does not.
order by
    school_urn, measure, academic_year, assessment_id,
    (value is not null or reason_code = 'suppressed') desc, steps
