with

rows as {{ raw_rows('school_information') }},

releases as {{ usable_releases() }}

select
    releases.release_id,
    rows._line as line,
    rows.urn,
    {{ as_text('rows.la_code') }} as la_code,
    lpad({{ as_text('rows.estab') }}, 4, '0') as estab,
    {{ as_text('rows.school_name') }} as school_name,
    lower({{ as_text('rows.school_type') }}) as school_type,
    case
        when rows.is_primary = '1' and rows.is_secondary = '1' then 'all-through'
        when rows.is_primary = '1' then 'primary'
        when rows.is_secondary = '1' then 'secondary'
        when rows.is_post16 = '1' then '16 plus'
    end as delivered_phase,
    {{ as_date('rows.open_date') }} as open_date,
    {{ as_date('rows.close_date') }} as close_date,
    {{ as_number('rows.age_low') }}::integer as low_age,
    {{ as_number('rows.age_high') }}::integer as high_age,
    lower({{ as_text('rows.school_status') }}) as delivered_status
from rows
inner join releases on rows._release_id = releases.release_id
where rows.urn ~ '^[0-9]{5,7}$'
