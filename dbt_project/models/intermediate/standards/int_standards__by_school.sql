-- One row a school, key stage, standard and year: below it or not, or why that was not judged. A standard over several
-- years asks for all of them: one year above it settles the answer, and without that a year missing leaves none.
with

years_needed as (select * from {{ ref('int_standards__years_needed') }}),

years as (select * from {{ ref('int_standards__years') }}),

judged_years as (
    select
        years_needed.assessment_id,
        years.urn,
        years_needed.key_stage,
        years_needed.standard,
        years_needed.academic_year,
        years_needed.years_in_a_row,
        years_needed.year_needed,
        years.is_below,
        years.reason_code,
        years.pupils,
        years.measures_failing,
        years.releases_used
    from years_needed
    inner join
        years
        on years_needed.assessment_id = years.assessment_id and years_needed.key_stage = years.key_stage
        and years_needed.standard = years.standard and years_needed.year_needed = years.academic_year
),

gathered as (
    select
        assessment_id,
        urn,
        key_stage,
        standard,
        academic_year,
        years_in_a_row,
        count(*) filter (where is_below) as years_below,
        count(*) filter (where not is_below) as years_above,
        -- The year itself first, then the years before it.
        (array_agg(reason_code order by year_needed desc) filter (where is_below is null))[1] as reason_code,
        max(pupils) filter (where year_needed = academic_year) as pupils,
        max(measures_failing) filter (where year_needed = academic_year) as measures_failing,
        string_agg(releases_used, ', ' order by year_needed) as releases_used
    from judged_years
    group by assessment_id, urn, key_stage, standard, academic_year, years_in_a_row
)

select
    assessment_id,
    urn,
    key_stage,
    standard,
    academic_year,
    case
        when years_above > 0 then false
        when years_below = years_in_a_row then true
    end as is_below,
    case
        when years_above > 0 or years_below = years_in_a_row then null
        when reason_code = 'no_result_known' and years_in_a_row > 1 then 'year_missing'
        else reason_code
    end as reason_code,
    years_in_a_row,
    years_below,
    pupils,
    measures_failing,
    releases_used,
    {{ academic_years_in_words('academic_year - years_in_a_row + 1', 'academic_year') }} as years_in_words
from gathered
