-- What officers and the school itself say of it: the gravest of what counts, as a level from 1 (no concern) to 3
-- (serious).
with

assessments as (select distinct assessment_id, ruleset from {{ ref('int_assessment__releases') }}),

indicators as (
    select * from {{ ref('rule_indicator') }} where method in ('local_intelligence', 'self_reported')
),

schools as (select * from {{ ref('int_register__schools') }} where is_in_scope),

notes as (select * from {{ ref('int_local__notes') }}),

school_views as (select * from {{ ref('int_local__school_views') }}),

noted as (
    select
        assessment_id,
        urn,
        'local_intelligence' as method,
        max(concern_rank) as value,
        null::text as academic_years,
        string_agg(
            category || ' (' || {{ concern_in_words('concern') }} || ', ' || {{ day_in_words('note_date') }} || ')',
            '; ' order by concern_rank desc, note_date desc, category
        ) as value_in_words,
        string_agg(distinct release_label, ', ' order by release_label) as releases_used
    from notes
    group by assessment_id, urn
),

viewed as (
    select
        school_views.assessment_id,
        school_views.urn,
        'self_reported' as method,
        max(case views.concern when 'serious' then 3 when 'some' then 2 when 'none' then 1 end) as value,
        school_views.period as academic_years,
        string_agg(
            views.matter || ' (' || {{ concern_in_words('views.concern') }} || ')', '; ' order by views.place
        ) as value_in_words,
        school_views.release_label as releases_used
    from school_views
    cross join
        lateral (
            values
            (1, 'governance', school_views.governance_concern),
            (2, 'finance', school_views.finance_concern),
            (3, 'staffing', school_views.staffing_concern)
        ) as views (place, matter, concern)
    where views.concern is not null
    group by school_views.assessment_id, school_views.urn, school_views.period, school_views.release_label
),

said as (
    select * from noted
    union all
    select * from viewed
)

select
    assessments.assessment_id,
    schools.urn,
    indicators.indicator,
    said.value::numeric(10, 3) as value,
    null::numeric(10, 1) as n,
    said.academic_years,
    null::numeric(10, 3) as national,
    true as is_event,
    case
        when said.value is not null then null
        when indicators.method = 'local_intelligence' then 'no_note'
        else 'no_return_known'
    end as reason_code,
    said.releases_used,
    said.value_in_words
from assessments
inner join indicators on assessments.ruleset = indicators.ruleset
inner join schools on assessments.assessment_id = schools.assessment_id
left join said
    on schools.assessment_id = said.assessment_id and schools.urn = said.urn and indicators.method = said.method
where schools.phase = any(string_to_array(indicators.phases, ' '))
