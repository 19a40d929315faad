-- What each school said of itself in its latest return of the year: its head teacher's post, and its own view of
-- governance, finance and staffing.
with

assessments as (select distinct assessment_id, list_year from {{ ref('int_assessment__releases') }}),

returns as (select * from {{ ref('int_returns__latest_known') }})

select distinct on (returns.assessment_id, returns.urn)
    returns.assessment_id,
    returns.urn,
    returns.term || ' ' || returns.academic_year as period,
    returns.headteacher_status,
    returns.governance_concern,
    returns.finance_concern,
    returns.staffing_concern,
    returns.release_label
from returns
inner join assessments on returns.assessment_id = assessments.assessment_id
where returns.section = 'school' and returns.academic_year >= assessments.list_year - 1
order by
    returns.assessment_id, returns.urn, returns.academic_year desc,
    array_position(array['autumn', 'spring', 'summer'], returns.term) desc
