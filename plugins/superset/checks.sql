-- What every chart must show, by hand from the bi views: see check.py. Columns stand in the chart's own order; charts with
-- several series give (x, series, value).

-- chart: overview_schools
select count(*) from bi.support_list_v1 where authority = %(authority)s and list_year = %(list_year)s

-- chart: overview_upper
select count(*) from bi.support_list_v1
where authority = %(authority)s and list_year = %(list_year)s and tier in ('high', 'targeted')

-- chart: overview_days
select sum(support_days) from bi.support_list_v1 where authority = %(authority)s and list_year = %(list_year)s

-- chart: overview_cost
select support_cost from bi.edition_v1 where is_current and authority = %(authority)s and list_year = %(list_year)s

-- chart: overview_coverage
select avg(coverage) * 100 from bi.support_list_v1 where authority = %(authority)s and list_year = %(list_year)s

-- chart: overview_edition
select authority_name, list_year, edition, as_at, decisions_as_at, ruleset, published_at,
    case demonstration when true then 'demonstration: never act upon it' else 'in force' end, circulation
from bi.edition_v1 where is_current and authority = %(authority)s and list_year = %(list_year)s

-- chart: overview_tiers
select concat_ws(' ', coalesce(tier_rank::text, '–'), tier_name), replace(phase, '_', ' '), count(*)
from bi.support_list_v1 where authority = %(authority)s and list_year = %(list_year)s group by 1, 2

-- chart: overview_moves
select
    concat_ws(' ', coalesce(now.tier_rank::text, '–'), now.tier_name),
    case
        when not exists (
            select from bi.edition_v1 where authority = %(authority)s and list_year < %(list_year)s
        ) then 'no list before'
        when former.urn is null then 'not on it'
        else concat_ws(' ', coalesce(former.tier_rank::text, '–'), former.tier_name)
    end,
    count(*)
from bi.support_list_v1 as now
left join lateral (
    select before.*
    from bi.support_list_v1 as before
    where before.authority = now.authority
        and before.list_year = (
            select max(list_year) from bi.support_list_v1 where authority = %(authority)s and list_year < %(list_year)s
        )
        and (before.urn = now.urn or before.urn = (
            select split_part(predecessor_urns, ',', 1) from bi.school_v1
            where authority = now.authority and list_year = now.list_year and urn = now.urn
        ))
    order by before.urn = now.urn desc
    limit 1
) as former on true
where now.authority = %(authority)s and now.list_year = %(list_year)s
group by 1, 2

-- chart: overview_gates
select replace(gate, '_', ' '), count(*)
from bi.support_list_v1, regexp_split_to_table(gates, ', *') as gate
where authority = %(authority)s and list_year = %(list_year)s group by 1

-- chart: overview_rests_on
select replace(decided_by, '_', ' '), count(*)
from bi.support_list_v1 where authority = %(authority)s and list_year = %(list_year)s group by 1

-- chart: overview_coverage_bands
select case when coverage = 1 then 90 else trunc(coverage * 10) * 10 end, count(*)
from bi.support_list_v1 where authority = %(authority)s and list_year = %(list_year)s group by 1

-- chart: overview_list
with former as (
    select urn, concat_ws(' ', coalesce(tier_rank::text, '–'), tier_name) as tier, tier_rank
    from bi.support_list_v1
    where authority = %(authority)s and list_year = (
        select max(list_year) from bi.support_list_v1 where authority = %(authority)s and list_year < %(list_year)s
    )
),
paired as (
    select now.*, concat_ws(' ', coalesce(now.tier_rank::text, '–'), now.tier_name) as tier_now, former.*,
        exists (select from former) as has_former
    from bi.support_list_v1 as now
    inner join bi.school_v1 as school using (authority, list_year, urn)
    left join former as former (former_urn, former_tier, former_rank) on former.former_urn = case
        when now.urn in (select urn from former) then now.urn else split_part(school.predecessor_urns, ',', 1)
    end
    where now.authority = %(authority)s and now.list_year = %(list_year)s
)
select
    row_number() over (order by tier_rank desc nulls last, points_share desc nulls last, urn),
    format('%%s (%%s)', school_name, urn),
    replace(phase, '_', ' '),
    tier_now,
    case when not has_former then 'no list before' when former_tier is null then 'not on it' else former_tier end,
    case
        when not has_former then 'no list before'
        when former_tier is null then 'new on the list'
        when former_tier = tier_now then 'same tier'
        when former_rank is null then 'evidence now sufficient'
        when tier_rank is null then 'evidence now insufficient'
        when tier_rank > former_rank then 'up: more support'
        else 'down: less support'
    end,
    replace(decided_by, '_', ' '), points_share * 100, coverage * 100, support_days, support_cost,
    replace(gates, '_', ' ')
