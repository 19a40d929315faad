-- How the support falls on kinds of schools: by phase, by disadvantage of the pupils, and by who runs the school;
-- beside all of them. It changes no tier; it shows what the panel ought to be able to explain.
with

schools as (select * from {{ ref('dim_school') }} where assessment_id in {{ selected_assessments() }}),

school_tiers as (select * from {{ ref('school_tier') }} where assessment_id in {{ selected_assessments() }}),

assessments as (select distinct assessment_id, ruleset from {{ ref('int_assessment__releases') }}),

rule_tiers as (select * from {{ ref('rule_tier') }}),

quintiles as (select * from {{ ref('int_census__quintiles') }}),

census as (select * from {{ ref('int_census__by_school') }}),

-- 1 is the tier with most support.
from_above as (
    select
        ruleset,
        tier,
        rank() over (partition by ruleset order by tier_rank desc) as place
    from rule_tiers
    where tier_rank is not null
),

placed as (
    select
        schools.assessment_id,
        schools.authority,
        schools.phase,
        schools.sector,
        coalesce(quintiles.quintile::text, 'unknown') as disadvantage_quintile,
        from_above.place,
        school_tiers.tier_rank is null as has_insufficient_evidence,
        school_tiers.support_days,
        school_tiers.support_cost,
        census.pupils_on_roll,
        case when census.pupils_on_roll is not null then school_tiers.support_days end as days_with_roll
    from schools
    inner join assessments on schools.assessment_id = assessments.assessment_id
    inner join
        school_tiers
        on schools.assessment_id = school_tiers.assessment_id and schools.urn = school_tiers.urn
    left join from_above on assessments.ruleset = from_above.ruleset and school_tiers.tier = from_above.tier
    left join quintiles on schools.assessment_id = quintiles.assessment_id and schools.urn = quintiles.urn
    left join census on schools.assessment_id = census.assessment_id and schools.urn = census.urn
),

grouped as (
    select
        placed.assessment_id,
        placed.authority,
        kinds.group_kind,
        kinds.group_name,
        count(*) as schools,
        count(*) filter (where placed.place = 1) as highest_tier_schools,
        count(*) filter (where placed.place = 2) as second_tier_schools,
        count(*) filter (where placed.has_insufficient_evidence) as insufficient_evidence_schools,
        sum(placed.support_days) as support_days,
        sum(placed.support_cost) as support_cost,
        count(placed.pupils_on_roll) as schools_with_roll,
        sum(placed.pupils_on_roll) as pupils_on_roll,
        sum(placed.days_with_roll) as days_with_roll
    from placed
    cross join
        lateral (
            values
            ('all', 'all'),
            ('phase', placed.phase),
            ('disadvantage_quintile', placed.disadvantage_quintile),
            ('sector', placed.sector)
        ) as kinds (group_kind, group_name)
    group by placed.assessment_id, placed.authority, kinds.group_kind, kinds.group_name
),

compared as (
    select
        grouped.*,
        grouped.support_days / grouped.schools as mean_days,
        everyone.support_days / everyone.schools as mean_days_of_all
    from grouped
    inner join grouped as everyone
        on grouped.assessment_id = everyone.assessment_id and everyone.group_kind = 'all'
)

select
    assessment_id,
    authority,
    group_kind,
    group_name,
    schools::integer as schools,
    highest_tier_schools::integer as highest_tier_schools,
    second_tier_schools::integer as second_tier_schools,
    ((highest_tier_schools + second_tier_schools)::numeric / schools)::numeric(5, 4) as upper_tiers_share,
    insufficient_evidence_schools::integer as insufficient_evidence_schools,
    support_days::numeric(10, 1) as support_days,
    support_cost::numeric(14, 2) as support_cost,
    schools_with_roll::integer as schools_with_roll,
    pupils_on_roll::numeric(12, 0) as pupils_on_roll,
    mean_days::numeric(6, 2) as mean_days,
    (mean_days / nullif(mean_days_of_all, 0))::numeric(8, 3) as ratio_to_mean,
    (100 * days_with_roll / nullif(pupils_on_roll, 0))::numeric(10, 3) as days_per_100_pupils
from compared
