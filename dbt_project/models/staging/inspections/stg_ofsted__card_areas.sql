-- The areas of a report card, each with its own grade and day: a monitoring visit may change one area and leave the
-- others as the inspection found them.
with

rows as {{ raw_rows('ofsted_mi') }},

releases as {{ usable_releases() }}

select
    releases.release_id,
    rows._line as line,
    coalesce({{ as_text('rows.card_urn_at_inspection') }}, rows.urn) as urn,
    rows.urn as told_of_urn,
    areas.area,
    {{ as_text('areas.grade') }} as grade,
    {{ as_date('areas.graded_on') }} as graded_on,
    {{ as_date('rows.card_inspection_date') }} as inspection_date
from rows
inner join releases on rows._release_id = releases.release_id
cross join
    lateral (
        values
        ('safeguarding', rows.card_safeguarding, rows.card_safeguarding_date),
        ('inclusion', rows.card_inclusion, rows.card_inclusion_date),
        ('curriculum_and_teaching', rows.card_curriculum_and_teaching, rows.card_curriculum_and_teaching_date),
        ('achievement', rows.card_achievement, rows.card_achievement_date),
        ('attendance_and_behaviour', rows.card_attendance_and_behaviour, rows.card_attendance_and_behaviour_date),
        (
            'personal_development_and_wellbeing',
            rows.card_personal_development_and_wellbeing,
            rows.card_personal_development_and_wellbeing_date
        ),
        ('early_years', rows.card_early_years, rows.card_early_years_date),
        ('post16', rows.card_post16, rows.card_post16_date),
        ('leadership_and_governance', rows.card_leadership_and_governance, rows.card_leadership_and_governance_date)
    ) as areas (area, grade, graded_on)
where {{ as_text('areas.grade') }} is not null and areas.grade <> 'Not applicable'
