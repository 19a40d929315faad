-- Returns of schools: one row a school, term, section, year group and subject of each return. Which return counts is
-- decided at the as-at date of an assessment.
with

rows as {{ raw_rows('school_returns') }},

releases as {{ usable_releases() }}

select
    releases.release_id,
    rows._line as line,
    btrim(rows.urn) as urn,
    {{ as_number('rows.academic_year') }}::integer as academic_year,
    lower(btrim(rows.term)) as term,
    btrim(rows.section) as section,
    nullif(btrim(rows.year_group), '') as year_group,
    nullif(btrim(rows.subject), '') as subject,
    {{ as_number('rows.pupils') }}::integer as pupils,
    {{ as_number('rows.working_towards') }}::integer as working_towards,
    {{ as_number('rows.expected') }}::integer as expected,
    {{ as_number('rows.greater_depth') }}::integer as greater_depth,
    {{ as_number('rows.sessions_possible') }}::integer as sessions_possible,
    {{ as_number('rows.sessions_missed') }}::integer as sessions_missed,
    {{ as_number('rows.sessions_unauthorised') }}::integer as sessions_unauthorised,
    {{ as_number('rows.suspensions') }}::integer as suspensions,
    {{ as_number('rows.permanent_exclusions') }}::integer as permanent_exclusions,
    nullif(btrim(rows.headteacher_status), '') as headteacher_status,
    nullif(btrim(rows.governance_concern), '') as governance_concern,
    nullif(btrim(rows.finance_concern), '') as finance_concern,
    nullif(btrim(rows.staffing_concern), '') as staffing_concern,
    nullif(btrim(rows.note), '') as note
from rows
inner join releases on rows._release_id = releases.release_id
