"""Gate 2 over points: flags and points of indicators, and of domains, computed again from the figures and the ruleset."""

from __future__ import annotations

from school_support.quality.ruled import RULED, inspection_due
from school_support.quality.rules import IMPROVEMENT_LEAD, Candidate, Check, Rule, no_rows

BUILD_AGAIN = (
    "The points are not what the figures and the ruleset give. Compare marts.school_indicator and marts.school_risk with the "
    "rule_* seeds, and build the assessment again."
)
SAID = "batch.urn, batch.indicator"
ESTIMATE = "ruled.noise is not null and batch.value is not null and batch.probability_beyond_line is not null"
# What stands in bands: how bad it must be for which share of the weight.
BANDED = f"""
    {RULED}
    left join lateral (
        select bands.share_of_weight, bands.flag
        from seeds.rule_band as bands
        where bands.ruleset = ruled.ruleset and bands.indicator = ruled.indicator
            and bands.badness_from <= case ruled.direction when 'higher_is_better' then -batch.value else batch.value end
        order by bands.badness_from desc
        limit 1
    ) as band on true
    where ruled.method in ('leadership', 'local_intelligence', 'self_reported', 'roll') and batch.value is not null
"""
OUTCOMES = f"""
    {RULED}
    inner join seeds.rule_concern_points as concern on concern.ruleset = candidate.ruleset
        and concern.concern_level = (array['none', 'concern', 'serious'])[batch.value::integer]
    where ruled.method in ('inspection_outcome', 'inspection_previous') and batch.value is not null
"""
DUE = f"""
    {RULED}
    left join publication.inspection as latest
        on latest.candidate_id = batch.candidate_id and latest.urn = batch.urn and latest.is_latest
    {inspection_due("latest")}
    cross join lateral (select make_date(candidate.list_year, 8, 31) as day) as list_year_ends
    cross join lateral (
        select case when comes.day is null then 0 when comes.day <= list_year_ends.day then due.share_by_end_of_list_year
            when comes.day <= list_year_ends.day + interval '1 year' then due.share_in_year_after else 0 end as share
    ) as visit
    where ruled.method = 'inspection_due' and batch.value is not null and due.last_outcome is not null
"""
# The points of each domain by its indicators; a ruleset gives a domain no more than its cap.
DOMAINS = """
    , of_domains as (
        select batch.candidate_id, batch.urn, ruled.domain, sum(batch.points) as points,
            sum(batch.points_available) as available, nullif(sum(ruled.weight), 0) as weight, count(*) as indicators
        from batch
        inner join publication.candidate using (candidate_id)
        inner join seeds.rule_indicator as ruled on ruled.ruleset = candidate.ruleset and ruled.indicator = batch.indicator
        group by batch.candidate_id, batch.urn, ruled.domain
    )
    select risk.urn, risk.domain, risk.points, risk.points_available, risk.weight_known,
        round(risk.domain_cap * of_domains.points / of_domains.weight, 2) as points_due,
        round(risk.domain_cap * of_domains.available / of_domains.weight, 2) as available_due
    from publication.school_risk as risk
    left join of_domains using (candidate_id, urn, domain)
    where risk.candidate_id = (select min(candidate_id) from batch)
"""


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    del candidate
    return [
        _rule(
            "flag_by_the_thresholds",
            "An estimate is flagged likely, possible or none by the ruleset's probabilities, and not at all with too few pupils.",
            no_rows(
                f"""
                select {SAID}, batch.flag, batch.probability_beyond_line, batch.n
                {RULED}
                where {ESTIMATE}
                    and batch.flag is distinct from case
                        when ruled.method <> 'rate' and coalesce(batch.n, 0) < ruleset.minimum_pupils then null
                        when batch.probability_beyond_line >= ruleset.likely_probability then 'likely'
                        when batch.probability_beyond_line >= ruleset.possible_probability then 'possible'
                        else 'none' end
                    -- Rounded before it is frozen: at the threshold itself either side is right.
                    and least(abs(batch.probability_beyond_line - ruleset.likely_probability),
                        abs(batch.probability_beyond_line - ruleset.possible_probability)) > 0.00005
                """
            ),
        ),
        _rule(
            "points_are_the_probability",
            "An estimate's points are its weight times its probability.",
            no_rows(
                f"select {SAID}, batch.points, ruled.weight, batch.probability_beyond_line {RULED} "
                f"where {ESTIMATE} and abs(batch.points - case when batch.flag is null then 0 "
                "else ruled.weight * batch.probability_beyond_line end) > 0.0055"
            ),
        ),
        _rule(
            "available_is_the_weight",
            "Points available are the indicator's weight where it is judged, and none where it is not.",
            no_rows(
                f"select {SAID}, batch.points_available, ruled.weight, batch.flag {RULED} "
                "where batch.points_available <> case when batch.flag is null then 0 else ruled.weight end"
            ),
        ),
        _rule(
            "points_by_the_bands",
            "What stands in bands has the flag and the points of its band.",
            no_rows(
                f"select {SAID}, batch.value, batch.flag, batch.points, band.share_of_weight {BANDED} "
                "and (batch.flag is distinct from coalesce(band.flag, 'none') "
                "or abs(batch.points - ruled.weight * coalesce(band.share_of_weight, 0)) > 0.0055)"
            ),
        ),
        _rule(
            "points_by_the_outcome",
            "The outcome of an inspection has the flag and the points that the ruleset gives its level of concern.",
            no_rows(
                f"select {SAID}, batch.value, batch.flag, batch.points, concern.share_of_weight {OUTCOMES} "
                "and (batch.flag is distinct from concern.flag "
                "or abs(batch.points - ruled.weight * concern.share_of_weight) > 0.0055)"
            ),
        ),
        _rule(
            "points_by_the_day_due",
            "The next inspection has points by the day on which it is due.",
            no_rows(
                f"select {SAID}, comes.day as due_on, batch.flag, batch.points, visit.share {DUE} "
                "and (abs(batch.points - ruled.weight * visit.share) > 0.0055 "
                "or batch.flag is distinct from case when visit.share = 0 then 'none' "
                "when visit.share < due.share_by_end_of_list_year then 'possible' else 'likely' end)"
            ),
        ),
        _rule(
            "domain_is_its_indicators",
            "A domain's points are those of its indicators out of their weights, scaled to its cap, and so are those available.",
            no_rows(
                f"{DOMAINS} and (abs(risk.points - coalesce(risk.domain_cap * of_domains.points / of_domains.weight, 0)) "
                "> 0.0055 * (1 + coalesce(of_domains.indicators * risk.domain_cap / of_domains.weight, 0)) "
                "or abs(risk.points_available - coalesce(risk.domain_cap * of_domains.available / of_domains.weight, 0)) > 0.0055)"
            ),
        ),
        _rule(
            "weight_known_is_that_of_its_indicators",
            "The weight known of a domain is that of its judged indicators out of all of them.",
            no_rows(
                f"{DOMAINS} and abs(risk.weight_known - coalesce(of_domains.available / of_domains.weight, 0)) > 0.0001"
            ),
        ),
    ]


def _rule(name: str, sentence: str, check: Check) -> Rule:
    return Rule(name, IMPROVEMENT_LEAD, "critical", sentence, BUILD_AGAIN, check)
