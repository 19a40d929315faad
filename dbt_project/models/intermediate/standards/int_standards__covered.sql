-- Which schools each year of a standard covers, and what keeps one of them out whatever its results are. A table of its
-- own for the planner's sake: it takes the product of years, standards and schools for a single row.
with

years_needed as (
    select distinct
        assessment_id,
        key_stage,
        standard,
        year_needed as academic_year
    from {{ ref('int_standards__years_needed') }}
),

standards as (select * from {{ ref('rule_standard') }}),

schools as (select * from {{ ref('int_register__schools') }} where is_in_scope),

types as (select * from {{ ref('xwalk_school_type') }}),

results as (select * from {{ ref('int_standards__results') }}),

-- A school that has pupils at the end of the key stage stands in some year's tables: an infant school never does.
taught as (
    select distinct
        assessment_id,
        urn,
        key_stage
    from results
),

described as (
    select
        taught.assessment_id,
        taught.urn,
        taught.key_stage,
        schools.phase,
        coalesce(types.register_type, schools.school_type) as register_type,
        schools.conversion,
        schools.open_date
    from taught
    inner join schools on taught.assessment_id = schools.assessment_id and taught.urn = schools.urn
    left join types on schools.school_type = types.school_type
)

select
    described.assessment_id,
    described.urn,
    standards.key_stage,
    standards.standard,
    standards.academic_year,
    coalesce(described.register_type = any(string_to_array(standards.types_not_covered, '; ')), false)
        as is_type_not_covered,
    coalesce(described.conversion = 'sponsored' and described.open_date >= standards.sponsored_open_before, false)
        as is_new_sponsored_academy
from described
inner join
    years_needed
    on described.assessment_id = years_needed.assessment_id and described.key_stage = years_needed.key_stage
inner join
    standards
    on years_needed.key_stage = standards.key_stage and years_needed.standard = standards.standard
    and years_needed.academic_year = standards.academic_year
where described.phase = any(string_to_array(standards.phases, ' '))
