-- Each year of each standard for itself: is the school below its thresholds? True, false, or null with the reason. What
-- is not known stays unknown only where it could change the answer.
with

covered as (select * from {{ ref('int_standards__covered') }}),

standards as (select * from {{ ref('rule_standard') }}),

standard_measures as (select * from {{ ref('rule_standard_measure') }}),

results as (select * from {{ ref('int_standards__results') }}),

rules as (
    select
        standards.key_stage,
        standards.standard,
        standards.academic_year,
        standards.minimum_pupils,
        standards.progress_below,
        count(*) filter (where standard_measures.role = 'attainment') as attainment_measures,
        count(*) filter (where standard_measures.role = 'progress') as subjects,
        bool_or(standard_measures.threshold is null) as is_threshold_unknown
    from standards
    inner join
        standard_measures
        on standards.key_stage = standard_measures.key_stage and standards.standard = standard_measures.standard
        and standards.academic_year = standard_measures.academic_year
    group by
        standards.key_stage, standards.standard, standards.academic_year, standards.minimum_pupils,
        standards.progress_below
),

compared as (
    select
        results.assessment_id,
        results.urn,
        results.key_stage,
        standards.standard,
        results.academic_year,
        results.measure,
        standard_measures.role,
        standard_measures.limit_counts,
        results.reason_code,
        results.pupils,
        results.release_label,
        results.value < standard_measures.threshold as is_under,
        results.upper_limit < standard_measures.limit_below as is_limit_under,
        standard_measures.role = 'progress' and results.coverage_pct < standards.minimum_coverage_pct
            as is_low_coverage,
        standard_measures.role = 'progress' and results.pupils_in_measure < standards.minimum_pupils_in_measure
            as is_few_in_measure
    from results
    inner join
        standard_measures
        on results.key_stage = standard_measures.key_stage and results.academic_year = standard_measures.academic_year
        and results.measure = standard_measures.measure
    inner join
        standards
        on standard_measures.key_stage = standards.key_stage and standard_measures.standard = standards.standard
        and standard_measures.academic_year = standards.academic_year
),

-- Where a limit counts always, a score that may be chance is no failure; where it counts for one subject alone, that
-- is decided once the others are known.
failed as (
    select
        *,
        case when limit_counts = 'always' then is_under and is_limit_under else is_under end as fails,
        case when limit_counts is null then is_under else is_under and is_limit_under end as fails_alone
    from compared
),

gathered as (
    select
        assessment_id,
        urn,
        key_stage,
        standard,
        academic_year,
        max(pupils) as pupils,
        bool_or(reason_code = 'suppressed') as is_suppressed,
        bool_or(reason_code = 'low_coverage' or is_low_coverage) as is_low_coverage,
        bool_or(is_few_in_measure) as is_few_in_measure,
        bool_and(fails) filter (where role = 'attainment') as is_attainment_under,
        count(*) filter (where role = 'progress' and fails) as subjects_failing,
        count(*) filter (where role = 'progress' and not fails) as subjects_reaching,
        count(*) filter (where role = 'progress' and fails_alone) as subjects_failing_alone,
        count(*) filter (where role = 'progress' and fails_alone is null) as subjects_alone_unknown,
        bool_or(is_under and limit_counts is not null and is_limit_under is null) as is_limit_unknown,
        min(reason_code) as reason_missing,
        string_agg(measure, ', ' order by measure) filter (where fails) as measures_failing,
        string_agg(distinct release_label, ', ' order by release_label) as releases_used
    from failed
    group by assessment_id, urn, key_stage, standard, academic_year
),

weighed as (
    select
        covered.*,
        rules.minimum_pupils,
        rules.is_threshold_unknown,
        gathered.urn is not null as has_result,
        gathered.pupils,
        gathered.is_suppressed,
        gathered.is_low_coverage,
        gathered.is_few_in_measure,
        gathered.is_limit_unknown,
        gathered.reason_missing,
        gathered.measures_failing,
        gathered.releases_used,
        case when rules.attainment_measures = 0 then true else gathered.is_attainment_under end
            as is_below_attainment,
        case
            when rules.progress_below = 'all' and gathered.subjects_reaching > 0 then false
            when rules.progress_below = 'all' and gathered.subjects_failing = rules.subjects then true
            when
                rules.progress_below = 'any'
                and (gathered.subjects_failing > 1 or gathered.subjects_failing_alone > 0)
                then true
            when
                rules.progress_below = 'any'
                and gathered.subjects_failing + gathered.subjects_reaching = rules.subjects
                and gathered.subjects_alone_unknown = 0
                then false
        end as is_below_progress
    from covered
    inner join
        rules
        on covered.key_stage = rules.key_stage and covered.standard = rules.standard
        and covered.academic_year = rules.academic_year
    left join gathered
        on covered.assessment_id = gathered.assessment_id and covered.urn = gathered.urn
        and covered.key_stage = gathered.key_stage and covered.standard = gathered.standard
        and covered.academic_year = gathered.academic_year
),

excluded as (
    select
        *,
        is_below_attainment and is_below_progress as is_below_if_judged,
        case
            when is_type_not_covered then 'type_not_covered'
            when is_new_sponsored_academy then 'new_sponsored_academy'
            when not has_result then 'no_result_known'
            when pupils < minimum_pupils then 'too_few_pupils'
            when is_suppressed then 'suppressed'
            when is_low_coverage then 'low_coverage'
            when is_few_in_measure then 'too_few_pupils'
        end as exclusion
    from weighed
)

select
    assessment_id,
    urn,
    key_stage,
    standard,
    academic_year,
    pupils,
    case
        when exclusion is not null then null
        -- Below, but perhaps of too few pupils to count.
        when is_below_if_judged and pupils is null then null
        else is_below_if_judged
    end as is_below,
    case
        when exclusion is not null then exclusion
        when is_below_if_judged and pupils is null then 'pupils_not_known'
        when is_below_if_judged is not null then null
        when reason_missing is not null then reason_missing
        when is_threshold_unknown then 'not_known'
        when is_limit_unknown then 'limit_not_known'
        else 'no_result_known'
    end as reason_code,
    measures_failing,
    releases_used
from excluded
