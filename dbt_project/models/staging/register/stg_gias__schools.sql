with

rows as (select * from {{ source('raw', 'gias') }}),

releases as (select * from {{ source('landing', 'release') }} where status = 'accepted')

select
    releases.release_id,
    rows._line as line,
    rows.urn,
    {{ as_text('rows.la_code') }} as la_code,
    lpad({{ as_text('rows.establishment_number') }}, 4, '0') as estab,
    {{ as_text('rows.establishment_name') }} as school_name,
    lower({{ as_text('rows.type_of_establishment') }}) as school_type,
    lower({{ as_text('rows.phase') }}) as delivered_phase,
    {{ as_date('rows.open_date') }} as open_date,
    {{ as_date('rows.close_date') }} as close_date
from rows
inner join releases on rows._release_id = releases.release_id
where rows.urn ~ '^[0-9]{5,7}$'
