-- What each assessment of this build may read, and how.
with

assessments as (
    select * from {{ source('control', 'assessment') }} where assessment_id in {{ selected_assessments() }}
),

pinned as (select * from {{ source('control', 'assessment_release') }}),

releases as {{ usable_releases() }}

select
    assessments.assessment_id,
    assessments.authority,
    assessments.list_year,
    assessments.as_at,
    assessments.ruleset,
    pinned.usage,
    releases.release_id,
    releases.source,
    releases.layout,
    releases.academic_year,
    releases.snapshot_date,
    releases.stage,
    case releases.stage when 'provisional' then 1 when 'revised' then 2 when 'final' then 3 end as stage_rank,
    releases.known_from,
    releases.sha256,
    {{ release_label('releases') }} as release_label
from assessments
inner join pinned on assessments.assessment_id = pinned.assessment_id
inner join releases on pinned.release_id = releases.release_id
