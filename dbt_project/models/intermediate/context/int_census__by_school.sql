-- Who the pupils of a school are, measure by measure the newest figure that was known on the day and is not older than
-- the ruleset looks back. As with results, a school whose history carries on answers with its predecessor's until it
-- has its own.
with

releases as (select * from {{ ref('int_assessment__releases') }} where usage = 'known'),

rulesets as (select * from {{ ref('rule_ruleset') }}),

census as (
    select * from {{ ref('stg_dfe__census') }}
    where measure in ('pupils_on_roll', 'fsm_ever_pct') and value is not null
),

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

known as (
    select
        releases.assessment_id,
        coalesce(answering.urn, census.urn) as urn,
        coalesce(answering.steps, 0) as steps,
        census.academic_year,
        census.measure,
        census.value,
        releases.stage_rank,
        releases.known_from,
        releases.sha256
    from releases
    inner join rulesets on releases.ruleset = rulesets.ruleset
    inner join census on releases.release_id = census.release_id
    left join answering
        on releases.assessment_id = answering.assessment_id and census.urn = answering.predecessor_urn
    where census.academic_year >= releases.list_year - rulesets.oldest_year_back
),

latest as (
    select distinct on (assessment_id, urn, measure)
        assessment_id,
        urn,
        measure,
        value
    from known
    order by
        assessment_id, urn, measure, academic_year desc, steps, stage_rank desc nulls last, known_from desc, sha256,
        value
)

select
    assessment_id,
    urn,
    max(value) filter (where measure = 'pupils_on_roll') as pupils_on_roll,
    max(value) filter (where measure = 'fsm_ever_pct') as fsm_ever_pct
from latest
group by assessment_id, urn
