-- One row a school that some register file may vouch for, all England, as it stood on the as-at date.
{#- The planner takes the files that may vouch for a school for one, and would walk all facts for each school. -#}
{{ config(indexes=[{'columns': ['assessment_id', 'urn']}], pre_hook="set local enable_nestloop = off") }}
with

facts as (select * from {{ ref('int_register__facts') }}),

lifetimes as (select * from {{ ref('int_register__lifetimes') }}),

releases as (select * from {{ ref('int_assessment__releases') }}),

governance as (select * from {{ ref('xwalk_register_governance') }}),

links as (select * from {{ ref('int_register__link_pairs') }}),

settings as (select * from {{ ref('authority_setting') }}),

governing as (
    select
        releases.assessment_id,
        releases.usage,
        releases.release_id,
        string_to_array(governance.phases, ' ') as phases,
        governance.blank_open_date
    from releases
    inner join governance
        on
        releases.source = governance.source
        and releases.layout like governance.layout_pattern
        and releases.as_at >= coalesce(governance.governs_from, '-infinity')
        and releases.as_at <= coalesce(governance.governs_to, 'infinity')
),

members as (
    select
        facts.assessment_id,
        facts.urn,
        bool_or(not facts.is_inspectorate) as has_dated_register
    from facts
    inner join governing
        on
        facts.assessment_id = governing.assessment_id and facts.usage = governing.usage
        and facts.release_id = governing.release_id
    where
        (governing.phases is null or facts.phase = any(governing.phases))
        and (facts.open_date is not null or governing.blank_open_date = 'opened_earlier')
    group by facts.assessment_id, facts.urn
),

-- A school that only Ofsted's files list has no closing date: its successor's dated link closes it, once that
-- successor has opened. A school that gave part of itself away in a split goes on.
succeeded as (
    select distinct
        links.assessment_id,
        links.predecessor_urn as urn
    from links
    left join lifetimes on links.assessment_id = lifetimes.assessment_id and links.urn = lifetimes.urn
    where
        links.is_directed
        and not links.is_split
        and not links.is_announced
        and coalesce(lifetimes.open_date <= lifetimes.as_at, true)
),

placed as (
    select
        lifetimes.assessment_id,
        lifetimes.authority,
        lifetimes.as_at,
        lifetimes.urn,
        lifetimes.la_code,
        lifetimes.laestab,
        lifetimes.school_name,
        lifetimes.school_type,
        lifetimes.phase,
        lifetimes.sector,
        lifetimes.is_state_funded,
        lifetimes.conversion,
        lifetimes.open_date,
        lifetimes.known_close_date as close_date,
        lifetimes.release_label as register_release,
        coalesce(lifetimes.open_date <= lifetimes.as_at, true)
        and lifetimes.past_close_date is null
        and (members.has_dated_register or succeeded.urn is null) as is_open
    from lifetimes
    inner join members on lifetimes.assessment_id = members.assessment_id and lifetimes.urn = members.urn
    left join succeeded on lifetimes.assessment_id = succeeded.assessment_id and lifetimes.urn = succeeded.urn
)

select
    placed.*,
    placed.is_open
    and placed.is_state_funded
    and (placed.la_code = placed.authority or coalesce(settings.scope = 'national', false)) as is_in_scope
from placed
left join settings on placed.authority = settings.authority