from paired

-- chart: profile_tier
select concat_ws(' ', coalesce(tier_rank::text, '–'), tier_name),
    concat_ws(' ', coalesce(computed_tier_rank::text, '–'), computed_tier_name), decision, replace(decided_by, '_', ' '),
    points, points_available, points_share * 100, coverage * 100, support_days, support_cost, replace(gates, '_', ' ')
from bi.support_list_v1
where authority = %(authority)s and list_year = %(list_year)s and urn = %(urn)s

-- chart: profile_reasons
select row_number() over (), reason
from bi.support_list_v1, regexp_split_to_table(reasons, E'\n') as reason
where authority = %(authority)s and list_year = %(list_year)s and urn = %(urn)s

-- chart: profile_exit
select exit_criteria, sensitive_to from bi.support_list_v1
where authority = %(authority)s and list_year = %(list_year)s and urn = %(urn)s

-- chart: profile_risk
select replace(domain, '_', ' '), series, value
from bi.school_risk_v1,
    lateral (values ('Points', points), ('Points available', points_available)) as pair (series, value)
where authority = %(authority)s and list_year = %(list_year)s and urn = %(urn)s and value is not null

-- chart: profile_indicators
select replace(domain, '_', ' '), indicator_name, replace(unit, '_', ' '),
    case when reason_code is null then trim_scale(round(value, 1))::text else 'none: ' || replace(reason_code, '_', ' ') end,
    case when interval_low is not null then format('%%s to %%s', trim_scale(round(interval_low, 1)), trim_scale(round(interval_high, 1))) end,
    national, similar_value, line, n, academic_years, probability_beyond_line * 100, flag, points, points_available
from bi.school_indicator_v1
where authority = %(authority)s and list_year = %(list_year)s and urn = %(urn)s

-- chart: profile_results
select academic_year, key_stage, replace(measure, '_', ' '),
    case when reason_code is null then trim_scale(round(value, 1))::text else replace(reason_code, '_', ' ') end
from bi.result_v1
where authority = %(authority)s and list_year = %(list_year)s and urn = %(urn)s

-- chart: profile_trend
select academic_year, replace(measure, '_', ' '), value
from bi.result_v1
where authority = %(authority)s and list_year = %(list_year)s and urn = %(urn)s and value is not null
    and measure in ('rwm_expected_pct', 'english_maths_4_pct', 'overall_absence_pct', 'persistent_absence_10_pct')

-- chart: profile_history
with years as (
    select list_year, lag(list_year) over (order by list_year) as former_year
    from bi.edition_v1 where is_current and authority = %(authority)s
),
own as (
    select * from bi.support_list_v1
    where authority = %(authority)s
        and school_name = (
            select school_name from bi.support_list_v1
            where authority = %(authority)s and list_year = %(list_year)s and urn = %(urn)s
        )
        and urn = %(urn)s
)
select now.list_year, concat_ws(' ', coalesce(now.tier_rank::text, '–'), now.tier_name),
    case
        when former_year is null then 'no list before'
        when former.tier is null then 'new on the list'
        when former.tier = now.tier then 'same tier'
        when former.tier = 'insufficient_evidence' then 'evidence now sufficient'
        when now.tier = 'insufficient_evidence' then 'evidence now insufficient'
        when now.tier_rank > former.tier_rank then 'up: more support'
        else 'down: less support'
    end,
    now.points_share * 100, now.coverage * 100, now.support_days
from own as now
inner join years on years.list_year = now.list_year
left join bi.support_list_v1 as former
    on former.authority = now.authority and former.list_year = years.former_year and former.urn = now.urn

-- chart: profile_inspections
select inspection_date, publication_date, replace(regime, '_', ' '), overall_effectiveness, category_of_concern,
    concern_level, relates_to_predecessor
from bi.inspection_v1
where authority = %(authority)s and list_year = %(list_year)s and urn = %(urn)s

-- chart: profile_watch
select replace(kind, '_', ' '), detail, event_date, last_seen_on
from bi.watch_v1
where authority = %(authority)s and list_year = %(list_year)s and urn = %(urn)s and is_current

