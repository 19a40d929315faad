with

links as (select * from {{ ref('int_register__links') }}),

lifetimes as (select * from {{ ref('int_register__lifetimes') }}),

assessments as (select distinct assessment_id, authority from {{ ref('int_assessment__releases') }})

select
    links.assessment_id,
    assessments.authority,
    links.urn,
    links.predecessor_urn,
    links.link_types,
    links.link_date,
    links.closed_on,
    links.opened_on,
    links.method,
    links.decision,
    links.dropped_at_step,
    links.decision = 'carried' as history_valid_for_accountability,
    links.reason,
    links.releases_used
from links
inner join assessments on links.assessment_id = assessments.assessment_id
left join lifetimes as successors on links.assessment_id = successors.assessment_id and links.urn = successors.urn
left join
    lifetimes as predecessors
    on links.assessment_id = predecessors.assessment_id and links.predecessor_urn = predecessors.urn
where assessments.authority in (successors.la_code, predecessors.la_code)
