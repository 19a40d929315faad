-- What officers wrote about a school. A note counts from the day of receipt (its release's known_from) until it
-- expires.
with

rows as {{ raw_rows('local_intelligence') }},

releases as {{ usable_releases() }}

select
    releases.release_id,
    rows._line as line,
    btrim(rows.urn) as urn,
    {{ as_date('rows.note_date') }} as note_date,
    btrim(rows.category) as category,
    btrim(rows.concern) as concern,
    btrim(rows.note) as note,
    btrim(rows.author) as author,
    {{ as_date('rows.expires_on') }} as expires_on
from rows
inner join releases on rows._release_id = releases.release_id
