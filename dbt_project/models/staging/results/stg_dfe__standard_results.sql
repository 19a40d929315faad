-- What the floor and coasting standards are judged by: a measure beside its upper limit, its coverage and its pupils,
-- all of one line of one file, so that a score never meets the limit of another release. Only measures and years that a
-- standard names: the other files would be read for nothing. Each figure is a number or a reason code; a layout without
-- the column leaves both empty.
with

ks2 as {{ raw_rows('dfe_ks2') }},

ks4 as {{ raw_rows('dfe_ks4') }},

reason_codes as (select * from {{ ref('xwalk_reason_code') }}),

standards as (select distinct key_stage, academic_year, measure from {{ ref('rule_standard_measure') }}),

releases as {{ usable_releases() }},

delivered as (
    select
        ks2._release_id as release_id,
        ks2._line as line,
        ks2.urn,
        'KS2' as key_stage,
        measures.measure,
        measures.delivered,
        measures.upper_limit,
        measures.coverage,
        ks2.eligible_pupils as pupils,
        null::text as pupils_in_measure
    from ks2
    cross join
        lateral (
            values
            ('rwm_expected_pct', ks2.rwm_expected_pct, null, null),
            ('reading_progress', ks2.reading_progress, ks2.reading_progress_upper, ks2.reading_coverage_pct),
            ('writing_progress', ks2.writing_progress, ks2.writing_progress_upper, ks2.writing_coverage_pct),
            ('maths_progress', ks2.maths_progress, ks2.maths_progress_upper, ks2.maths_coverage_pct),
            ('rwm_level4_pct', ks2.rwm_level4_pct, null, null),
            ('reading_two_levels_pct', ks2.reading_two_levels_pct, null, null),
            ('writing_two_levels_pct', ks2.writing_two_levels_pct, null, null),
            ('maths_two_levels_pct', ks2.maths_two_levels_pct, null, null)
        ) as measures (measure, delivered, upper_limit, coverage)
    -- Mainstream schools; files without types of row hold schools alone.
    where ks2.rectype = '1' or ks2.rectype is null

    union all

    select
        ks4._release_id,
        ks4._line,
        ks4.urn,
        'KS4',
        measures.measure,
        measures.delivered,
        measures.upper_limit,
        measures.coverage,
        ks4.pupils,
        measures.pupils_in_measure
    from ks4
    cross join
        lateral (
            values
            (
                'progress8', ks4.progress8, ks4.progress8_upper, ks4.progress8_coverage_pct, ks4.progress8_pupils
            ),
            ('five_good_passes_pct', ks4.five_good_passes_pct, null, null, null),
            ('english_expected_progress_pct', ks4.english_expected_progress_pct, null, null, null),
            ('maths_expected_progress_pct', ks4.maths_expected_progress_pct, null, null, null)
        ) as measures (measure, delivered, upper_limit, coverage, pupils_in_measure)
    where ks4.rectype = '1' or ks4.rectype is null
)

select
    releases.release_id,
    delivered.line,
    delivered.urn,
    releases.academic_year,
    delivered.key_stage,
    delivered.measure,
    {{ as_number('delivered.delivered') }}::numeric(10, 3) as value,
    {{ reason_of('delivered.delivered') }} as reason_code,
    {{ as_number('delivered.upper_limit') }}::numeric(10, 3) as upper_limit,
    {{ as_number('delivered.coverage') }}::numeric(10, 3) as coverage_pct,
    {{ as_number('delivered.pupils') }}::numeric(10, 1) as pupils,
    {{ as_number('delivered.pupils_in_measure') }}::numeric(10, 1) as pupils_in_measure
from delivered
inner join releases on delivered.release_id = releases.release_id
inner join
    standards
    on delivered.key_stage = standards.key_stage and delivered.measure = standards.measure
    and releases.academic_year = standards.academic_year
left join reason_codes on btrim(delivered.delivered) = reason_codes.code
where
    delivered.urn ~ '^[0-9]{5,7}$'
    -- A layout without the column says nothing about the measure: an earlier stage may still speak.
    and delivered.delivered is not null
