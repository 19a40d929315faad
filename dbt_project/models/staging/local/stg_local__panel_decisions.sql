-- What the panel decided about a school's tier. It counts from the day of receipt (its release's known_from) until it
-- expires.
with

rows as {{ raw_rows('panel_decisions') }},

releases as {{ usable_releases() }}

select
    releases.release_id,
    rows._line as line,
    btrim(rows.urn) as urn,
    {{ as_number('rows.list_year') }}::integer as list_year,
    btrim(rows.decision) as decision,
    nullif(btrim(rows.tier), '') as tier,
    btrim(rows.reason) as reason,
    btrim(rows.evidence) as evidence,
    btrim(rows.decided_by_1) as decided_by_1,
    btrim(rows.decided_by_2) as decided_by_2,
    {{ as_date('rows.decided_on') }} as decided_on,
    {{ as_date('rows.expires_on') }} as expires_on,
    {{ as_date('rows.replaces_decided_on') }} as replaces_decided_on
from rows
inner join releases on rows._release_id = releases.release_id
