-- The sentences that tell a school why, strongest first: gates, what stands against it, what speaks for it, then what
-- is not known.
with

schools as (select * from {{ ref('dim_school') }} where assessment_id in {{ selected_assessments() }}),

scored as (select * from {{ ref('school_score') }} where assessment_id in {{ selected_assessments() }}),

gates as (select * from {{ ref('school_gate') }} where assessment_id in {{ selected_assessments() }}),

indicators as (select * from {{ ref('school_indicator') }} where assessment_id in {{ selected_assessments() }}),

phase_names as (select * from {{ ref('phase_in_words') }}),

gate_sentences as (
    select
        assessment_id,
        urn,
        'gate' as kind,
        1 as kind_rank,
        -minimum_tier_rank::numeric as strength,
        gate as item,
        sentence
    from gates
),

coverage_sentences as (
    select
        scored.assessment_id,
        scored.urn,
        'coverage' as kind,
        2 as kind_rank,
        0::numeric as strength,
        'coverage' as item,
        'Only ' || to_char(100 * scored.coverage, 'FM990')
        || '% of the points could be judged with what was known'
        || case
            when phase_names.has_results_indicator then ''
            else ': no results indicator covers a ' || phase_names.words
        end
        || '. An adviser decides with the school.' as sentence
    from scored
    inner join phase_names on scored.phase = phase_names.phase
    where scored.computed_by = 'coverage'
),

indicator_sentences as (
    select
        assessment_id,
        urn,
        case
            when points > 0 and flag in ('likely', 'possible') then 'concern'
            when is_strength then 'strength'
            when reason_code is not null then 'unknown'
            else 'context'
        end as kind,
        case
            when points > 0 and flag in ('likely', 'possible') then 3
            when is_strength then 4
            when reason_code is not null then 6
            else 5
        end as kind_rank,
        case
            when is_strength then -weight * probability_better
            when reason_code is not null then -weight
            else -points
        end as strength,
        indicator as item,
        sentence
    from indicators
),

sentences as (
    select * from gate_sentences
    union all
    select * from coverage_sentences
    union all
    select * from indicator_sentences
),

-- A strength is never crowded out: of the concerns at most four go before the first of them.
placed as (
    select
        *,
        row_number() over (partition by assessment_id, urn, kind_rank order by strength, item) as place_in_kind
    from sentences
),

positioned as (
    select
        *,
        row_number() over (
            partition by assessment_id, urn
            order by
                case when kind_rank <= 3 and place_in_kind > 4 then 5 else kind_rank end, strength, item
        ) as position
    from placed
)

select
    positioned.assessment_id,
    schools.authority,
    positioned.urn,
    positioned.position::integer as position,
    positioned.kind,
    positioned.item,
    positioned.sentence,
    positioned.position <= 6 as is_told
from positioned
inner join schools on positioned.assessment_id = schools.assessment_id and positioned.urn = schools.urn
