-- Of several returns of a school for a term, the last received by the as-at date counts, section by section: a later
-- return of results alone leaves the attendance of the earlier one standing, and a row it left out is gone.
with

releases as (select * from {{ ref('int_assessment__releases') }} where usage = 'known'),

returned as (select * from {{ ref('stg_returns__rows') }}),

known as (
    select
        releases.assessment_id,
        releases.known_from,
        releases.release_label,
        returned.*,
        rank() over (
            partition by
                releases.assessment_id, returned.urn, returned.academic_year, returned.term, returned.section
            -- Of two on the same day the ledger's number says which came later; nothing else can.
            order by releases.known_from desc, releases.release_id desc
        ) as newest
    from releases
    inner join returned on releases.release_id = returned.release_id
)

select
    assessment_id,
    urn,
    academic_year,
    term,
    section,
    year_group,
    subject,
    pupils,
    working_towards,
    expected,
    greater_depth,
    sessions_possible,
    sessions_missed,
    sessions_unauthorised,
    suspensions,
    permanent_exclusions,
    headteacher_status,
    governance_concern,
    finance_concern,
    staffing_concern,
    note,
    known_from,
    release_label
from known
where newest = 1
