-- Each pair of schools that the register links, and what the continuity rule decides about it. Steps 2 to 7 follow the
-- rule behind Ofsted's statistics; step 1 is int_register__link_pairs. A pair that shares a LAESTAB without a link is
-- a candidate, shown and never carried.
with recursive

assessments as (select distinct assessment_id, as_at, ruleset from {{ ref('int_assessment__releases') }}),

rules as (select * from {{ ref('rule_continuity') }}),

pairs as (select * from {{ ref('int_register__link_pairs') }}),

lifetimes as (select * from {{ ref('int_register__lifetimes') }}),

schools as (select * from {{ ref('int_register__schools') }}),

-- Closed is a dated fact; open is what a register vouches for on the day. Of a school in no file neither is known.
lives as (
    select
        lifetimes.*,
        coalesce(schools.is_open, false) as is_open
    from lifetimes
    left join schools on lifetimes.assessment_id = schools.assessment_id and lifetimes.urn = schools.urn
),

-- Step 2, first half: a pair told the wrong way round. A predecessor closes a little late; one that goes on for longer
-- than that is the successor.
told as (
    select
        pairs.*,
        pairs.is_directed
        and coalesce(
            successors.past_close_date is not null
            and (
                predecessors.is_open
                or predecessors.past_close_date > successors.past_close_date + rules.flipped_after_days
            ),
            false
        ) as is_flipped
    from pairs
    inner join assessments on pairs.assessment_id = assessments.assessment_id
    inner join rules on assessments.ruleset = rules.ruleset
    left join lives as successors on pairs.assessment_id = successors.assessment_id and pairs.urn = successors.urn
    left join
        lives as predecessors
        on pairs.assessment_id = predecessors.assessment_id and pairs.predecessor_urn = predecessors.urn
),

turned as (
    select
        *,
        case when is_flipped then predecessor_urn else urn end as later_urn,
        case when is_flipped then urn else predecessor_urn end as earlier_urn
    from told
),

oriented as (
    select
        assessment_id,
        later_urn as urn,
        earlier_urn as predecessor_urn,
        string_agg(distinct link_types, ', ' order by link_types) as link_types,
        bool_or(told_by_successor) as told_by_successor,
        bool_or(told_by_predecessor) as told_by_predecessor,
        bool_or(is_directed) as is_directed,
        bool_or(is_reorganisation) as is_reorganisation,
        bool_and(is_flipped) as is_flipped,
        min(link_date) as link_date,
        bool_and(coalesce(is_announced, false)) as is_announced,
        string_agg(distinct releases_used, ', ' order by releases_used) as releases_used
    from turned
    group by assessment_id, later_urn, earlier_urn
),

described as (
    select
        oriented.*,
        successors.open_date as opened_on,
        predecessors.past_close_date as closed_on,
        coalesce(successors.open_date > assessments.as_at, false) as opens_later,
        coalesce(successors.is_open, false) as is_open,
        -- A number given out for a conversion that took another: the one school has closed and a successor is open.
        successors.urn is null
        and predecessors.past_close_date is not null
        and bool_or(successors.is_open and oriented.is_directed)
            over (partition by oriented.assessment_id, oriented.predecessor_urn) as never_opened,
        coalesce(predecessors.is_open, false) as predecessor_is_open,
        predecessors.past_close_date - successors.open_date > rules.late_closure_days as closed_too_late,
        coalesce(predecessors.closed_by_amalgamation, false) as closed_by_amalgamation,
        coalesce(successors.opened_by_amalgamation, false) as opened_by_amalgamation,
        predecessors.low_age as predecessor_low_age,
        predecessors.high_age as predecessor_high_age,
        successors.low_age_at_opening as low_age,
        successors.high_age_at_opening as high_age,
        coalesce(
            predecessors.phase = 'primary'
            and predecessors.high_age <= rules.infant_high_age
            and successors.high_age_at_opening > rules.infant_high_age,
            false
        ) as infant_became_primary,
        coalesce(
            successors.phase = 'primary'
            and predecessors.low_age >= rules.junior_low_age
            and successors.low_age_at_opening < rules.junior_low_age,
            false
        ) as junior_became_primary,
        -- A school that calls itself both infant and junior is a primary school by another name.
        coalesce(
            (predecessors.school_name ~* rules.infant_names) <> (predecessors.school_name ~* rules.junior_names)
            and predecessors.school_name !~* rules.primary_names
            and successors.name_at_opening ~* rules.primary_names
            and successors.name_at_opening !~* rules.infant_names
            and successors.name_at_opening !~* rules.junior_names,
            false
        ) as named_another_kind,
        predecessors.school_name as predecessor_name,
        successors.name_at_opening as school_name,
        successors.school_type,
        coalesce(successors.conversion = 'converter' or successors.sector = 'maintained', false) as is_same_school
    from oriented
    inner join assessments on oriented.assessment_id = assessments.assessment_id
    inner join rules on assessments.ruleset = rules.ruleset
    left join lives as successors on oriented.assessment_id = successors.assessment_id and oriented.urn = successors.urn
    left join
        lives as predecessors
        on oriented.assessment_id = predecessors.assessment_id and oriented.predecessor_urn = predecessors.urn
),

sifted as (
    select
        *,
        case
            when not is_directed or urn = predecessor_urn then 1
            when is_announced or opens_later or never_opened or predecessor_is_open then 2
            when is_reorganisation or closed_too_late then 3
            when closed_by_amalgamation or opened_by_amalgamation then 4
        end as early_step
    from described
),

ancestors as (
    select
        assessment_id,
        urn,
        predecessor_urn as ancestor_urn
    from sifted
    where early_step is null

    union

    select
        ancestors.assessment_id,
        ancestors.urn,
        sifted.predecessor_urn
    from ancestors
    inner join sifted
        on ancestors.assessment_id = sifted.assessment_id and ancestors.ancestor_urn = sifted.urn
    where sifted.early_step is null
),

