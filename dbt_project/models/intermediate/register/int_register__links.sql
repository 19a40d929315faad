-- Predecessor links that an assessment may know: dated on or before its day, or undated in a file known by then.
with

releases as (select * from {{ ref('int_assessment__releases') }}),

links as (select * from {{ ref('stg_gias__links') }})

select
    releases.assessment_id,
    links.urn,
    links.predecessor_urn,
    bool_or(links.link_type ~ 'amal|merg|split') as is_reorganisation,
    min(links.link_date) as link_date
from releases
inner join links on releases.release_id = links.release_id
where
    links.link_date <= releases.as_at
    or (links.link_date is null and releases.usage = 'known')
group by releases.assessment_id, links.urn, links.predecessor_urn
