-- What is this test? The versions of a school follow one another without gap or overlap, the last one is current, and
-- no version says the same as the one before it.
-- When is this important to resolve? Always: a day with two versions, or none, joins a school twice or loses it.
-- How to resolve? Look for two snapshots of one day in int_register__snapshots, or an attribute that the comparison in
-- dim_school_history leaves out.
with

versions as (
    select
        *,
        lead(valid_from) over school as next_from,
        lag(row(laestab, school_name, school_type, phase, sector, status, low_age, high_age, head_teacher_changed_on))
            over school as said_before
    from {{ ref('dim_school_history') }}
    window school as (partition by collection, urn order by valid_from)
)

select
    collection,
    urn,
    valid_from,
    valid_to
from versions
where
    valid_to is distinct from next_from
    or valid_to <= valid_from
    or is_current <> (next_from is null)
    or said_before is not distinct from
    row(laestab, school_name, school_type, phase, sector, status, low_age, high_age, head_teacher_changed_on)
