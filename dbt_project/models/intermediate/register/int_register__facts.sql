-- What register files say about a school, seen from each assessment: what a file may say and whether it may say that
-- the school exists. Of files that say the same word for word the first and the newest are told: what follows from a
-- statement follows from when it was first made, when it was last made, or that it was made at all.
{#- The planner takes each line of each file for a statement of its own and would sort them; by hash they are few. -#}
{{ config(pre_hook="set local enable_sort = off") }}
with

releases as (
    select
        *,
        dense_rank() over (order by assessment_id, usage, source, layout) as kind,
        row_number() over (alike order by known_from, sha256) as place,
        row_number() over (alike order by known_from desc, sha256) as place_from_newest
    from {{ ref('int_assessment__releases') }}
    window alike as (partition by assessment_id, usage, source, layout)
),

gias as (select * from {{ ref('stg_gias__schools') }}),

spine as (select * from {{ ref('stg_school_spine__schools') }}),

information as (select * from {{ ref('stg_school_information__schools') }}),

inspected as (select * from {{ ref('stg_ofsted_mi__schools') }}),

types as (select * from {{ ref('xwalk_school_type') }}),

phases as (select * from {{ ref('xwalk_phase') }}),

governance as (select * from {{ ref('xwalk_register_governance') }}),

delivered as (
    select
        release_id, urn, la_code, estab, school_name, school_type, delivered_phase, open_date, close_date,
        reason_opened, reason_closed, low_age, high_age
    from gias
    union all
    select
        release_id, urn, la_code, estab, school_name, school_type, delivered_phase, open_date, close_date,
        null, null, low_age, high_age
    from spine
    union all
    select
        release_id, urn, la_code, estab, school_name, school_type, delivered_phase, open_date, close_date,
        null, null, low_age, high_age
    from information
    union all
    select
        release_id, urn, la_code, estab, school_name, school_type, delivered_phase, null, null,
        null, null, null, null
    from inspected
),

statements as (
    select
        releases.kind,
        delivered.urn,
        delivered.la_code,
        delivered.estab,
        delivered.school_name,
        delivered.school_type,
        delivered.delivered_phase,
        delivered.open_date,
        delivered.close_date,
        delivered.reason_opened,
        delivered.reason_closed,
        delivered.low_age,
        delivered.high_age,
        min(releases.place) as first_place,
        min(releases.place_from_newest) as newest_place
    from releases
    inner join delivered on releases.release_id = delivered.release_id
    group by
        releases.kind, delivered.urn, delivered.la_code, delivered.estab, delivered.school_name, delivered.school_type,
        delivered.delivered_phase, delivered.open_date, delivered.close_date, delivered.reason_opened,
        delivered.reason_closed, delivered.low_age, delivered.high_age
),

described as (
    select
        statements.*,
        coalesce(types.fixed_phase, phases.phase) as phase,
        -- A type that no crosswalk row maps is kept out of nothing: it stays in scope until somebody maps it.
        coalesce(types.sector, 'unmapped') as sector,
        coalesce(types.is_state_funded, true) as is_state_funded,
        types.conversion
    from statements
    left join types on statements.school_type = types.school_type
    left join phases on statements.delivered_phase = phases.delivered_phase
)

select
    releases.assessment_id,
    releases.authority,
    releases.as_at,
    releases.release_id,
    described.urn,
    described.la_code,
    described.estab,
    described.school_name,
    described.school_type,
    described.phase,
    described.sector,
    described.is_state_funded,
    described.conversion,
    described.open_date,
    described.close_date,
    described.reason_opened,
    described.reason_closed,
    described.low_age,
    described.high_age,
    releases.usage,
    releases.source,
    releases.known_from,
    releases.release_label,
    releases.sha256,
    -- A register describes a school better than an inspectorate does, even one a day older.
    releases.source = 'ofsted_mi' as is_inspectorate,
    -- Known files first, the newest first; of the files issued later the earliest, nearest to the opening.
    case when releases.usage = 'known' then 1 else 2 end as usage_rank,
    case when releases.usage = 'known' then -1 else 1 end * (releases.known_from - date '2000-01-01') as usage_order,
    exists(
        select 1
        from governance
        where
            governance.source = releases.source
            and releases.layout like governance.layout_pattern
            and releases.as_at >= coalesce(governance.governs_from, '-infinity')
            and releases.as_at <= coalesce(governance.governs_to, 'infinity')
            and (governance.phases is null or described.phase = any(string_to_array(governance.phases, ' ')))
            and (described.open_date is not null or governance.blank_open_date = 'opened_earlier')
    ) as is_member
from described
inner join
    releases
    on described.kind = releases.kind
    and (described.first_place = releases.place or described.newest_place = releases.place_from_newest)
