-- Each school's chain of predecessors, one to one all the way, and whether its history carries over.
-- DfE's rule (as in Ofsted's statistics): reorganisations and many-to-one links carry nothing.
with recursive

links as (select * from {{ ref('int_register__links') }}),

schools as (select * from {{ ref('int_register__schools') }}),

counted as (
    select
        *,
        count(*) over (partition by assessment_id, urn) as predecessors,
        count(*) over (partition by assessment_id, predecessor_urn) as successors
    from links
),

one_to_one as (
    select
        counted.assessment_id,
        counted.urn,
        counted.predecessor_urn,
        coalesce(schools.conversion = 'converter' or schools.sector = 'maintained', false) as carries_history
    from counted
    left join schools on counted.assessment_id = schools.assessment_id and counted.urn = schools.urn
    where
        counted.predecessors = 1
        and counted.successors = 1
        and not counted.is_reorganisation
        and counted.urn <> counted.predecessor_urn
),

chain as (
    select
        assessment_id,
        urn,
        predecessor_urn,
        carries_history,
        1 as steps,
        array[urn, predecessor_urn] as path
    from one_to_one

    union all

    select
        chain.assessment_id,
        chain.urn,
        one_to_one.predecessor_urn,
        chain.carries_history and one_to_one.carries_history,
        chain.steps + 1,
        chain.path || one_to_one.predecessor_urn
    from chain
    inner join one_to_one on chain.assessment_id = one_to_one.assessment_id and chain.predecessor_urn = one_to_one.urn
    -- Links in a circle do occur: a school is never its own predecessor.
    where one_to_one.predecessor_urn <> all(chain.path)
)

select
    assessment_id,
    urn,
    predecessor_urn,
    steps,
    carries_history,
    case when carries_history then 'one-to-one link' else 'one-to-one link, new school' end as method
from chain
