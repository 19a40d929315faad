-- What an assessment may know about the life of a URN, whether or not a register vouches for it: what it is, when and
-- why it opened and closed, and the ages it taught at either end.
with

-- Read four times, and cheaper read again than kept.
facts as not materialized (select * from {{ ref('int_register__facts') }}),

reasons as (select * from {{ ref('xwalk_register_reason') }}),

described as (
    select distinct on (assessment_id, urn) *
    from facts
    order by assessment_id, urn, usage_rank, is_inspectorate, usage_order, sha256
),

dated as (
    select
        assessment_id,
        urn,
        (
            array_agg(open_date order by usage_rank, is_inspectorate, usage_order, sha256) filter (
                where open_date is not null
            )
        )[1] as open_date,
        (
            array_agg(close_date order by known_from desc, sha256) filter (
                where usage = 'known' and close_date is not null
            )
        )[1]
            as known_close_date,
        (array_agg(close_date order by known_from desc, sha256) filter (where close_date < as_at))[1]
            as past_close_date
    from facts
    group by assessment_id, urn
),

-- The earliest file is nearest to the opening; the last one known, or failing that the first one after it, is nearest
-- to what the school was in the end.
aged as (
    select
        assessment_id,
        urn,
        (array_agg(school_name order by is_inspectorate, known_from, sha256))[1] as name_at_opening,
        (array_agg(low_age order by known_from, sha256) filter (where low_age is not null))[1] as low_age_at_opening,
        (array_agg(high_age order by known_from, sha256) filter (where high_age is not null))[1] as high_age_at_opening,
        (array_agg(low_age order by usage_rank, usage_order, sha256) filter (where low_age is not null))[1] as low_age,
        (array_agg(high_age order by usage_rank, usage_order, sha256) filter (where high_age is not null))[1]
            as high_age
    from facts
    group by assessment_id, urn
),

reasoned as (
    select
        facts.assessment_id,
        facts.urn,
        coalesce(bool_or(opened.is_amalgamation), false) as opened_by_amalgamation,
        coalesce(bool_or(closed.is_amalgamation) filter (where facts.close_date < facts.as_at), false)
            as closed_by_amalgamation
    from facts
    left join reasons as opened on facts.reason_opened = opened.delivered_reason
    left join reasons as closed on facts.reason_closed = closed.delivered_reason
    group by facts.assessment_id, facts.urn
)

select
    described.assessment_id,
    described.authority,
    described.as_at,
    described.urn,
    described.la_code,
    described.la_code || described.estab as laestab,
    described.school_name,
    aged.name_at_opening,
    described.school_type,
    described.phase,
    described.sector,
    described.is_state_funded,
    described.conversion,
    dated.open_date,
    dated.known_close_date,
    dated.past_close_date,
    reasoned.opened_by_amalgamation,
    reasoned.closed_by_amalgamation,
    aged.low_age_at_opening,
    aged.high_age_at_opening,
    aged.low_age,
    aged.high_age,
    described.release_label
from described
inner join dated on described.assessment_id = dated.assessment_id and described.urn = dated.urn
inner join aged on described.assessment_id = aged.assessment_id and described.urn = aged.urn
inner join reasoned on described.assessment_id = reasoned.assessment_id and described.urn = reasoned.urn
