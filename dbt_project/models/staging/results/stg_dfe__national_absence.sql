-- The national rows of the absence files, by phase; the official comparator, weighted by enrolment.
with

rows as {{ raw_rows('dfe_absence') }},

releases as {{ usable_releases() }},

delivered as (
    select
        _release_id as release_id,
        -- LA, ESTAB and URN hold the words NAT and the phase in different columns from year to year.
        case
            when 'PRI' in (la_code, estab, urn) then 'primary'
            when 'SEC' in (la_code, estab, urn) then 'secondary'
            when 'SPE' in (la_code, estab, urn) then 'special'
        end as phase,
        overall_absence_pct,
        persistent_absence_10_pct,
        persistent_absence_15_pct
    from rows
    where 'NAT' in (la_code, estab, urn)
)

select distinct
    releases.release_id,
    releases.academic_year,
    delivered.phase,
    measures.measure,
    {{ as_number('measures.delivered') }}::numeric(10, 3) as value
from delivered
inner join releases on delivered.release_id = releases.release_id
cross join
    lateral (
        values
        ('overall_absence_pct', delivered.overall_absence_pct),
        ('persistent_absence_10_pct', delivered.persistent_absence_10_pct),
        ('persistent_absence_15_pct', delivered.persistent_absence_15_pct)
    ) as measures (measure, delivered)
where delivered.phase is not null and {{ as_number('measures.delivered') }} is not null