-- Step 7, first half: links in a circle occur, and tell nothing. They go before the counting, which they would spoil.
circled as (
    select
        sifted.*,
        ancestors.urn is not null as is_circle,
        coalesce(sifted.early_step, case when ancestors.urn is not null then 7 end) as sifted_at_step
    from sifted
    left join ancestors
        on
        sifted.assessment_id = ancestors.assessment_id
        and sifted.urn = ancestors.ancestor_urn
        and sifted.predecessor_urn = ancestors.urn
),

counted as (
    select
        *,
        count(*) filter (where sifted_at_step is null) over (partition by assessment_id, urn) as predecessors,
        count(*) filter (where sifted_at_step is null) over (partition by assessment_id, predecessor_urn) as successors
    from circled
),

decided as (
    select
        *,
        case
            when sifted_at_step is not null then sifted_at_step
            when predecessors > 1 or successors > 1 then 5
            when infant_became_primary or junior_became_primary or named_another_kind then 6
        end as dropped_at_step
    from counted
),

explained as (
    select
        assessment_id,
        urn,
        predecessor_urn,
        link_types,
        link_date,
        closed_on,
        opened_on,
        case
            when not is_directed then 'link without direction'
            when told_by_successor and told_by_predecessor then 'links at both ends'
            when told_by_successor then 'predecessor link only'
            else 'successor link only'
        end
        || case when is_flipped then ', turned round' else '' end as method,
        case when dropped_at_step is not null then 'dropped' when is_same_school then 'carried' else 'flagged' end
            as decision,
        dropped_at_step,
        case
            when dropped_at_step is null and is_same_school
                then 'One school before and after: the history of ' || predecessor_urn || ' is that of ' || urn || '.'
            when dropped_at_step is null
                then
                    urn || ' followed ' || predecessor_urn || ' as a new school'
                    || coalesce(' (' || school_type || ')', ', of a type that no file known says')
                    || ': the history is shown and counts for nothing.'
            when urn = predecessor_urn then 'The link names the school itself.'
            when not is_directed then 'The link does not say which school came first.'
            when is_announced then 'The link is announced for ' || {{ day_in_words('link_date') }} || '.'
            when opens_later
                then urn || ' is only proposed: it opens on ' || {{ day_in_words('opened_on') }} || '.'
            when never_opened
                then 'No register lists ' || urn || ', and another successor of ' || predecessor_urn || ' has opened.'
            when predecessor_is_open and is_open then 'Both schools are open.'
            when
                predecessor_is_open
                then predecessor_urn || ' is still open, and no register vouches for ' || urn || '.'
            when dropped_at_step = 3 and is_reorganisation then 'The link is a reorganisation (' || link_types || ').'
            when dropped_at_step = 3
                then
                    predecessor_urn || ' closed on ' || {{ day_in_words('closed_on') }} || ', more than a year after '
                    || urn || ' opened on ' || {{ day_in_words('opened_on') }} || '.'
            when dropped_at_step = 4 and closed_by_amalgamation
                then 'The register says that ' || predecessor_urn || ' closed in an amalgamation.'
            when dropped_at_step = 4 then 'The register says that ' || urn || ' opened from an amalgamation.'
            when is_circle then 'The links lead in a circle, back to ' || urn || ' itself.'
            when predecessors > 1 and successors > 1
                then
                    urn || ' has ' || predecessors || ' predecessors, and ' || predecessor_urn || ' has ' || successors
                    || ' successors.'
            when predecessors > 1 then urn || ' has ' || predecessors || ' predecessors.'
            when successors > 1 then predecessor_urn || ' has ' || successors || ' successors.'
            when infant_became_primary
                then
                    'An infant school became a primary school: pupils up to ' || predecessor_high_age
                    || ' before, up to ' || high_age || ' after.'
            when junior_became_primary
                then
                    'A junior school became a primary school: pupils from ' || predecessor_low_age || ' before, from '
                    || low_age || ' after.'
            else
                'By their names another kind of school: ' || predecessor_name || ' before, ' || school_name || ' after.'
        end as reason,
        releases_used
    from decided
),

candidates as (
    select
        closed.assessment_id,
        opened.urn,
        closed.urn as predecessor_urn,
        null::text as link_types,
        null::date as link_date,
        closed.past_close_date as closed_on,
        opened.open_date as opened_on,
        'same LAESTAB' as method,
        'candidate' as decision,
        null::integer as dropped_at_step,
        'No link in the register, but one LAESTAB, ' || closed.laestab || ': '
        || closed.urn || ' closed on ' || {{ day_in_words('closed.past_close_date') }} || ', '
        || opened.urn || ' opened on ' || {{ day_in_words('opened.open_date') }} || '.' as reason,
        closed.release_label || ', ' || opened.release_label as releases_used
    from lifetimes as closed
    inner join assessments on closed.assessment_id = assessments.assessment_id
    inner join rules on assessments.ruleset = rules.ruleset
    inner join lifetimes as opened
        on
        closed.assessment_id = opened.assessment_id
        and closed.laestab = opened.laestab
        and closed.urn <> opened.urn
        and assessments.as_at >= opened.open_date
        and abs(opened.open_date - closed.past_close_date) <= rules.laestab_candidate_days
    left join explained as linked
        on
        closed.assessment_id = linked.assessment_id
        and least(closed.urn, opened.urn) = least(linked.urn, linked.predecessor_urn)
        and greatest(closed.urn, opened.urn) = greatest(linked.urn, linked.predecessor_urn)
    where linked.assessment_id is null
)

select * from explained
union all
select * from candidates
