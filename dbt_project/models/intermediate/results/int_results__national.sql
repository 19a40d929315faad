-- The comparator of each year: pupil-weighted mean of state-funded mainstream schools; for suspensions, exclusions and
-- the census that of the phase; for absence the publisher's own national row by phase.
with

releases as (select * from {{ ref('int_assessment__releases') }} where usage = 'known'),

results as (select * from {{ ref('int_results__latest_known') }}),

schools as (select * from {{ ref('int_register__schools') }}),

absence as (select * from {{ ref('stg_dfe__national_absence') }}),

assessments as (select distinct assessment_id, ruleset from {{ ref('int_assessment__releases') }}),

rulesets as (select * from {{ ref('rule_ruleset') }}),

state_funded as (
    select
        *,
        phase in ('primary', 'secondary', 'all_through') as is_mainstream
    from schools
    where is_state_funded
),

counted as (
    select
        results.*,
        state_funded.la_code,
        case
            when results.key_stage in ('exclusions', 'census') then state_funded.phase else 'mainstream'
        end as compared_with
    from results
    inner join state_funded
        on results.assessment_id = state_funded.assessment_id and results.urn = state_funded.urn
    where
        results.is_compared
        and results.value is not null
        and results.pupils > 0
        and (results.key_stage in ('exclusions', 'census') or state_funded.is_mainstream)
),

-- One authority's cut of a file is no country.
authorities as (
    select
        state_funded.assessment_id,
        compared.compared_with,
        count(distinct state_funded.la_code) * rulesets.national_authorities_share as needed
    from state_funded
    inner join assessments on state_funded.assessment_id = assessments.assessment_id
    inner join rulesets on assessments.ruleset = rulesets.ruleset
    cross join
        lateral (
            values
            (state_funded.phase), (case when state_funded.is_mainstream then 'mainstream' end)
        ) as compared (compared_with)
    where state_funded.is_open and compared.compared_with is not null
    group by state_funded.assessment_id, compared.compared_with, rulesets.national_authorities_share
),

of_authorities as (
    select
        assessment_id,
        academic_year,
        measure,
        compared_with,
        la_code,
        sum(value * pupils) as weighted,
        sum(pupils) as pupils
    from counted
    group by assessment_id, academic_year, measure, compared_with, la_code
),

computed as (
    select
        of_authorities.assessment_id,
        of_authorities.academic_year,
        of_authorities.measure,
        of_authorities.compared_with,
        (sum(of_authorities.weighted) / sum(of_authorities.pupils))::numeric(10, 3) as national
    from of_authorities
    inner join authorities
        on of_authorities.assessment_id = authorities.assessment_id
        and of_authorities.compared_with = authorities.compared_with
    group by
        of_authorities.assessment_id, of_authorities.academic_year, of_authorities.measure,
        of_authorities.compared_with, authorities.needed
    having count(of_authorities.la_code) >= authorities.needed
),

published as (
    select distinct on (releases.assessment_id, absence.academic_year, absence.measure, absence.phase)
        releases.assessment_id,
        absence.academic_year,
        absence.measure,
        absence.phase,
        absence.value as national
    from releases
    inner join absence on releases.release_id = absence.release_id
    order by
        releases.assessment_id,
        absence.academic_year,
        absence.measure,
        absence.phase,
        releases.stage_rank desc nulls last,
        releases.known_from desc,
        releases.sha256
)

select
    computed.assessment_id,
    computed.academic_year,
    computed.measure,
    covered.phase,
    computed.national
from computed
inner join
    (
        values
        ('mainstream', 'primary'), ('mainstream', 'secondary'), ('mainstream', 'all_through'),
        ('primary', 'primary'), ('secondary', 'secondary'), ('all_through', 'all_through'), ('special', 'special')
    )
        as covered (compared_with, phase)
    on computed.compared_with = covered.compared_with

union all

select
    published.assessment_id,
    published.academic_year,
    published.measure,
    covered.phase,
    published.national
from published
inner join
    (values ('primary', 'primary'), ('secondary', 'secondary'), ('secondary', 'all_through'), ('special', 'special'))
        as covered (published_phase, phase)
    on published.phase = covered.published_phase
