-- One row a school that some register file may vouch for, all England, as it stood on the as-at date.
with

facts as (select * from {{ ref('int_register__facts') }}),

links as (select * from {{ ref('int_register__links') }}),

members as (
    select
        assessment_id,
        urn,
        bool_or(source <> 'ofsted_mi') as has_dated_register
    from facts
    where is_member
    group by assessment_id, urn
),

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

-- A school that only Ofsted's files list has no closing date: its successor's dated link closes it.
succeeded as (
    select
        assessment_id,
        predecessor_urn as urn,
        min(link_date) as succeeded_on
    from links
    group by assessment_id, predecessor_urn
)

select
    described.assessment_id,
    described.authority,
    described.as_at,
    described.urn,
    described.la_code,
    described.la_code || described.estab as laestab,
    described.school_name,
    described.school_type,
    described.phase,
    described.sector,
    described.is_state_funded,
    described.conversion,
    dated.open_date,
    dated.known_close_date as close_date,
    described.release_label as register_release,
    coalesce(dated.open_date <= described.as_at, true)
    and dated.past_close_date is null
    and (members.has_dated_register or succeeded.succeeded_on is null) as is_open
from described
inner join members on described.assessment_id = members.assessment_id and described.urn = members.urn
inner join dated on described.assessment_id = dated.assessment_id and described.urn = dated.urn
left join succeeded on described.assessment_id = succeeded.assessment_id and described.urn = succeeded.urn
