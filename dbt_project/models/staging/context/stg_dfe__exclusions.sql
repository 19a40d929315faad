-- Suspensions and permanent exclusions of whole academic years, per 100 pupils. Long form: one row a school, year and
-- measure of a file; a file holds many years. A number or a reason code, never both, never neither.
with

rows as {{ raw_rows('dfe_exclusions') }},

reason_codes as (select * from {{ ref('xwalk_reason_code') }}),

releases as {{ usable_releases() }},

delivered as (
    select
        rows._release_id as release_id,
        rows._line as line,
        rows.urn,
        {{ year_of_period('rows.time_period') }} as academic_year,
        measures.measure,
        measures.delivered,
        {{ as_number('rows.headcount') }} as pupils
    from rows
    cross join
        lateral (
            values
            ('suspension_rate', rows.suspension_rate),
            ('suspended_pupils_rate', rows.suspended_pupils_rate),
            ('permanent_exclusion_rate', rows.permanent_exclusion_rate)
        ) as measures (measure, delivered)
    -- A term is part of the year that another row has whole.
    where rows.geographic_level = 'School' and rows.time_identifier = 'Academic year' and rows.urn ~ '^[0-9]{5,7}$'
)

select
    releases.release_id,
    delivered.line,
    delivered.urn,
    delivered.academic_year,
    delivered.measure,
    {{ as_number('delivered.delivered') }}::numeric(10, 3) as value,
    {{ reason_of('delivered.delivered') }} as reason_code,
    delivered.pupils::numeric(10, 1) as pupils
from delivered
inner join releases on delivered.release_id = releases.release_id
left join reason_codes on btrim(delivered.delivered) = reason_codes.code
where delivered.delivered is not null
