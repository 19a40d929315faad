-- What Ofsted's management information says about the school itself: the register of phases that no spine holds.
with

rows as {{ raw_rows('ofsted_mi') }},

releases as {{ usable_releases() }}

select
    releases.release_id,
    rows._line as line,
    rows.urn,
    left({{ as_text('rows.laestab') }}, 3) as la_code,
    substr({{ as_text('rows.laestab') }}, 4, 4) as estab,
    {{ as_text('rows.school_name') }} as school_name,
    lower({{ as_text('rows.type_of_education') }}) as school_type,
    lower({{ as_text('rows.ofsted_phase') }}) as delivered_phase
from rows
inner join releases on rows._release_id = releases.release_id
where rows.urn ~ '^[0-9]{5,7}$'
