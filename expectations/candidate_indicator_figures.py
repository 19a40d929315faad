"""Gate 2 over the figures of indicators, computed again from the frozen results and inspections."""

from __future__ import annotations

from school_support.quality.evidence import notes_in_force
from school_support.quality.ruled import RULED
from school_support.quality.rules import DATA_ENGINEER, Candidate, Check, Rule, no_rows

BUILD_AGAIN = (
    "The figure is not what the results give. Compare marts.school_indicator with marts.fct_school_result through "
    "intermediate.int_indicators__years and __pooled, mend the model, and build the assessment again."
)
# Rounding of what is stored, and of what it was computed from.
ROUNDING = 0.0015
CHANCE_ROUNDING = 0.02
SAID = "batch.urn, batch.indicator"
# Each row with the years that count for it, newest first, and what those years' results come to.
POOLED = f"""
    , named as (
        select distinct indicator, year::integer as academic_year
        from batch cross join unnest(regexp_split_to_array(academic_years, '[^0-9]+')) as named (year)
        where year ~ '^[0-9]{{4}}$'
    ),
    ruled_rows as materialized (
        select batch.*, ruled.method, ruled.noise, ruled.measure, ruled.phases, candidate.ruleset, candidate.list_year,
            school.phase,
            ruleset.oldest_year_back
        {RULED}
        where ruled.method in ('proportion', 'mean', 'rate')
    ),
    figures as materialized (
        select result.*
        from publication.candidate
        inner join publication.result using (candidate_id)
        where candidate_id = (select min(candidate_id) from batch) and result.value is not null
    ),
    -- A full join is hashed whatever the planner expects, and expecting nothing it would pair every row with every other.
    paired as materialized (
        select ruled_rows.urn, ruled_rows.indicator, ruled_rows.ruleset, ruled_rows.noise, figures.measure,
            figures.academic_year, figures.value, figures.pupils,
            figures.academic_year between ruled_rows.list_year - ruled_rows.oldest_year_back and ruled_rows.list_year - 1
                as is_in_window
        from ruled_rows full join figures on figures.urn = ruled_rows.urn and figures.measure = ruled_rows.measure
    ),
    recent as materialized (
        select indicator, academic_year, dense_rank() over (partition by indicator order by academic_year desc) as recency
        from (
            select distinct indicator, academic_year from paired
            where is_in_window and (indicator, academic_year) in (select indicator, academic_year from named)
        ) as known
    ),
    due as materialized (
        select paired.urn, paired.indicator,
            sum(weights.weight * size.size * paired.value) / sum(weights.weight * size.size) as value,
            sum(paired.pupils)::numeric(10, 1) as n,
            string_agg(paired.academic_year::text, ', ' order by paired.academic_year) as academic_years,
            power(sum(weights.weight * size.size), 2) / sum(power(weights.weight, 2) * size.size) as effective_size,
            sqrt(sum(power(weights.weight, 2) * size.size * size.variance) / power(sum(weights.weight * size.size), 2))
                as standard_error
        from paired
        inner join recent on recent.indicator = paired.indicator and recent.academic_year = paired.academic_year
        inner join seeds.rule_year_weight as weights
            on weights.ruleset = paired.ruleset and weights.recency = recent.recency
        cross join lateral (
            select case paired.noise when 'rate' then 1 else paired.pupils end as size,
                case paired.noise
                    when 'gap' then 2500
                    when 'mean' then (
                        select power(sds.pupil_sd, 2) from seeds.rule_pupil_sd as sds
                        where sds.measure = paired.measure and sds.academic_year <= paired.academic_year
                        order by sds.academic_year desc limit 1
                    )
                end as variance
        ) as size
        where size.size > 0
        group by paired.urn, paired.indicator
    )
"""
# What an estimate says of itself: how far the school is from the country, how far after shrinking, and how noisy.
ESTIMATED = f"""
    , estimated as materialized (
        select batch.*, ruled.line_offset, ruled.method, ruled.noise,
            batch.value - batch.national as deviation, batch.shrunk - batch.national as shrunk_deviation,
            case when ruled.method = 'proportion'
                then batch.national * (100 - batch.national) / nullif(batch.n, 0)
                -- The longer side: the other may end where no share and no rate goes.
                else power(greatest(batch.interval_high - batch.value, batch.value - batch.interval_low) / 1.96, 2)
            end as variance
        {RULED}
        where batch.shrunk is not null
    )
"""


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    return [*_of_the_ruleset(), *_from_results(), *_estimates(), *_from_inspections(), *_context(candidate)]


