-- How long a school has had its head teacher, in months: from the pseudonyms in the register's files known on the day,
-- and from what the school itself returned.
with

releases as (select * from {{ ref('int_assessment__releases') }} where usage = 'known' and source = 'gias'),

assessments as (select distinct assessment_id, as_at, ruleset from {{ ref('int_assessment__releases') }}),

indicators as (select * from {{ ref('rule_indicator') }} where method = 'leadership'),

schools as (select * from {{ ref('int_register__schools') }} where is_in_scope),

register as (select * from {{ ref('stg_gias__schools') }} where head_token is not null),

school_views as (
    select
        *,
        case headteacher_status
            when 'acting' then 'that its head teacher is acting'
            when 'vacant' then 'that the post of head teacher is vacant'
            when 'new this term' then 'a new head teacher'
        end as change_returned
    from {{ ref('int_local__school_views') }}
),

seen as (
    select
        schools.assessment_id,
        schools.urn,
        coalesce(releases.snapshot_date, releases.known_from) as seen_on,
        releases.release_label,
        register.head_token,
        lag(register.head_token) over (
            partition by schools.assessment_id, schools.urn
            order by coalesce(releases.snapshot_date, releases.known_from), releases.sha256
        ) as token_before
    from schools
    inner join releases on schools.assessment_id = releases.assessment_id
    inner join register on releases.release_id = register.release_id and schools.urn = register.urn
),

-- The first eight characters of a pseudonym say under which key it was made; two of different keys tell nothing.
beginnings as (
    select distinct on (assessment_id, urn)
        assessment_id,
        urn,
        seen_on,
        release_label,
        coalesce(left(head_token, 8) = left(token_before, 8), false) as is_change
    from seen
    where token_before is distinct from head_token
    order by assessment_id, urn, seen_on desc
),

told as (
    select
        assessments.assessment_id,
        assessments.as_at,
        schools.urn,
        indicators.indicator,
        beginnings.seen_on,
        coalesce(beginnings.is_change, false) as is_change,
        school_views.change_returned,
        school_views.period,
        case
            when school_views.change_returned is not null then school_views.release_label else beginnings.release_label
        end as releases_used
    from assessments
    inner join indicators on assessments.ruleset = indicators.ruleset
    inner join schools on assessments.assessment_id = schools.assessment_id
    left join beginnings on schools.assessment_id = beginnings.assessment_id and schools.urn = beginnings.urn
    left join school_views on schools.assessment_id = school_views.assessment_id and schools.urn = school_views.urn
    where schools.phase = any(string_to_array(indicators.phases, ' '))
)

select
    assessment_id,
    urn,
    indicator,
    (case when change_returned is not null then 0 else (as_at - seen_on) / 30.4375 end)::numeric(10, 3) as value,
    null::numeric(10, 1) as n,
    null::text as academic_years,
    null::numeric(10, 3) as national,
    -- A head who was there in the first file may have come the day before it.
    change_returned is not null or is_change as is_event,
    case when change_returned is null and seen_on is null then 'head_teacher_not_known' end as reason_code,
    releases_used,
    case
        when change_returned is not null
            then 'The school reported ' || change_returned || ' in its return of ' || period
        when is_change
            then 'A change of head teacher was first seen in the register of ' || {{ day_in_words('seen_on') }}
        else 'The register shows no change of head teacher since ' || {{ day_in_words('seen_on') }}
    end as value_in_words
from told
