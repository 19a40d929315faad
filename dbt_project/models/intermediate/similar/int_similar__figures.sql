-- What the similar schools reached in each indicator over the same years: a mean weighted by pupils; in rates every
-- school weighs the same. Shown beside the national figure; the tier knows nothing of it.
with

similar_schools as (select * from {{ ref('int_similar__schools') }}),

pooled as (
    select *
    from {{ ref('int_indicators__pooled') }}
    where years_window = 'pooled' and method in ('proportion', 'mean', 'rate')
),

rulesets as (select * from {{ ref('rule_ruleset') }}),

weighed as (
    select
        similar_schools.assessment_id,
        similar_schools.urn,
        pooled.ruleset,
        pooled.indicator,
        pooled.value,
        case when pooled.method = 'rate' then 1 else pooled.pupils end as size
    from similar_schools
    inner join pooled
        on similar_schools.assessment_id = pooled.assessment_id and similar_schools.similar_urn = pooled.urn
)

select
    weighed.assessment_id,
    weighed.urn,
    weighed.indicator,
    (sum(weighed.size * weighed.value) / sum(weighed.size))::numeric(10, 3) as similar_value,
    count(*)::integer as similar_schools
from weighed
inner join rulesets on weighed.ruleset = rulesets.ruleset
group by weighed.assessment_id, weighed.urn, weighed.indicator, rulesets.minimum_compared_schools
having count(*) >= rulesets.minimum_compared_schools and sum(weighed.size) > 0
