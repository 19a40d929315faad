with

rows as {{ raw_rows('gias') }},

releases as {{ usable_releases() }}

select
    releases.release_id,
    rows._line as line,
    rows.urn,
    {{ as_text('rows.la_code') }} as la_code,
    lpad({{ as_text('rows.establishment_number') }}, 4, '0') as estab,
    {{ as_text('rows.establishment_name') }} as school_name,
    lower({{ as_text('rows.type_of_establishment') }}) as school_type,
    lower({{ as_text('rows.phase') }}) as delivered_phase,
    -- 1 January 1900 stands for a day that nobody knows.
    nullif({{ as_date('rows.open_date') }}, date '1900-01-01') as open_date,
    {{ as_date('rows.close_date') }} as close_date,
    lower({{ as_text('rows.reason_opened') }}) as reason_opened,
    lower({{ as_text('rows.reason_closed') }}) as reason_closed,
    {{ as_number('rows.statutory_low_age') }}::integer as low_age,
    {{ as_number('rows.statutory_high_age') }}::integer as high_age,
    lower({{ as_text('rows.establishment_status') }}) as delivered_status,
    {{ as_text('rows.head_token') }} as head_token
from rows
inner join releases on rows._release_id = releases.release_id
where rows.urn ~ '^[0-9]{5,7}$'
