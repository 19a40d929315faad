-- Step 1 of the continuity rule: predecessor links and successor links turned round, each pair of schools once, as an
-- assessment may know them: dated on or before its day, or in a file known by then.
with

releases as (select * from {{ ref('int_assessment__releases') }}),

links as (select * from {{ ref('stg_gias__links') }})

select
    releases.assessment_id,
    links.urn,
    links.predecessor_urn,
    string_agg(distinct links.link_type, ', ' order by links.link_type) as link_types,
    bool_or(links.points_to = 'predecessor') as told_by_successor,
    bool_or(links.points_to = 'successor') as told_by_predecessor,
    bool_or(links.points_to <> 'neither') as is_directed,
    bool_or(links.kind <> 'plain') as is_reorganisation,
    bool_or(links.kind = 'split') as is_split,
    min(links.link_date) as link_date,
    -- A date to come may be known, announced; nothing follows from it yet.
    min(links.link_date) > min(releases.as_at) as is_announced,
    string_agg(distinct releases.release_label, ', ' order by releases.release_label) as releases_used
from releases
inner join links on releases.release_id = links.release_id
where links.link_date <= releases.as_at or releases.usage = 'known'
group by releases.assessment_id, links.urn, links.predecessor_urn
