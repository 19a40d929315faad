-- What the register said of a school on each day of which there is a file, in one spelling, whatever the file's form.
-- Not seen from an assessment: it tells the history of the register itself.
with

-- A withdrawn file stays in staging for the assessments that pinned it; it tells no history.
releases as (select * from {{ source('landing', 'release') }} where status = 'accepted'),

gias as (select * from {{ ref('stg_gias__schools') }}),

spine as (select * from {{ ref('stg_school_spine__schools') }}),

information as (select * from {{ ref('stg_school_information__schools') }}),

types as (select * from {{ ref('xwalk_school_type') }}),

phases as (select * from {{ ref('xwalk_phase') }}),

statuses as (select * from {{ ref('xwalk_register_status') }}),

delivered as (
    select
        release_id, urn, la_code, estab, school_name, school_type, delivered_phase, delivered_status, low_age, high_age,
        head_token
    from gias
    union all
    select
        release_id, urn, la_code, estab, school_name, school_type, delivered_phase, delivered_status, low_age, high_age,
        null
    from spine
    union all
    select
        release_id, urn, la_code, estab, school_name, school_type, delivered_phase, delivered_status, low_age, high_age,
        null
    from information
),

described as (
    select
        releases.collection,
        delivered.urn,
        -- A file without the day it shows is taken to show the day it came out.
        coalesce(releases.snapshot_date, releases.known_from) as snapshot_day,
        delivered.la_code,
        delivered.estab,
        delivered.school_name,
        coalesce(types.register_type, delivered.school_type) as register_type,
        coalesce(types.fixed_phase, phases.phase) as phase,
        coalesce(types.sector, 'unmapped') as sector,
        statuses.status,
        delivered.low_age,
        delivered.high_age,
        delivered.head_token,
        {{ release_label('releases') }} as release_label,
        case when releases.source = 'gias' then 1 else 2 end as source_rank,
        releases.sha256
    from delivered
    inner join releases on delivered.release_id = releases.release_id
    left join types on delivered.school_type = types.school_type
    left join phases on delivered.delivered_phase = phases.delivered_phase
    left join statuses on delivered.delivered_status = statuses.delivered_status
)

-- Several files of one day are one snapshot: what one leaves blank another may say.
select
    collection,
    urn,
    snapshot_day,
    {{ first_told('la_code') }} as la_code,
    {{ first_told('estab') }} as estab,
    {{ first_told('school_name') }} as school_name,
    {{ first_told('register_type') }} as register_type,
    {{ first_told('phase') }} as phase,
    {{ first_told('sector') }} as sector,
    {{ first_told('status') }} as status,
    {{ first_told('low_age') }} as low_age,
    {{ first_told('high_age') }} as high_age,
    {{ first_told('head_token') }} as head_token,
    {{ first_told('release_label') }} as release_label
from described
group by collection, urn, snapshot_day
