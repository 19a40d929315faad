-- Long form: one row a school, year and measure of a file. A number or a reason code, never both, never neither.
-- Files of Explore Education Statistics hold several years, and rows for breakdowns and authorities beside the schools'
-- own: of those the year of the release and the row of all pupils are taken.
with

ks2 as {{ raw_rows('dfe_ks2') }},

ks4 as {{ raw_rows('dfe_ks4') }},

absence as {{ raw_rows('dfe_absence') }},

reason_codes as (select * from {{ ref('xwalk_reason_code') }}),

releases as {{ usable_releases() }},

delivered as (
    select
        ks2._release_id as release_id,
        ks2._line as line,
        ks2.urn,
        'KS2' as key_stage,
        measures.measure,
        measures.delivered,
        measures.pupils,
        {{ year_of_period('ks2.time_period') }} as academic_year
    from ks2
    cross join
        lateral (
            values
            ('rwm_expected_pct', ks2.rwm_expected_pct, {{ as_number('ks2.eligible_pupils') }}),
            ('rwm_higher_pct', ks2.rwm_higher_pct, {{ as_number('ks2.eligible_pupils') }}),
            ('reading_progress', ks2.reading_progress, {{ as_number('ks2.eligible_pupils') }}),
            ('writing_progress', ks2.writing_progress, {{ as_number('ks2.eligible_pupils') }}),
            ('maths_progress', ks2.maths_progress, {{ as_number('ks2.eligible_pupils') }}),
            ('ks2_non_mobile_pct', ks2.non_mobile_pct, {{ as_number('ks2.eligible_pupils') }}),
            -- Its pupils are the disadvantaged ones; the file has their share.
            (
                'rwm_disadvantage_gap',
                ks2.rwm_expected_gap,
                round({{ as_number('ks2.eligible_pupils') }} * {{ as_number('ks2.disadvantaged_pct') }} / 100)
            )
        ) as measures (measure, delivered, pupils)
    where ks2.subject is null and (ks2.rectype in ('1', '2') or ks2.rectype is null)

    union all

    -- One row a subject, where the tables have one row a school.
    select
        ks2._release_id,
        ks2._line,
        ks2.urn,
        'KS2',
        measures.measure,
        measures.delivered,
        null,
        {{ year_of_period('ks2.time_period') }}
    from ks2
    inner join
        lateral (
            values
            ('Reading, writing and maths', 'rwm_expected_pct', ks2.subject_expected_pct),
            ('Reading, writing and maths', 'rwm_higher_pct', ks2.subject_higher_pct),
            ('Reading', 'reading_progress', ks2.subject_progress),
            ('Writing', 'writing_progress', ks2.subject_progress),
            ('Maths', 'maths_progress', ks2.subject_progress)
        ) as measures (subject, measure, delivered)
        on ks2.subject = measures.subject
    where
        ks2.geographic_level = 'School'
        and ks2.breakdown_topic in ('All pupils', 'Total')
        and ks2.breakdown = 'Total'

    union all

    select
        ks4._release_id,
        ks4._line,
        ks4.urn,
        'KS4',
        measures.measure,
        measures.delivered,
        {{ as_number('measures.pupils') }},
        {{ year_of_period('ks4.time_period') }}
    from ks4
    cross join
        lateral (
            values
            ('attainment8', ks4.attainment8, ks4.pupils),
            ('progress8', ks4.progress8, coalesce(nullif(ks4.progress8_pupils, ''), ks4.pupils)),
            ('english_maths_4_pct', ks4.english_maths_4_pct, ks4.pupils),
            ('english_maths_5_pct', ks4.english_maths_5_pct, ks4.pupils),
            ('ks4_non_mobile_pct', ks4.non_mobile_pct, ks4.pupils)
        ) as measures (measure, delivered, pupils)
    where
        (ks4.rectype in ('1', '2') or ks4.rectype is null)
        and coalesce(ks4.geographic_level, 'School') = 'School'
        and coalesce(ks4.breakdown_topic, 'Total') in ('All pupils', 'Total')
        and 'Total' = all(
            array[
                coalesce(ks4.breakdown, 'Total'),
                coalesce(nullif(ks4.sex, ''), 'Total'),
                coalesce(nullif(ks4.disadvantage, ''), 'Total'),
                coalesce(nullif(ks4.first_language, ''), 'Total'),
                coalesce(nullif(ks4.prior_attainment, ''), 'Total'),
                coalesce(nullif(ks4.mobility, ''), 'Total')
            ]
        )

    union all

    select
        absence._release_id,
        absence._line,
        absence.urn,
        'absence',
        measures.measure,
        measures.delivered,
        null,
        {{ year_of_period('absence.time_period') }}
    from absence
    cross join
        lateral (
            values
            ('overall_absence_pct', absence.overall_absence_pct),
            ('persistent_absence_10_pct', absence.persistent_absence_10_pct),
            ('persistent_absence_15_pct', absence.persistent_absence_15_pct)
        ) as measures (measure, delivered)
    where
        coalesce(absence.geographic_level, 'School') = 'School'
        and coalesce(absence.time_identifier, 'Academic year') = 'Academic year'
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
    delivered.pupils::numeric(10, 1) as pupils
from delivered
inner join releases on delivered.release_id = releases.release_id
left join reason_codes on btrim(delivered.delivered) = reason_codes.code
where
    delivered.urn ~ '^[0-9]{5,7}$'
    and coalesce(delivered.academic_year, releases.academic_year) = releases.academic_year
    -- A layout without the column leaves a null: it says nothing about the measure, so an earlier stage may still
    -- speak.
    and delivered.delivered is not null
