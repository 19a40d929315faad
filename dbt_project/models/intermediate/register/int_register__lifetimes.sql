-- What an assessment may know about the life of a URN, whether or not a register vouches for it: what it is, when and
-- why it opened and closed, and the ages it taught at either end.
with

-- Read twice, and cheaper read again than kept.
facts as not materialized (select * from {{ ref('int_register__facts') }}),

statements as (select * from {{ ref('int_register__statements') }}),

assessments as (select distinct assessment_id, authority, as_at from {{ ref('int_assessment__releases') }}),

-- The files that tell each fact, by their places. The earliest file is nearest to the opening; the last one known, or
-- failing that the first one after it, is nearest to what the school was in the end.
places as (
    select
        assessment_id,
        urn,
        min(place_from_day) as described,
        min(place_from_day) filter (where open_date is not null) as opened,
        min(place_from_closing) filter (where usage = 'known' and close_date is not null) as known_closed,
        min(place_from_closing) filter (where close_date < as_at) as past_closed,
        min(place_from_opening) as named_at_opening,
        min(place_from_opening) filter (where low_age is not null) as low_at_opening,
        min(place_from_opening) filter (where high_age is not null) as high_at_opening,
        min(place_from_day) filter (where low_age is not null) as low,
        min(place_from_day) filter (where high_age is not null) as high
    from facts
    group by assessment_id, urn
),

told as (
    select
        facts.assessment_id,
        facts.urn,
        max(facts.statement) filter (where facts.place_from_day = places.described) as statement,
        max(facts.statement) filter (where facts.place_from_opening = places.named_at_opening)
            as statement_at_opening,
        max(facts.release_label) filter (where facts.place_from_day = places.described) as release_label,
        max(facts.open_date) filter (where facts.place_from_day = places.opened) as open_date,
        max(facts.close_date) filter (where facts.place_from_closing = places.known_closed) as known_close_date,
        max(facts.close_date) filter (where facts.place_from_closing = places.past_closed) as past_close_date,
        max(facts.low_age) filter (where facts.place_from_opening = places.low_at_opening) as low_age_at_opening,
        max(facts.high_age) filter (where facts.place_from_opening = places.high_at_opening) as high_age_at_opening,
        max(facts.low_age) filter (where facts.place_from_day = places.low) as low_age,
        max(facts.high_age) filter (where facts.place_from_day = places.high) as high_age,
        bool_or(facts.opened_by_amalgamation) as opened_by_amalgamation,
        coalesce(bool_or(facts.closed_by_amalgamation) filter (where facts.close_date < facts.as_at), false)
            as closed_by_amalgamation
    from facts
    inner join places on facts.assessment_id = places.assessment_id and facts.urn = places.urn
    group by facts.assessment_id, facts.urn
)

select
    told.assessment_id,
    assessments.authority,
    assessments.as_at,
    told.urn,
    described.la_code,
    described.la_code || described.estab as laestab,
    described.school_name,
    at_opening.school_name as name_at_opening,
    described.school_type,
    described.phase,
    described.sector,
    described.is_state_funded,
    described.conversion,
    told.open_date,
    told.known_close_date,
    told.past_close_date,
    told.opened_by_amalgamation,
    told.closed_by_amalgamation,
    told.low_age_at_opening,
    told.high_age_at_opening,
    told.low_age,
    told.high_age,
    told.release_label
from told
inner join assessments on told.assessment_id = assessments.assessment_id
inner join statements as described on told.statement = described.statement
inner join statements as at_opening on told.statement_at_opening = at_opening.statement
