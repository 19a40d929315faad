-- What register files say of a school, each wording once, and the files of this build's assessments that say it.
{#- The planner takes each line of each file for a wording of its own and would sort them; by hash they are few. -#}
{{ config(pre_hook="set local enable_sort = off") }}
with

releases as (select distinct release_id from {{ ref('int_assessment__releases') }}),

gias as (select * from {{ ref('stg_gias__schools') }}),

spine as (select * from {{ ref('stg_school_spine__schools') }}),

information as (select * from {{ ref('stg_school_information__schools') }}),

inspected as (select * from {{ ref('stg_ofsted_mi__schools') }}),

types as (select * from {{ ref('xwalk_school_type') }}),

phases as (select * from {{ ref('xwalk_phase') }}),

reasons as (select * from {{ ref('xwalk_register_reason') }}),

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

worded as (
    select
        array_agg(delivered.release_id) as release_ids,
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
        delivered.high_age
    from delivered
    inner join releases on delivered.release_id = releases.release_id
    group by
        delivered.urn, delivered.la_code, delivered.estab, delivered.school_name, delivered.school_type,
        delivered.delivered_phase, delivered.open_date, delivered.close_date, delivered.reason_opened,
        delivered.reason_closed, delivered.low_age, delivered.high_age
)

select
    row_number() over (
        order by
            worded.urn, worded.la_code, worded.estab, worded.school_name, worded.school_type, worded.delivered_phase,
            worded.open_date, worded.close_date, worded.reason_opened, worded.reason_closed, worded.low_age,
            worded.high_age
    ) as statement,
    worded.release_ids,
    worded.urn,
    worded.la_code,
    worded.estab,
    worded.school_name,
    worded.school_type,
    coalesce(types.fixed_phase, phases.phase) as phase,
    -- A type that no crosswalk row maps is kept out of nothing: it stays in scope until somebody maps it.
    coalesce(types.sector, 'unmapped') as sector,
    coalesce(types.is_state_funded, true) as is_state_funded,
    types.conversion,
    worded.open_date,
    worded.close_date,
    coalesce(opened.is_amalgamation, false) as opened_by_amalgamation,
    coalesce(closed.is_amalgamation, false) as closed_by_amalgamation,
    worded.low_age,
    worded.high_age
from worded
left join types on worded.school_type = types.school_type
left join phases on worded.delivered_phase = phases.delivered_phase
left join reasons as opened on worded.reason_opened = opened.delivered_reason
left join reasons as closed on worded.reason_closed = closed.delivered_reason
