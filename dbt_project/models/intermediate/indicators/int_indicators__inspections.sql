-- What inspections say: the latest outcome, the one before it, and when the next graded inspection is due.
with

assessments as (
    select distinct assessment_id, list_year, as_at, ruleset from {{ ref('int_assessment__releases') }}
),

schools as (select * from {{ ref('int_register__schools') }} where is_in_scope),

indicators as (select * from {{ ref('rule_indicator') }}),

concern_points as (select * from {{ ref('rule_concern_points') }}),

due_rules as (select * from {{ ref('rule_inspection_due') }}),

pauses as (select * from {{ ref('rule_inspection_pause') }}),

inspections as (select * from {{ ref('int_inspections__by_school') }}),

predecessor_inspected as (
    select distinct
        assessment_id,
        urn
    from inspections
    where relates_to_predecessor
),

wanted as (
    select
        schools.assessment_id,
        schools.urn,
        schools.open_date,
        assessments.ruleset,
        assessments.as_at,
        make_date(assessments.list_year, 8, 31) as list_year_ends,
        indicators.indicator,
        indicators.method,
        predecessor_inspected.urn is not null as has_predecessor_inspection
    from schools
    inner join assessments on schools.assessment_id = assessments.assessment_id
    inner join indicators on assessments.ruleset = indicators.ruleset
    left join
        predecessor_inspected
        on schools.assessment_id = predecessor_inspected.assessment_id and schools.urn = predecessor_inspected.urn
    where
        indicators.method in ('inspection_outcome', 'inspection_previous', 'inspection_due')
        and schools.phase = any(string_to_array(indicators.phases, ' '))
),

outcomes as (
    select
        wanted.*,
        inspections.inspection_date,
        inspections.release_label,
        concern_points.share_of_weight,
        concern_points.flag,
        concern_points.words || ' on ' || {{ day_in_words('inspections.inspection_date') }} as value_in_words,
        case inspections.concern_level when 'serious' then 3 when 'concern' then 2 when 'none' then 1 end as value
    from wanted
    left join inspections
        on wanted.assessment_id = inspections.assessment_id and wanted.urn = inspections.urn
        and inspections.recency = case wanted.method when 'inspection_outcome' then 1 else 2 end
    left join concern_points
        on wanted.ruleset = concern_points.ruleset and inspections.concern_level = concern_points.concern_level
    where wanted.method in ('inspection_outcome', 'inspection_previous')
),

last_seen as (
    select
        wanted.*,
        inspections.inspection_date,
        inspections.release_label,
        case
            when inspections.inspection_date is null then 'new_school'
            when inspections.concern_level = 'serious' then 'inadequate'
            when inspections.concern_level = 'concern' then 'requires_improvement'
            when inspections.overall_effectiveness = 1 then 'outstanding'
            when inspections.concern_level = 'none' then 'good'
        end as last_outcome,
        coalesce(inspections.inspection_date, wanted.open_date) as counted_from
    from wanted
    left join inspections
        on wanted.assessment_id = inspections.assessment_id and wanted.urn = inspections.urn and inspections.recency = 1
    where wanted.method = 'inspection_due'
),

-- Days without routine inspections are no days in which a visit was missed.
waited as (
    select
        last_seen.*,
        last_seen.as_at - last_seen.counted_from - paused.days as days_open_to_inspection
    from last_seen
    cross join lateral (
        select
            coalesce(
                sum(
                    least(pauses.until_date, last_seen.as_at)
                    - greatest(pauses.from_date, last_seen.counted_from)
                ), 0
            ) as days
        from pauses
        where pauses.from_date < last_seen.as_at and pauses.until_date > last_seen.counted_from
    ) as paused
),

timed as (
    select
        waited.*,
        due_rules.interval_years,
        due_rules.share_by_end_of_list_year,
        due_rules.share_in_year_after,
        (waited.counted_from + make_interval(months => (12 * due_rules.interval_years)::integer))::date as due_on,
        ((waited.as_at - waited.counted_from) / 365.25)::numeric(10, 3) as years_since,
        coalesce(waited.days_open_to_inspection / 365.25 > due_rules.unknown_after_years, false)
            as is_too_long_ago
    from waited
    left join
        due_rules
        on waited.ruleset = due_rules.ruleset and waited.last_outcome = due_rules.last_outcome
),

due as (
    select
        *,
        case
            when counted_from is null then 'opening_not_known'
            when last_outcome is null then 'no_grade'
            when is_too_long_ago and inspection_date is null then 'never_inspected'
            when is_too_long_ago then 'visit_without_grade_not_known'
        end as reason_code,
        case
            when interval_years is null then 0
            when due_on <= list_year_ends then share_by_end_of_list_year
            when due_on <= list_year_ends + interval '1 year' then share_in_year_after
            else 0
        end as share_known
    from timed
)

select
    assessment_id,
    urn,
    indicator,
    case when flag is not null then value::numeric end as value,
    null::numeric as n,
    null::text as academic_years,
    null::numeric as national,
    null::numeric as interval_low,
    null::numeric as interval_high,
    null::numeric as shrunk,
    null::numeric as line,
    null::numeric as probability_beyond_line,
    share_of_weight::numeric(5, 4) as share_of_weight,
    flag,
    false as is_strength,
    null::numeric as probability_better,
    case
        when inspection_date is null and has_predecessor_inspection then 'predecessor_only'
        when inspection_date is null and method = 'inspection_previous' then 'inspected_once_or_never'
        when inspection_date is null then 'never_inspected'
        when flag is null then 'no_grade'
    end as reason_code,
    release_label as releases_used,
    value_in_words,
    null::boolean as is_borne_out
from outcomes

union all

select
    assessment_id,
    urn,
    indicator,
    case when reason_code is null then years_since end as value,
    null as n,
    null as academic_years,
    null as national,
    null as interval_low,
    null as interval_high,
    null as shrunk,
    interval_years as line,
    null as probability_beyond_line,
    (case when reason_code is null then share_known end)::numeric(5, 4) as share_of_weight,
    case
        when reason_code is not null then null
        when share_known = 0 then 'none'
        when share_known < share_by_end_of_list_year then 'possible'
        else 'likely'
    end as flag,
    false as is_strength,
    null as probability_better,
    reason_code,
    release_label as releases_used,
    case
        when reason_code is not null then null
        when inspection_date is null
            then
                'The school has not been inspected since it opened on ' || {{ day_in_words('counted_from') }}
                || '; the first inspection is due by ' || {{ day_in_words('due_on') }}
        when interval_years is null
            then
                'The latest graded inspection was on ' || {{ day_in_words('inspection_date') }}
                || '; the school is exempt from routine inspection'
        else
            'The latest graded inspection was on ' || {{ day_in_words('inspection_date') }}
            || '; the next is due by ' || {{ day_in_words('due_on') }}
    end as value_in_words,
    null as is_borne_out
from due
