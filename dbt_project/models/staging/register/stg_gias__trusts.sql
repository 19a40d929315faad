-- Which academy belonged to which trust, from when and, where the trust has closed, to when. Sponsors and umbrella
-- trusts run no school and are left out. A link that has ended is in no later file of the register.
with

rows as {{ raw_rows('gias_group_links') }},

releases as {{ usable_releases() }}

select distinct
    releases.release_id,
    rows.urn,
    rows.group_uid as trust_uid,
    btrim(rows.group_name) as trust_name,
    lower(btrim(rows.group_type)) as trust_type,
    {{ as_date('rows.joined_date') }} as joined_on,
    {{ as_date('rows.closed_date') }} as trust_closed_on
from rows
inner join releases on rows._release_id = releases.release_id
where rows.urn ~ '^[0-9]{5,7}$' and lower(btrim(rows.group_type)) like '%-academy trust'