def _of_the_ruleset() -> list[Rule]:
    return [
        _rule(
            "described_as_in_the_ruleset",
            "Every indicator has the name, domain, unit and direction that the ruleset gives it.",
            no_rows(
                f"select {SAID}, batch.indicator_name, batch.domain, batch.unit, batch.direction {RULED} "
                "where (batch.indicator_name, batch.domain, batch.unit, batch.direction) is distinct from "
                "(ruled.indicator_name, ruled.domain, ruled.unit, ruled.direction)"
            ),
        ),
        _rule(
            "releases_are_pinned",
            "Every release that a figure names is one that the assessment may read.",
            no_rows(
                """
                select batch.urn, batch.indicator, named.sha8[1] as release
                from batch
                inner join publication.candidate using (candidate_id)
                cross join regexp_matches(batch.releases_used, '[(]([0-9a-f]{8})[)]', 'g') as named (sha8)
                where not exists (
                    select from control.assessment_release inner join landing.release as release using (release_id)
                    where assessment_id = candidate.assessment_id and left(release.sha256, 8) = named.sha8[1]
                )
                """
            ),
        ),
    ]


def _from_results() -> list[Rule]:
    def compared(columns: str, differs: str) -> Check:
        return no_rows(
            f"{POOLED} select ruled_rows.urn, ruled_rows.indicator, {columns} "
            f"from ruled_rows inner join due using (urn, indicator) where ruled_rows.value is not null and {differs}"
        )

    return [
        _rule(
            "value_is_the_pooled_results",
            "Every pooled figure is the mean of the school's results over its years, weighted by the ruleset's year weights "
            "and by pupils.",
            compared(
                "ruled_rows.value, round(due.value, 3) as value_due", f"abs(ruled_rows.value - due.value) > {ROUNDING}"
            ),
        ),
        _rule(
            "years_are_those_of_the_results",
            "Every pooled figure names the newest years of which the school has results, and no other.",
            compared(
                "ruled_rows.academic_years, due.academic_years as years_due",
                "ruled_rows.academic_years is distinct from due.academic_years",
            ),
        ),
        _rule(
            "pupils_are_those_of_the_years",
            "Every pooled figure rests on the pupils of its own years together.",
            compared("ruled_rows.n, due.n as n_due", "ruled_rows.n is distinct from due.n"),
        ),
        _rule(
            "no_figure_without_results",
            "No pooled figure stands without results of the school in its years, and none is missing where there are some, unless "
            "no school of its phase has one.",
            no_rows(
                f"""
                {POOLED}
                select ruled_rows.urn, ruled_rows.indicator, ruled_rows.value, due.value as value_due, ruled_rows.reason_code
                from ruled_rows
                left join due using (urn, indicator)
                where (ruled_rows.value is null) <> (due.value is null)
                    and not (
                        ruled_rows.reason_code is not distinct from 'no_result_to_compare'
                        and (ruled_rows.indicator, ruled_rows.phase) not in (
                            select indicator, phase from ruled_rows where value is not null
                        )
                    )
                """
            ),
        ),
        _rule(
            "interval_is_that_of_the_pupils",
            "Every confidence interval is the one that the value and its pupils give: Wilson's for a percentage, else 1.96 "
            "standard errors on either side, as far as a share or a rate goes.",
            no_rows(
                f"""
                {POOLED}
                select ruled_rows.urn, ruled_rows.indicator, ruled_rows.value, ruled_rows.interval_low,
                    ruled_rows.interval_high, round(bounds.low, 3) as low_due, round(bounds.high, 3) as high_due
                from ruled_rows
                inner join due using (urn, indicator)
                cross join lateral (
                    select ruled_rows.value / 100 as p, 1.96 * 1.96 as z2, due.effective_size as size
                ) as one
                cross join lateral (
                    select
                        case ruled_rows.method when 'proportion'
                            then greatest(0, 100 * (p + z2 / (2 * size) - sqrt(z2 * (p * (1 - p) / size + z2 / (4 * size * size))))
                                / (1 + z2 / size))
                            else greatest(ruled_rows.value - 1.96 * due.standard_error,
                                case when ruled_rows.unit in ('percent', 'rate') then 0 end) end as low,
                        case ruled_rows.method when 'proportion'
                            then least(100, 100 * (p + z2 / (2 * size) + sqrt(z2 * (p * (1 - p) / size + z2 / (4 * size * size))))
                                / (1 + z2 / size))
                            else least(ruled_rows.value + 1.96 * due.standard_error,
                                case when ruled_rows.unit = 'percent' then 100 end) end as high
                ) as bounds
                where ruled_rows.value is not null and ruled_rows.noise <> 'rate'
                    and (abs(ruled_rows.interval_low - bounds.low) > 2 * {ROUNDING}
                        or abs(ruled_rows.interval_high - bounds.high) > 2 * {ROUNDING}
                        or ruled_rows.interval_low is null or ruled_rows.interval_high is null)
                """
            ),
        ),
    ]


