"""The comparisons of the watch, one query a kind of news.

Each gives urn, school_name, kind, item, detail and event_date. Parameters: assessment_id (the monitoring one), as_at, authority,
list_year, ruleset, and of the edition candidate_id and edition_as_at; decision_notice_days; the terms' returns as due_years,
due_terms, last_days and due_days, of one length.
"""

from __future__ import annotations

GATE_MET = """
select
    school.urn,
    school.school_name,
    'gate_met' as kind,
    met.gate as item,
    met.sentence || ' This means at least ' || tier.tier_name || '.' as detail,
    %(as_at)s::date as event_date
from marts.school_gate as met
inner join marts.dim_school as school on met.assessment_id = school.assessment_id and met.urn = school.urn
inner join seeds.rule_tier as tier on tier.ruleset = %(ruleset)s and tier.tier = met.minimum_tier
left join publication.support_list as listed on listed.candidate_id = %(candidate_id)s and listed.urn = met.urn
where met.assessment_id = %(assessment_id)s and met.gate <> all (string_to_array(coalesce(listed.gates, ''), ', '))
"""

GATE_LEFT = """
select
    school.urn,
    school.school_name,
    'gate_left' as kind,
    gate.gate as item,
    'The school met the gate "' || gate.gate_name || '" in the list and no longer does.' as detail,
    %(as_at)s::date as event_date
from publication.support_list as listed
inner join marts.dim_school as school on listed.urn = school.urn
cross join lateral unnest(string_to_array(listed.gates, ', ')) as left_gate (gate)
inner join seeds.rule_gate as gate on gate.ruleset = %(ruleset)s and gate.gate = left_gate.gate
where
    listed.candidate_id = %(candidate_id)s
    and school.assessment_id = %(assessment_id)s
    and not exists (
        select from marts.school_gate as met
        where met.assessment_id = %(assessment_id)s and met.urn = listed.urn and met.gate = gate.gate
    )
"""

TIER_WOULD_CHANGE = """
select
    school.urn,
    school.school_name,
    'tier_would_change' as kind,
    today.computed_tier as item,
    'The rules would now give ' || today.computed_tier_name || ' and gave '
    || coalesce(listed.computed_tier_name, listed.tier_name) || ' in the list.' as detail,
    %(as_at)s::date as event_date
from publication.support_list as listed
inner join marts.school_tier as today on listed.urn = today.urn
inner join marts.dim_school as school on today.assessment_id = school.assessment_id and today.urn = school.urn
where
    listed.candidate_id = %(candidate_id)s
    and today.assessment_id = %(assessment_id)s
    and today.computed_tier <> coalesce(listed.computed_tier, listed.tier)
"""

# An inspection later than all that the edition knew of the school: files give the same one days that differ by a few.
REPORT_PUBLISHED = """
select
    school.urn,
    school.school_name,
    'report_published' as kind,
    today.inspection_date::text as item,
    'Ofsted has reported on its inspection of ' || to_char(today.inspection_date, 'FMDD FMMonth YYYY')
    || coalesce(', category of concern ' || today.category_of_concern, '')
    || coalesce(', overall effectiveness ' || today.overall_effectiveness, '') || '.' as detail,
    coalesce(today.publication_date, today.inspection_date) as event_date
from marts.fct_inspection as today
inner join marts.dim_school as school on today.assessment_id = school.assessment_id and today.urn = school.urn
inner join seeds.rule_ruleset as rule on rule.ruleset = %(ruleset)s
where
    today.assessment_id = %(assessment_id)s
    and not today.relates_to_predecessor
    and today.inspection_date > all (
        select known.inspection_date + rule.same_inspection_days
        from publication.inspection as known
        where known.candidate_id = %(candidate_id)s and known.urn = today.urn
    )
"""

# A later decision that is known by now takes its place.
DECISION_EXPIRES = """
select
    school.urn,
    school.school_name,
    'decision_expires' as kind,
    decision.decided_on::text as item,
    'The panel''s decision of ' || to_char(decision.decided_on, 'FMDD FMMonth YYYY') || ' counts until '
    || to_char(decision.expires_on, 'FMDD FMMonth YYYY') || '.' as detail,
    decision.expires_on as event_date
from publication.panel_decision as decision
inner join marts.dim_school as school on decision.urn = school.urn
where
    decision.candidate_id = %(candidate_id)s
    and school.assessment_id = %(assessment_id)s
    and decision.expires_on <= %(as_at)s::date + %(decision_notice_days)s::integer
    and not exists (
        select from marts.panel_decision as later
        where
            later.assessment_id = %(assessment_id)s
            and later.urn = decision.urn
            and later.expires_on > decision.expires_on
    )
"""

# Terms whose grace ended after the edition's day and before today. An authority whose schools returned nothing in that year
# or the one before does not ask for returns.
MISSING_RETURNS = """
with due as (
    select * from unnest(%(due_years)s::integer[], %(due_terms)s::text[], %(last_days)s::date[], %(due_days)s::date[])
        as terms (academic_year, term, last_day, due_on)
),

schools as (select * from marts.dim_school where assessment_id = %(assessment_id)s),

returned as (
    select distinct
        returned.urn,
        returned.academic_year,
        returned.term
    from staging.stg_returns__rows as returned
    inner join control.assessment_release using (release_id)
    where assessment_id = %(assessment_id)s and usage = 'known'
)

select
    schools.urn,
    schools.school_name,
    'return_missing' as kind,
    due.term || ' ' || due.academic_year as item,
    'No return for the ' || due.term || ' term of ' || (due.academic_year - 1) || '/' || right(due.academic_year::text, 2)
    || ', due on ' || to_char(due.due_on, 'FMDD FMMonth YYYY') || '.' as detail,
    due.due_on as event_date
from due
cross join schools
where
    due.due_on >= %(edition_as_at)s
    and due.due_on < %(as_at)s
    and (schools.open_date is null or schools.open_date <= due.last_day)
    and exists (
        select from returned
        inner join schools as of_authority using (urn)
        where returned.academic_year in (due.academic_year, due.academic_year - 1)
    )
    and not exists (
        select from returned
        where returned.urn = schools.urn and (returned.academic_year, returned.term) = (due.academic_year, due.term)
    )
"""

NEWS = {
    "gate_met": GATE_MET,
    "gate_left": GATE_LEFT,
    "tier_would_change": TIER_WOULD_CHANGE,
    "report_published": REPORT_PUBLISHED,
    "decision_expires": DECISION_EXPIRES,
}