-- chart: profile_decision
select decision, reason, evidence, decided_on, expires_on
from bi.panel_decision_v1
where authority = %(authority)s and list_year = %(list_year)s and urn = %(urn)s

-- chart: profile_files
select indicator_name, releases_used
from bi.school_indicator_v1
where authority = %(authority)s and list_year = %(list_year)s and urn = %(urn)s and releases_used is not null

-- chart: trends_tiers
select list_year, concat_ws(' ', coalesce(tier_rank::text, '–'), tier_name), count(*)
from bi.support_list_v1 where authority = %(authority)s group by 1, 2

-- chart: trends_cost
select list_year, concat_ws(' ', coalesce(tier_rank::text, '–'), tier_name), sum(support_cost)
from bi.support_list_v1 where authority = %(authority)s group by 1, 2

-- chart: trends_moves
with years as (
    select list_year, lag(list_year) over (order by list_year) as former_year
    from bi.edition_v1 where is_current and authority = %(authority)s
)
select now.list_year,
    case
        when former_year is null then 'no list before'
        when former.tier is null then 'new on the list'
        when former.tier = now.tier then 'same tier'
        when former.tier = 'insufficient_evidence' then 'evidence now sufficient'
        when now.tier = 'insufficient_evidence' then 'evidence now insufficient'
        when now.tier_rank > former.tier_rank then 'up: more support'
        else 'down: less support'
    end,
    count(*)
from bi.support_list_v1 as now
inner join years using (list_year)
inner join bi.school_v1 as school using (authority, list_year, urn)
left join lateral (
    select tier, tier_rank from bi.support_list_v1 as before
    where before.authority = now.authority and before.list_year = years.former_year
        and before.urn in (now.urn, split_part(school.predecessor_urns, ',', 1))
    order by before.urn = now.urn desc
    limit 1
) as former on true
where now.authority = %(authority)s
group by 1, 2

-- chart: trends_points
select list_year, replace(phase, '_', ' '), avg(points_share) * 100
from bi.support_list_v1 where authority = %(authority)s and points_share is not null group by 1, 2

-- chart: trends_ks2
select academic_year, avg(value) from bi.result_v1
where authority = %(authority)s and list_year = %(list_year)s and measure = 'rwm_expected_pct' group by 1

-- chart: trends_ks4
select academic_year, avg(value) from bi.result_v1
where authority = %(authority)s and list_year = %(list_year)s and measure = 'english_maths_4_pct' group by 1

-- chart: trends_absence
select academic_year, avg(value) from bi.result_v1
where authority = %(authority)s and list_year = %(list_year)s and measure = 'overall_absence_pct' group by 1

-- chart: trends_persistent
select academic_year, avg(value) from bi.result_v1
where authority = %(authority)s and list_year = %(list_year)s and measure = 'persistent_absence_10_pct' group by 1

-- chart: trends_indicators
select indicator_name, list_year, sum((flag is not distinct from 'likely')::integer),
    sum((flag is not distinct from 'possible')::integer), sum((reason_code is null)::integer),
    sum((reason_code is not null)::integer)
from bi.school_indicator_v1
where authority = %(authority)s and direction in ('higher_is_better', 'lower_is_better') group by 1, 2

-- chart: money_cost
select support_cost from bi.support_fairness_v1
where authority = %(authority)s and list_year = %(list_year)s and group_kind = 'all'

-- chart: money_days
select support_days from bi.support_fairness_v1
where authority = %(authority)s and list_year = %(list_year)s and group_kind = 'all'

-- chart: money_mean
select sum(support_days) / count(*) from bi.support_list_v1
where authority = %(authority)s and list_year = %(list_year)s

-- chart: money_rate
select support_cost / support_days from bi.support_fairness_v1
where authority = %(authority)s and list_year = %(list_year)s and group_kind = 'all'

-- chart: money_by_tier
select concat_ws(' ', coalesce(tier_rank::text, '–'), tier_name), count(*), sum(list.support_days),
    sum(list.support_cost), 100 * sum(list.support_cost) / edition.support_cost
from bi.support_list_v1 as list
inner join bi.edition_v1 as edition using (authority, list_year, edition)
where authority = %(authority)s and list_year = %(list_year)s group by 1, edition.support_cost

-- chart: money_years
select list_year, support_cost from bi.edition_v1 where is_current and authority = %(authority)s

-- chart: money_phase
select replace(phase, '_', ' '), concat_ws(' ', coalesce(tier_rank::text, '–'), tier_name), sum(support_cost)
from bi.support_list_v1 where authority = %(authority)s and list_year = %(list_year)s group by 1, 2

