-- Which standards an assessment judges, and the years of results that each asks for. A year is judged once a file of it
-- is known; the years before it may be missing, which is then the reason why a school cannot be judged.
with

releases as (select * from {{ ref('int_assessment__releases') }}),

rulesets as (select * from {{ ref('rule_ruleset') }}),

standards as (select * from {{ ref('rule_standard') }}),

known_years as (
    select distinct
        assessment_id,
        ruleset,
        list_year,
        case source when 'dfe_ks2' then 'KS2' when 'dfe_ks4' then 'KS4' end as key_stage,
        academic_year
    from releases
    where usage = 'known' and source in ('dfe_ks2', 'dfe_ks4')
),

judged as (
    select
        known_years.assessment_id,
        standards.key_stage,
        standards.standard,
        standards.academic_year,
        standards.years_in_a_row
    from known_years
    inner join rulesets on known_years.ruleset = rulesets.ruleset
    inner join
        standards
        on known_years.key_stage = standards.key_stage and known_years.academic_year = standards.academic_year
    where
        standards.is_judged
        and standards.academic_year
        between known_years.list_year - rulesets.oldest_year_back and known_years.list_year - 1
)

select
    judged.assessment_id,
    judged.key_stage,
    judged.standard,
    judged.academic_year,
    judged.years_in_a_row,
    needed.year_needed
from judged
cross join
    lateral generate_series(judged.academic_year - judged.years_in_a_row + 1, judged.academic_year)
        as needed (year_needed)
