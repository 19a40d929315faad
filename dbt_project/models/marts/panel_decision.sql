-- The panel's decisions in force about the schools of the register.
with

schools as (select * from {{ ref('dim_school') }} where assessment_id in {{ selected_assessments() }}),

decisions as (select * from {{ ref('int_local__panel_decisions') }})

select
    decisions.assessment_id,
    decisions.authority,
    decisions.urn,
    decisions.decision,
    decisions.tier,
    decisions.reason,
    decisions.evidence,
    decisions.decided_by_1,
    decisions.decided_by_2,
    decisions.decided_on,
    decisions.expires_on,
    decisions.replaces_decided_on,
    decisions.release_label as release
from decisions
inner join schools on decisions.assessment_id = schools.assessment_id and decisions.urn = schools.urn
