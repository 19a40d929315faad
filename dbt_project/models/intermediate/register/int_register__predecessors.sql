-- Each school's chain of predecessors, one to one all the way, and whether its history carries over: step 7 of the
-- continuity rule. No circle reaches this: int_register__links drops them.
with recursive

links as (select * from {{ ref('int_register__links') }} where decision in ('carried', 'flagged')),

chain as (
    select
        assessment_id,
        urn,
        predecessor_urn,
        decision = 'carried' as carries_history,
        1 as steps
    from links

    union all

    select
        chain.assessment_id,
        chain.urn,
        links.predecessor_urn,
        chain.carries_history and links.decision = 'carried',
        chain.steps + 1
    from chain
    inner join links on chain.assessment_id = links.assessment_id and chain.predecessor_urn = links.urn
)

select
    assessment_id,
    urn,
    predecessor_urn,
    steps,
    carries_history,
    case when carries_history then 'one-to-one link' else 'one-to-one link, new school' end as method
from chain
