-- Which statements of the register an assessment may read, by which file. Of files that say the same word for word the
-- first and the newest are told: what follows from a statement follows from when it was first made, when it was last
-- made, or that it was made at all.
with

releases as (
    select
        *,
        -- A register describes a school better than an inspectorate does, even one a day older.
        source = 'ofsted_mi' as is_inspectorate,
        dense_rank() over (order by assessment_id, usage, source, layout) as kind,
        row_number() over (alike order by known_from, sha256) as place,
        row_number() over (alike order by known_from desc, sha256) as place_from_newest,
        row_number() over (all_files order by source = 'ofsted_mi', known_from, sha256, usage) as place_from_opening,
        row_number() over (all_files order by known_from desc, sha256, usage) as place_from_closing,
        -- Known files first, the newest first; of the files issued later the earliest, nearest to the opening.
        row_number() over (
            all_files
            order by
                usage = 'known' desc, source = 'ofsted_mi',
                case when usage = 'known' then -1 else 1 end * (known_from - date '2000-01-01'), sha256
        ) as place_from_day
    from {{ ref('int_assessment__releases') }}
    window alike as (partition by assessment_id, usage, source, layout), all_files as (partition by assessment_id)
),

statements as (select * from {{ ref('int_register__statements') }}),

told as (
    select
        releases.kind,
        statements.statement,
        min(releases.place) as first_place,
        min(releases.place_from_newest) as newest_place
    from statements
    cross join unnest(statements.release_ids) as said_in (release_id)
    inner join releases on said_in.release_id = releases.release_id
    group by releases.kind, statements.statement
)

select
    releases.assessment_id,
    releases.authority,
    releases.as_at,
    releases.release_id,
    releases.usage,
    releases.is_inspectorate,
    releases.release_label,
    statements.statement,
    statements.urn,
    statements.phase,
    statements.open_date,
    statements.close_date,
    statements.low_age,
    statements.high_age,
    statements.opened_by_amalgamation,
    statements.closed_by_amalgamation,
    releases.place_from_opening::integer as place_from_opening,
    releases.place_from_closing::integer as place_from_closing,
    releases.place_from_day::integer as place_from_day
from told
inner join
    releases
    on told.kind = releases.kind
    and (told.first_place = releases.place or told.newest_place = releases.place_from_newest)
inner join statements on told.statement = statements.statement
