-- Points by domain. A domain gives at most its cap, and is available only as far as the weight of its indicators is
-- known.
with

schools as (select * from {{ ref('dim_school') }} where assessment_id in {{ selected_assessments() }}),

assessments as (select distinct assessment_id, ruleset from {{ ref('int_assessment__releases') }}),

domains as (select * from {{ ref('rule_domain') }}),

risk_weights as (select * from {{ ref('rule_risk_weight') }}),

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

weighted as (
    select
        schools.assessment_id,
        schools.authority,
        schools.urn,
        domains.domain,
        domains.domain_cap,
        coalesce(risk_weights.risk_weight, domains.risk_weight) as risk_weight
    from schools
    inner join assessments on schools.assessment_id = assessments.assessment_id
    inner join domains on assessments.ruleset = domains.ruleset
    left join risk_weights
        on domains.ruleset = risk_weights.ruleset and domains.domain = risk_weights.domain
        and schools.phase = risk_weights.phase
),

scaled as (
    select
        weighted.assessment_id,
        weighted.authority,
        weighted.urn,
        weighted.domain,
        weighted.domain_cap,
        coalesce(weighted.domain_cap * summed.points / summed.weight_expected, 0) as points,
        coalesce(weighted.domain_cap * summed.weight_available / summed.weight_expected, 0) as points_available,
        coalesce(summed.weight_available / summed.weight_expected, 0) as weight_known,
        case when summed.weight_expected is not null then weighted.risk_weight end as risk_weight,
        weighted.risk_weight * summed.risk_points / summed.weight_expected as risk_points
    from weighted
    left join summed
        on weighted.assessment_id = summed.assessment_id and weighted.urn = summed.urn
        and weighted.domain = summed.domain
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
