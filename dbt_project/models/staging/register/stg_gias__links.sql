-- Each row of the links file read from the point of view of the later school, whichever end delivered it. A link that
-- does not say which school came first is read by age: URNs are given out in order.
with

rows as {{ raw_rows('gias_links') }},

releases as {{ usable_releases() }},

link_types as (select * from {{ ref('xwalk_link_type') }}),

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
),

typed as (
    select
        delivered.*,
        coalesce(link_types.points_to, 'neither') as points_to,
        link_types.kind
    from delivered
    left join link_types on delivered.link_type = link_types.link_type
)

select
    release_id,
    line,
    case
        when points_to = 'predecessor' then urn
        when points_to = 'successor' then link_urn
        else greatest(urn::integer, link_urn::integer)::text
    end as urn,
    case
        when points_to = 'predecessor' then link_urn
        when points_to = 'successor' then urn
        else least(urn::integer, link_urn::integer)::text
    end as predecessor_urn,
    link_type,
    points_to,
    kind,
    link_date
from typed
