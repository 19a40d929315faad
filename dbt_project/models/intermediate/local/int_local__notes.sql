-- The officers' notes that count on the as-at date: received by then, written by then, not yet expired. The same note
-- sent again replaces the first.
with

releases as (select * from {{ ref('int_assessment__releases') }} where usage = 'known'),

notes as (select * from {{ ref('stg_local__intelligence') }}),

latest as (
    select distinct on (releases.assessment_id, notes.urn, notes.note_date, notes.category, notes.author)
        releases.assessment_id,
        releases.as_at,
        releases.release_label || ' line ' || notes.line as release_label,
        notes.urn,
        notes.note_date,
        notes.category,
        notes.author,
        notes.concern,
        case notes.concern when 'serious' then 3 when 'some' then 2 when 'none' then 1 end as concern_rank,
        notes.expires_on
    from releases
    inner join notes on releases.release_id = notes.release_id
    order by
        releases.assessment_id, notes.urn, notes.note_date, notes.category, notes.author,
        releases.known_from desc, releases.release_id desc, notes.line desc
)

select
    assessment_id,
    urn,
    note_date,
    category,
    concern,
    concern_rank,
    author,
    expires_on,
    release_label
from latest
where note_date <= as_at and expires_on >= as_at
