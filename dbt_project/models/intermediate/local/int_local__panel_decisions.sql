-- The panel's decisions in force: for the assessment's list year, made and received by its decisions date, not expired,
-- and not replaced by a later decision that names them. What differs is not settled here: the gate stops it.
with

assessments as (
    select * from {{ source('control', 'assessment') }} where assessment_id in {{ selected_assessments() }}
),

releases as (select * from {{ ref('int_assessment__releases') }} where usage = 'panel_decisions'),

decisions as (select * from {{ ref('stg_local__panel_decisions') }}),

received as (
    select distinct on (
        assessments.assessment_id, decisions.urn, decisions.decided_on, decisions.decision, decisions.tier
    )
        assessments.assessment_id,
        assessments.authority,
        assessments.decisions_as_at,
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
        releases.release_label || ' line ' || decisions.line as release_label
    from assessments
    inner join releases on assessments.assessment_id = releases.assessment_id
    inner join decisions
        on releases.release_id = decisions.release_id and assessments.list_year = decisions.list_year
    where decisions.decided_on <= assessments.decisions_as_at
    -- The same decision sent again counts once.
    order by
        assessments.assessment_id, decisions.urn, decisions.decided_on, decisions.decision, decisions.tier,
        releases.known_from desc, releases.release_id desc, decisions.line desc
)

select received.*
from received
where
    received.expires_on >= received.decisions_as_at
    and not exists (
        select 1
        from received as later
        where
            later.assessment_id = received.assessment_id
            and later.urn = received.urn
            and later.decided_on > received.decided_on
            and later.replaces_decided_on = received.decided_on
    )
