-- Every graded inspection that any file tells of: a row of management information holds up to three (latest, previous,
-- report card).
with

management_information as {{ raw_rows('ofsted_mi') }},

outcomes as {{ raw_rows('ofsted_outcomes') }},

history as {{ raw_rows('ofsted_history') }},

grades as (select * from {{ ref('xwalk_inspection_grade') }}),

releases as {{ usable_releases() }},

delivered as (
    select
        _release_id as release_id,
        _line as line,
        'latest' as told_as,
        coalesce({{ as_text('urn_at_inspection') }}, urn) as urn,
        urn as told_of_urn,
        {{ as_date('inspection_date') }} as inspection_date,
        {{ as_date('publication_date') }} as publication_date,
        {{ as_text('overall_effectiveness') }} as overall_effectiveness,
        {{ as_text('category_of_concern') }} as category_of_concern,
        {{ as_text('quality_of_education') }} as quality_of_education,
        {{ as_text('leadership_and_management') }} as leadership_and_management,
        {{ as_text('safeguarding') }} as safeguarding,
        null::text as card_worst_grade,
        null::text as leadership_and_governance
    from management_information

    union all

    select
        _release_id,
        _line,
        'previous',
        urn,
        urn,
        {{ as_date('previous_inspection_date') }},
        null,
        {{ as_text('previous_overall_effectiveness') }},
        {{ as_text('previous_category_of_concern') }},
        null,
        null,
        null,
        null,
        null
    from management_information

    union all

    select
        _release_id,
        _line,
        'report_card',
        coalesce({{ as_text('card_urn_at_inspection') }}, urn),
        urn,
        {{ as_date('card_inspection_date') }},
        {{ as_date('card_publication_date') }},
        null,
        {{ as_text('card_category_of_concern') }},
        null,
        null,
        {{ as_text('card_safeguarding') }},
        case
            when 'Urgent improvement' in (
                card_inclusion, card_curriculum_and_teaching, card_achievement, card_attendance_and_behaviour,
                card_personal_development_and_wellbeing, card_early_years, card_post16, card_leadership_and_governance
            ) then 'Urgent improvement'
            when 'Needs attention' in (
                card_inclusion, card_curriculum_and_teaching, card_achievement, card_attendance_and_behaviour,
                card_personal_development_and_wellbeing, card_early_years, card_post16, card_leadership_and_governance
            ) then 'Needs attention'
            else {{ as_text('card_leadership_and_governance') }}
        end,
        {{ as_text('card_leadership_and_governance') }}
    from management_information

    union all

    select
        _release_id,
        _line,
        'latest',
        urn,
        urn,
        {{ as_date('inspection_date') }},
        {{ as_date('publication_date') }},
        {{ as_text('overall_effectiveness') }},
        null,
        null,
        null,
        null,
        null,
        null
    from outcomes

    union all

    select
        _release_id,
        _line,
        'history',
        urn,
        urn,
        {{ as_date('inspection_date') }},
        null,
        {{ as_text('rating') }},
        null,
        null,
        null,
        null,
        null,
        null
    from history
)

select
    delivered.release_id,
    delivered.line,
    delivered.told_as,
    delivered.urn,
    delivered.told_of_urn,
    delivered.inspection_date,
    delivered.publication_date,
    grades.grade as overall_effectiveness,
    -- A dash in 2013, blank later: inspected and in no category.
    nullif(coalesce(delivered.category_of_concern, grades.category), '-') as category_of_concern,
    case when delivered.quality_of_education ~ '^[1-4]$' then delivered.quality_of_education end
        as quality_of_education,
    case when delivered.leadership_and_management ~ '^[1-4]$' then delivered.leadership_and_management end
        as leadership_and_management,
    case when delivered.safeguarding in ('Yes', 'No', 'Met', 'Not met') then delivered.safeguarding end as safeguarding,
    delivered.card_worst_grade,
    delivered.leadership_and_governance,
    -- A dated history counts row by row; any other file counts from the day it was published.
    case
        when releases.row_known_from_days is not null then delivered.inspection_date + releases.row_known_from_days
        else releases.known_from
    end as known_from
from delivered
inner join releases on delivered.release_id = releases.release_id
left join grades on delivered.overall_effectiveness = grades.delivered
where
    delivered.inspection_date is not null
    and (
        grades.grade is not null or delivered.card_worst_grade is not null or delivered.quality_of_education ~ '^[1-4]$'
        or delivered.category_of_concern is not null
    )
