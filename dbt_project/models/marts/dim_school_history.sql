{#- Not kept by assessment, so made anew in every build; small, and nothing depends on its rows. -#}
{{ config(materialized='table') }}
with

snapshots as (select * from {{ ref('int_register__snapshots') }}),

filled as (
    select
        collection,
        urn,
        snapshot_day,
        la_code,
        school_name,
        register_type,
        sector,
        release_label,
        {{ last_told('estab') }} as estab,
        {{ last_told('phase') }} as phase,
        {{ last_told('status') }} as status,
        {{ last_told('low_age') }} as low_age,
        {{ last_told('high_age') }} as high_age,
        {{ last_told('head_token') }} as head_token
    from snapshots
    window school as (partition by collection, urn order by snapshot_day)
),

compared as (
    select
        *,
        lag(head_token) over (partition by collection, urn order by snapshot_day) as head_token_before
    from filled
),

-- The first eight characters of a pseudonym say under which key it was made; two of different keys tell nothing.
headed as (
    select
        *,
        max(snapshot_day) filter (
            where head_token <> head_token_before and left(head_token, 8) = left(head_token_before, 8)
        )
            over (partition by collection, urn order by snapshot_day) as head_teacher_changed_on
    from compared
),

-- The publishers spell one name in several ways; a change of capitals, blanks or punctuation is none.
phrased as (
    select
        *,
        concat_ws(
            '|',
            la_code,
            coalesce(estab, ''),
            regexp_replace(lower(school_name), '[^a-z0-9]', '', 'g'),
            register_type,
            coalesce(phase, ''),
            sector,
            coalesce(status, ''),
            coalesce(low_age, -1),
            coalesce(high_age, -1),
            head_teacher_changed_on
        ) as said
    from headed
),

marked as (
    select
        *,
        lag(said) over (partition by collection, urn order by snapshot_day) as said_before
    from phrased
),

versions as (
    select
        *,
        lead(snapshot_day) over (partition by collection, urn order by snapshot_day) as next_version_from
    from marked
    where said is distinct from said_before
)

select
    collection,
    urn,
    snapshot_day as valid_from,
    next_version_from as valid_to,
    next_version_from is null as is_current,
    school_name,
    la_code || estab as laestab,
    la_code,
    register_type as school_type,
    phase,
    sector,
    status,
    low_age,
    high_age,
    head_teacher_changed_on,
    release_label
from versions
