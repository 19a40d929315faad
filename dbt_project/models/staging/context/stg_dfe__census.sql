-- Who the pupils of a school are. Long form: one row a school, year and measure of a file. A number or a reason code,
-- never both, never neither.
with

rows as {{ raw_rows('dfe_census') }},

reason_codes as (select * from {{ ref('xwalk_reason_code') }}),

releases as {{ usable_releases() }},

delivered as (
    select
        rows._release_id as release_id,
        rows._line as line,
        rows.urn,
        measures.measure,
        measures.delivered,
        {{ as_number('rows.pupils') }} as pupils
    from rows
    cross join
        lateral (
            values
            ('pupils_on_roll', rows.pupils),
            ('girls_pct', rows.girls_pct),
            ('sen_plan_pct', rows.sen_plan_pct),
            ('sen_support_pct', rows.sen_support_pct),
            ('sen_statement_or_action_plus_pct', rows.sen_statement_or_action_plus_pct),
            ('sen_school_action_pct', rows.sen_school_action_pct),
            ('eal_pct', rows.eal_pct),
            ('fsm_pct', rows.fsm_pct),
            ('fsm_ever_pct', rows.fsm_ever_pct)
        ) as measures (measure, delivered)
    -- The rows for England have the word NAT there.
    where rows.urn ~ '^[0-9]{5,7}$'
)

-- Once, because the publisher repeats a school whole in one year.
select distinct on (releases.release_id, delivered.urn, delivered.measure)
    releases.release_id,
    delivered.line,
    delivered.urn,
    releases.academic_year,
    delivered.measure,
    {{ as_number('delivered.delivered') }}::numeric(10, 3) as value,
    {{ reason_of('delivered.delivered') }} as reason_code,
    delivered.pupils::numeric(10, 1) as pupils
from delivered
inner join releases on delivered.release_id = releases.release_id
left join reason_codes on btrim(delivered.delivered) = reason_codes.code
where
    -- A layout without the column leaves a null, which says nothing about the measure.
    delivered.delivered is not null
order by releases.release_id, delivered.urn, delivered.measure, delivered.line
