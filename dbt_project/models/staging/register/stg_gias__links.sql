-- Each row of the links file read from the point of view of the later school: one predecessor link, whichever end
-- delivered it.
with

rows as (select * from {{ source('raw', 'gias_links') }}),

releases as (select * from {{ source('landing', 'release') }} where status = 'accepted'),

delivered as (
    select
        releases.release_id,
        rows._line as line,
        rows.urn,
        rows.link_urn,
        lower(btrim(rows.link_type)) as link_type,
        {{ as_date('rows.link_established_date') }} as link_date
    from rows
    inner join releases on rows._release_id = releases.release_id
    where rows.urn ~ '^[0-9]{5,7}$' and rows.link_urn ~ '^[0-9]{5,7}$'
)

-- The 2015 file says Parent for a predecessor and Child for a successor.
select
    release_id,
    line,
    urn,
    link_urn as predecessor_urn,
    link_type,
    link_date
from delivered
where link_type like 'predecessor%' or link_type = 'parent'

union all

select
    release_id,
    line,
    link_urn as urn,
    urn as predecessor_urn,
    link_type,
    link_date
from delivered
where link_type like 'successor%' or link_type = 'child'