def _estimates() -> list[Rule]:
    return [
        _rule(
            "estimates_complete",
            "Every estimate has its national figure, interval, shrunk value, line and probability, or none of them.",
            no_rows(
                f"select {SAID}, batch.national, batch.interval_low, batch.interval_high, batch.shrunk, batch.line, "
                f"batch.probability_beyond_line {RULED} where batch.value is not null and ruled.noise is not null "
                "and num_nulls(batch.national, batch.interval_low, batch.interval_high, batch.shrunk, batch.line, "
                "batch.probability_beyond_line) > 0 and batch.shrunk is not null"
            ),
        ),
        _rule(
            "interval_is_symmetric",
            "Every interval but that of a percentage has the value in its middle, unless one side ends where no share and no rate goes.",
            no_rows(
                f"""
                {ESTIMATED}
                select urn, indicator, value, interval_low, interval_high
                from estimated
                where method <> 'proportion' and abs((interval_low + interval_high) / 2 - value) > 0.002
                    and not (unit in ('percent', 'rate') and interval_low = 0 and interval_high > 2 * value)
                    and not (unit = 'percent' and interval_high = 100 and interval_low < 2 * value - 100)
                """
            ),
        ),
        _rule(
            "line_is_national_and_offset",
            "Every line lies the ruleset's distance from the national figure, on the bad side.",
            no_rows(
                f"{ESTIMATED} select urn, indicator, line, national, line_offset from estimated "
                f"where abs(line - national - line_offset) > {ROUNDING}"
            ),
        ),
        _rule(
            "shrunk_lies_between",
            "Every shrunk figure lies between the school's own and the national one.",
            no_rows(
                f"{ESTIMATED} select urn, indicator, value, shrunk, national from estimated "
                f"where shrunk < least(value, national) - {ROUNDING} or shrunk > greatest(value, national) + {ROUNDING}"
            ),
        ),
        _rule(
            "probability_on_the_right_side",
            "Worse than the line is more likely than not exactly where the shrunk figure is worse than the line.",
            no_rows(
                f"""
                {ESTIMATED}
                select urn, indicator, direction, shrunk, line, probability_beyond_line
                from estimated
                where abs(shrunk - line) > {ROUNDING} and abs(probability_beyond_line - 0.5) > 0.001
                    and (probability_beyond_line > 0.5)
                        <> (case direction when 'higher_is_better' then shrunk < line else shrunk > line end)
                """
            ),
        ),
        _rule(
            "probability_is_that_of_the_estimate",
            "Every probability is the one that the shrunk figure, its line and its noise give.",
            no_rows(
                f"""
                {ESTIMATED}, computed as (
                    select *, 0.5 * (1 + erf(
                        (case direction when 'higher_is_better' then 1 else -1 end * (line_offset - shrunk_deviation)
                            / sqrt(shrunk_deviation / nullif(deviation, 0) * variance) / sqrt(2.0))::double precision
                    )) as probability_due
                    from estimated
                    -- A school at the national figure says nothing about how much it was shrunk.
                    where abs(deviation) > 0.3 * abs(line_offset) and shrunk_deviation / nullif(deviation, 0) > 0.02 and variance > 0
                )
                select urn, indicator, shrunk, line, probability_beyond_line, round(probability_due::numeric, 4) as probability_due
                from computed
                where abs(probability_beyond_line - probability_due) > {CHANCE_ROUNDING}
                """
            ),
        ),
    ]


