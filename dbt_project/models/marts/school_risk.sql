-- Points by domain. A domain gives at most its cap, and is available only as far as the weight of its indicators is
-- known.
with

schools as (select * from {{ ref('dim_school') }} where assessment_id in {{ selected_assessments() }}),

assessments as (select distinct assessment_id, ruleset from {{ ref('int_assessment__releases') }}),

domains as (select * from {{ ref('rule_domain') }}),

indicators as (select * from {{ ref('school_indicator') }} where assessment_id in {{ selected_assessments() }}),

summed as (
    select
        assessment_id,
        urn,
        domain,
        sum(points) as points,
        sum(points_available) as weight_available,
        nullif(sum(weight), 0) as weight_expected,
        sum(risk_points) as risk_points
    from indicators
    group by assessment_id, urn, domain
),

scaled as (
    select
        schools.assessment_id,
        schools.authority,
        schools.urn,
        domains.domain,
        domains.domain_cap,
        coalesce(domains.domain_cap * summed.points / summed.weight_expected, 0) as points,
        coalesce(domains.domain_cap * summed.weight_available / summed.weight_expected, 0) as points_available,
        coalesce(summed.weight_available / summed.weight_expected, 0) as weight_known,
        case when summed.weight_expected is not null then domains.risk_weight end as risk_weight,
        domains.risk_weight * summed.risk_points / summed.weight_expected as risk_points
    from schools
    inner join assessments on schools.assessment_id = assessments.assessment_id
    inner join domains on assessments.ruleset = domains.ruleset
    left join summed
        on schools.assessment_id = summed.assessment_id and schools.urn = summed.urn and domains.domain = summed.domain
)

select
    assessment_id,
    authority,
    urn,
    domain,
    domain_cap::numeric(6, 2) as domain_cap,
    points::numeric(6, 2) as points,
    points_available::numeric(6, 2) as points_available,
    weight_known::numeric(5, 4) as weight_known,
    risk_weight::numeric(6, 2) as risk_weight,
    risk_points::numeric(6, 2) as risk_points
from scaled
