-- Long form: one row a school, year and measure of a file. A number or a reason code, never both, never neither.
with

ks2 as (select * from {{ source('raw', 'dfe_ks2') }}),

ks4 as (select * from {{ source('raw', 'dfe_ks4') }}),

absence as (select * from {{ source('raw', 'dfe_absence') }}),

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
        {{ as_number('ks2.eligible_pupils') }} as pupils
    from ks2
    cross join
        lateral (
            values
            ('rwm_expected_pct', ks2.rwm_expected_pct),
            ('rwm_higher_pct', ks2.rwm_higher_pct),
            ('reading_progress', ks2.reading_progress),
            ('writing_progress', ks2.writing_progress),
            ('maths_progress', ks2.maths_progress)
        ) as measures (measure, delivered)
    where ks2.rectype in ('1', '2') or ks2.rectype is null

    union all

    select
        ks4._release_id,
        ks4._line,
        ks4.urn,
        'KS4',
        measures.measure,
        measures.delivered,
        {{ as_number('measures.pupils') }}
    from ks4
    cross join
        lateral (
            values
            ('attainment8', ks4.attainment8, ks4.pupils),
            ('progress8', ks4.progress8, coalesce(nullif(ks4.progress8_pupils, ''), ks4.pupils)),
            ('english_maths_4_pct', ks4.english_maths_4_pct, ks4.pupils),
            ('english_maths_5_pct', ks4.english_maths_5_pct, ks4.pupils)
        ) as measures (measure, delivered, pupils)
    where ks4.rectype in ('1', '2') or ks4.rectype is null

    union all

    select
        absence._release_id,
        absence._line,
        absence.urn,
        'absence',
        measures.measure,
        measures.delivered,
        null
    from absence
    cross join lateral (
        values
        ('overall_absence_pct', absence.overall_absence_pct),
        ('persistent_absence_10_pct', absence.persistent_absence_10_pct),
        ('persistent_absence_15_pct', absence.persistent_absence_15_pct)
    ) as measures (measure, delivered)
)

select
    releases.release_id,
    delivered.line,
    delivered.urn,
    releases.academic_year,
    delivered.key_stage,
    delivered.measure,
    {{ as_number('delivered.delivered') }}::numeric(10, 3) as value,
    case
        when {{ as_number('delivered.delivered') }} is not null then null
        when btrim(delivered.delivered) = '' then 'not_stated'
        else coalesce(reason_codes.reason_code, 'unknown_code')
    end as reason_code,
    delivered.pupils::numeric(10, 1) as pupils
from delivered
inner join releases on delivered.release_id = releases.release_id
left join reason_codes on btrim(delivered.delivered) = reason_codes.code
where
    delivered.urn ~ '^[0-9]{5,7}$'
    -- A layout without the column leaves a null: it says nothing about the measure, so an earlier stage may still
    -- speak.
    and delivered.delivered is not null