def _from_inspections() -> list[Rule]:
    seen = f"""
        , seen as (
            select inspection.*, row_number() over (
                partition by inspection.urn order by inspection.inspection_date desc) as recency
            from publication.inspection
            where candidate_id = (select min(candidate_id) from batch) and not relates_to_predecessor
        )
        select {SAID}, batch.value, seen.inspection_date, seen.concern_level {RULED}
        left join seen on seen.urn = batch.urn
            and seen.recency = case ruled.method when 'inspection_previous' then 2 else 1 end
    """
    return [
        _rule(
            "outcome_is_the_inspections",
            "The outcome of the latest inspection, and of the one before, is the level of concern of that inspection.",
            no_rows(
                f"{seen} where ruled.method in ('inspection_outcome', 'inspection_previous') "
                "and batch.value is distinct from array_position(array['none', 'concern', 'serious'], seen.concern_level)"
            ),
        ),
        _rule(
            "years_since_the_inspection",
            "The years since the latest inspection, or since the opening where there is none, are those up to the as-at date.",
            no_rows(
                f"{seen} where ruled.method = 'inspection_due' and batch.value is not null and abs(batch.value - "
                "(candidate.as_at - coalesce(seen.inspection_date, school.open_date)) / 365.25) > 0.001"
            ),
        ),
    ]


def _context(candidate: Candidate) -> list[Rule]:
    newest = f"""
        , figures as (
            select * from publication.result
            where candidate_id = {candidate.candidate_id} and key_stage is not null and value is not null
        ),
        -- Once for all: looked up for each figure, the list would be read whole as often as it is long.
        newest as (
            select distinct on (figures.urn, figures.measure) figures.*
            from figures
            inner join publication.candidate as own using (candidate_id)
            inner join seeds.rule_ruleset as rule on rule.ruleset = own.ruleset
            where figures.academic_year between own.list_year - rule.oldest_year_back and own.list_year
            order by figures.urn, figures.measure, figures.academic_year desc
        )
        select {SAID}, batch.value, newest.academic_year, newest.value as newest, earlier.value as earlier {RULED}
        left join newest on newest.urn = batch.urn and newest.measure = ruled.measure
        left join figures as earlier on earlier.urn = batch.urn and earlier.measure = ruled.measure
            and earlier.academic_year = newest.academic_year - ruleset.roll_years
    """
    return [
        _rule(
            "context_is_the_newest_result",
            "Every figure of context is the newest that is known of the school.",
            no_rows(
                f"{newest} where ruled.method = 'context' and batch.value is not null "
                "and (batch.value, batch.academic_years) is distinct from (newest.value, newest.academic_year::text)"
            ),
        ),
        _rule(
            "roll_is_that_of_the_census",
            "The change of the roll is that from the census of the ruleset's years ago to the newest.",
            no_rows(
                f"{newest} where ruled.method = 'roll' and batch.value is not null and (newest.value is null "
                "or batch.n is distinct from newest.value::numeric(10, 1) or earlier.value is null "
                f"or abs(batch.value - 100 * (newest.value - earlier.value) / earlier.value) > {ROUNDING})"
            ),
        ),
        _rule(
            "notes_are_the_officers",
            "The level of the officers' notes is the gravest of those received, written and not expired on the as-at date.",
            no_rows(
                f"""
                , {notes_in_force(candidate)},
                gravest as (
                    select urn, max(array_position(array['none', 'some', 'serious'], concern)) as level from notes group by urn
                )
                select {SAID}, batch.value, gravest.level {RULED}
                left join gravest on gravest.urn = batch.urn
                where ruled.method = 'local_intelligence' and batch.value is distinct from gravest.level
                """
            ),
        ),
    ]


def _rule(name: str, sentence: str, check: Check) -> Rule:
    return Rule(name, DATA_ENGINEER, "critical", sentence, BUILD_AGAIN, check)