-- chart: money_days_phase
select replace(phase, '_', ' '), concat_ws(' ', coalesce(tier_rank::text, '–'), tier_name), sum(support_days)
from bi.support_list_v1 where authority = %(authority)s and list_year = %(list_year)s group by 1, 2

-- chart: money_ratio
select replace(group_name, '_', ' '), replace(group_kind, '_', ' '), ratio_to_mean
from bi.support_fairness_v1
where authority = %(authority)s and list_year = %(list_year)s and group_kind in ('phase', 'sector', 'disadvantage_quintile')
    and ratio_to_mean is not null

-- chart: money_groups
select replace(group_kind, '_', ' '), replace(group_name, '_', ' '), schools, upper_tiers_share * 100,
    insufficient_evidence_schools, support_days, support_cost, mean_days, ratio_to_mean, pupils_on_roll,
    days_per_100_pupils
from bi.support_fairness_v1 where authority = %(authority)s and list_year = %(list_year)s

-- chart: money_panel
select concat_ws(' ', coalesce(tier_rank::text, '–'), tier_name),
    concat_ws(' ', coalesce(computed_tier_rank::text, '–'), computed_tier_name), sum(support_cost)
from bi.support_list_v1 where authority = %(authority)s and list_year = %(list_year)s group by 1, 2

-- chart: quality_editions
select list_year, edition, is_current, as_at, ruleset, schools, support_cost, published_at,
    case demonstration when true then 'demonstration: never act upon it' else 'in force' end, approval_channel, reason,
    substr(content_hash, 1, 12), substr(manifest_sha256, 1, 12)
from bi.edition_v1 where authority = %(authority)s

-- chart: quality_known
select indicator_name, coalesce(replace(reason_code, '_', ' '), 'has a figure'), count(*)
from bi.school_indicator_v1 where authority = %(authority)s and list_year = %(list_year)s group by 1, 2

-- chart: quality_reasons
select replace(domain, '_', ' '), replace(reason_code, '_', ' '), count(*)
from bi.school_indicator_v1
where authority = %(authority)s and list_year = %(list_year)s and reason_code is not null group by 1, 2

-- chart: quality_results
select academic_year, coalesce(replace(reason_code, '_', ' '), 'has a figure'), count(*)
from bi.result_v1 where authority = %(authority)s and list_year = %(list_year)s group by 1, 2

-- chart: quality_stage
select academic_year, stage, count(*)
from bi.result_v1 where authority = %(authority)s and list_year = %(list_year)s group by 1, 2

-- chart: quality_coverage
select replace(phase, '_', ' '), count(*), avg(coverage) * 100, min(coverage) * 100,
    sum((tier = 'insufficient_evidence')::integer)
from bi.support_list_v1 where authority = %(authority)s and list_year = %(list_year)s group by 1

-- chart: quality_checks
select replace(status, '_', ' '), count(*)
from bi.school_check_v1 where authority = %(authority)s and list_year = %(list_year)s group by 1

-- chart: quality_files
select split_part(release, ' ', 1), release, 'results', count(*), count(distinct urn), count(reason_code)
from bi.result_v1 where authority = %(authority)s and list_year = %(list_year)s group by 2
union all
select split_part(release, ' ', 1), release, 'inspections', count(*), count(distinct urn), null
from bi.inspection_v1 where authority = %(authority)s and list_year = %(list_year)s group by 2
union all
select split_part(register_release, ' ', 1), register_release, 'register', count(*), count(distinct urn), null
from bi.school_v1 where authority = %(authority)s and list_year = %(list_year)s group by 2
union all
select split_part(release, ' ', 1), release, 'panel decisions', count(*), count(distinct urn), null
from bi.panel_decision_v1 where authority = %(authority)s and list_year = %(list_year)s group by 2

-- chart: quality_watch
select replace(kind, '_', ' '), case is_current when true then 'still holds' else 'no longer holds' end, count(*)
from bi.watch_v1 where authority = %(authority)s and list_year = %(list_year)s group by 1, 2

-- chart: quality_watch_list
select format('%%s (%%s)', school_name, urn), concat_ws(' ', coalesce(tier_rank::text, '–'), tier_name),
    replace(kind, '_', ' '), detail, event_date, first_seen_on, last_seen_on
from bi.watch_v1
inner join bi.support_list_v1 using (authority, list_year, urn, school_name)
where authority = %(authority)s and list_year = %(list_year)s and is_current
