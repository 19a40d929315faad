"""Gate 2 over the proposed list: `publication.support_list`, one row a school."""

from __future__ import annotations

from school_support.quality.rules import (
    DATA_ENGINEER,
    IMPROVEMENT_LEAD,
    Candidate,
    Check,
    Rule,
    Severity,
    at_least_one_row,
    between,
    filled,
    matches,
    no_rows,
    one_of,
    unique,
)

BUILD_AGAIN = "The list is not what the rules give. Build the assessment again and compare marts.school_tier."
# Candidate and list together, with the tier that the ruleset knows by the row's name.
LISTED = """
    from batch
    inner join publication.candidate using (candidate_id)
    left join seeds.rule_tier as tiers on tiers.ruleset = candidate.ruleset and tiers.tier = batch.tier
"""
# The strictest minimum of the gates that a row names.
GATED = """
    from batch
    inner join publication.candidate using (candidate_id)
    cross join lateral (
        select max(tiers.tier_rank) as minimum_rank, count(*) as named, count(tiers.tier_rank) as known
        from unnest(string_to_array(batch.gates, ', ')) as named (gate)
        left join seeds.rule_gate as gates on gates.ruleset = candidate.ruleset and gates.gate = named.gate
        left join seeds.rule_tier as tiers on tiers.ruleset = gates.ruleset and tiers.tier = gates.minimum_tier
    ) as gate
"""


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    return [*_every_school_once(candidate), *_tiers(), *_points(), *_support(), *_moves(candidate)]


def _rule(
    name: str, sentence: str, check: Check, how_to_resolve: str = BUILD_AGAIN, severity: Severity = "critical"
) -> Rule:
    return Rule(name, IMPROVEMENT_LEAD, severity, sentence, how_to_resolve, check)


def _every_school_once(candidate: Candidate) -> list[Rule]:
    lost = "A school was lost or added on the way to the list: follow the URN through marts, from dim_school on."
    mine = f"candidate_id = {candidate.candidate_id}"
    return [
        _rule("not_empty", "The list has at least one school.", at_least_one_row(), lost),
        _rule("urn_has_six_digits", "Every URN has six digits.", matches("urn", "^[0-9]{6}$")),
        _rule("one_row_a_school", "No school stands in the list twice.", unique("urn"), lost),
        _rule(
            "every_open_school_listed",
            "Every open school of the authority is in the list.",
            no_rows(
                "select urn, school_name from publication.school "  # noqa: S608
                f"where {mine} and urn not in (select urn from batch)"
            ),
            lost,
        ),
        _rule(
            "only_open_schools_listed",
            "Every school in the list is an open school of the authority.",
            no_rows(
                "select urn, school_name from batch where urn not in "  # noqa: S608
                f"(select urn from publication.school where {mine})"
            ),
            lost,
        ),
        Rule(
            "register_agrees",
            DATA_ENGINEER,
            "critical",
            "The schools of the list are those of the register that was built for the assessment.",
            lost,
            no_rows(
                f"""
                select coalesce(batch.urn, register.urn) as urn,
                    case when batch.urn is null then 'in the register, not in the list'
                        else 'in the list, not in the register' end as school_is
                from batch
                full join (select urn from marts.dim_school where assessment_id = {candidate.assessment_id}) as register
                    on register.urn = batch.urn
                where batch.urn is null or register.urn is null
                """  # noqa: S608
            ),
        ),
    ]


def _tiers() -> list[Rule]:
    return [
        _rule("tier_filled", "Every school has a tier.", filled("tier")),
        _rule(
            "tier_known",
            "Every tier, with its name and rank, is one of the ruleset's.",
            no_rows(
                f"select batch.urn, batch.tier, batch.tier_name, batch.tier_rank {LISTED} "  # noqa: S608
                "where tiers.tier is null or batch.tier_name is distinct from tiers.tier_name "
                "or batch.tier_rank is distinct from tiers.tier_rank"
            ),
        ),
        _rule("decided_by_filled", "Every tier says what decided it.", filled("decided_by")),
        _rule(
            "decided_by_known",
            "Gates, points, too little coverage or the assessment before decide, and nothing else.",
            one_of("decided_by", ["gate", "points", "one_year", "coverage", "held", "carried_forward"]),
        ),
        _rule(
            "points_give_the_tier",
            "Where points decide, the computed tier is the highest whose cut the share of points reaches; equal goes to the higher. "
            "Where one year's results alone would lead to the top tier, it is the one below.",
            no_rows(
                f"""
                select batch.urn, batch.computed_tier, batch.points_share, due.tier as tier_due {LISTED}
                left join lateral (
                    select cuts.tier, cuts.tier_rank,
                        cuts.tier_rank = (select max(tier_rank) from seeds.rule_tier where ruleset = cuts.ruleset) as is_top
                    from seeds.rule_tier as cuts
                    where cuts.ruleset = candidate.ruleset and cuts.cut_from <= batch.points_share
                    order by cuts.cut_from desc limit 1
                ) as due on true
                where (batch.decided_by = 'points' and batch.computed_tier is distinct from due.tier)
                    or (batch.decided_by = 'one_year'
                        and (due.is_top is not true or batch.computed_tier_rank is distinct from due.tier_rank - 1))
                """  # noqa: S608
            ),
        ),
        _rule(
            "gates_known",
            "Every gate named is one of the ruleset's, and a tier decided by a gate names one.",
            no_rows(
                f"select batch.urn, batch.decided_by, batch.gates {GATED} "
                "where gate.known < gate.named or (batch.decided_by = 'gate' and gate.named = 0)"
            ),
        ),
        _rule(
            "gate_sets_the_least_tier",
            "No school's computed tier is lower than its gates demand.",
            no_rows(
                f"select batch.urn, batch.computed_tier, batch.gates {GATED} where batch.gates <> '' "
                "and (batch.computed_tier_rank is null or batch.computed_tier_rank < gate.minimum_rank)"
            ),
        ),
        _rule(
            "insufficient_evidence_by_coverage_alone",
            "The rules give insufficient evidence exactly where too little coverage decided.",
            no_rows(
                "select urn, computed_tier, decided_by from batch "
                "where (computed_tier is not distinct from 'insufficient_evidence') <> (decided_by = 'coverage')"
            ),
        ),
        _rule(
            "coverage_decides_when_too_thin",
            "Points decide only on the ruleset's least coverage or more, and insufficient evidence only below it.",
            no_rows(
                """
                select batch.urn, batch.decided_by, batch.coverage, ruleset.minimum_coverage
                from batch
                inner join publication.candidate using (candidate_id)
                inner join seeds.rule_ruleset as ruleset using (ruleset)
                where (batch.decided_by = 'points' and batch.coverage < ruleset.minimum_coverage)
                    or (batch.decided_by = 'coverage' and batch.coverage >= ruleset.minimum_coverage)
                """
            ),
        ),
    ]


def _points() -> list[Rule]:
    caps = (
        "from batch inner join publication.candidate using (candidate_id) cross join lateral "
        "(select sum(domain_cap) as points from seeds.rule_domain where ruleset = candidate.ruleset) as cap"
    )
    return [
        *(
            _rule(f"{column}_filled", f"Every school has its {column.replace('_', ' ')}.", filled(column))
            for column in ("points", "points_available", "coverage")
        ),
        _rule(
            "points_within_available",
            "Points lie between none and the points available.",
            no_rows("select urn, points, points_available from batch where points < 0 or points > points_available"),
        ),
        _rule(
            "available_within_caps",
            "No school has more points available than the caps of all domains together.",
            no_rows(
                f"select batch.urn, batch.points_available, cap.points as caps {caps} "
                "where batch.points_available > cap.points"
            ),
        ),
        _rule(
            "share_is_points_of_available",
            "The share of points is the points out of those available, and empty exactly where none are.",
            no_rows(
                "select urn, points_share, points, points_available from batch "
                "where (points_share is null) <> (points_available = 0) "
                "or abs(points_share - points / nullif(points_available, 0)) > 0.0001"
            ),
        ),
        _rule("coverage_is_a_share", "Coverage lies between 0 and 1.", between("coverage", 0, 1)),
        _rule(
            "coverage_is_available_of_caps",
            "Coverage is the points available out of the caps of the domains that count for it.",
            no_rows(
                """
                select batch.urn, batch.coverage, sum(risk.points_available) as available, sum(risk.domain_cap) as caps
                from batch
                inner join publication.candidate using (candidate_id)
                inner join publication.school_risk as risk using (candidate_id, urn)
                inner join seeds.rule_domain as domains
                    on domains.ruleset = candidate.ruleset and domains.domain = risk.domain and domains.counts_for_coverage
                group by batch.urn, batch.coverage
                having abs(batch.coverage - sum(risk.points_available) / sum(risk.domain_cap)) > 0.0001
                """
            ),
        ),
        _rule(
            "domains_sum_to_the_points",
            "The points of the domains sum to the school's points, and those available likewise.",
            no_rows(
                """
                select batch.urn, batch.points, sum(risk.points) as points_of_domains,
                    batch.points_available, sum(risk.points_available) as available_of_domains
                from batch
                left join publication.school_risk as risk using (candidate_id, urn)
                group by batch.urn, batch.points, batch.points_available
                having sum(risk.points) is distinct from batch.points
                    or sum(risk.points_available) is distinct from batch.points_available
                """
            ),
        ),
    ]


def _support() -> list[Rule]:
    return [
        _rule("support_days_filled", "Every school has its days of support.", filled("support_days")),
        _rule(
            "support_days_not_negative",
            "No school has fewer than no days of support.",
            between("support_days", 0, None),
        ),
        _rule(
            "support_days_of_the_tier",
            "Every school has the days of support of its tier.",
            no_rows(
                f"select batch.urn, batch.tier, batch.support_days, tiers.support_days as days_of_tier {LISTED} "
                "where batch.support_days <> tiers.support_days"
            ),
        ),
        _rule(
            "cost_is_days_at_the_rate",
            "Every school's cost is its days at the authority's day rate.",
            no_rows(
                """
                select batch.urn, batch.support_cost, batch.support_days, setting.day_rate
                from batch
                inner join publication.candidate using (candidate_id)
                inner join seeds.authority_setting as setting using (authority)
                where batch.support_cost is distinct from round(batch.support_days * setting.day_rate, 2)
                """
            ),
        ),
        _rule(
            "reasons_given",
            "Every school is given at least one reason.",
            no_rows("select urn, tier, decided_by from batch where coalesce(btrim(reasons, E' \\n'), '') = ''"),
            "A letter without a reason cannot be sent: look why the school has no sentence in marts.school_tier.",
        ),
    ]


def _moves(candidate: Candidate) -> list[Rule]:
    return [
        _rule(
            "no_move_of_two_tiers",
            "No school moves by more than one tier against the current edition.",
            no_rows(
                f"""
                select batch.urn, batch.school_name, before.tier as tier_before, batch.tier
                from batch
                inner join publication.support_list as before on before.urn = batch.urn
                where abs(batch.tier_rank - before.tier_rank) > 1
                    and before.candidate_id = (
                        select edition.candidate_id
                        from publication.current_edition
                        inner join publication.edition as edition using (edition_id, authority, list_year)
                        where authority = '{candidate.authority}' and list_year <= {candidate.list_year}
                        order by list_year desc
                        limit 1
                    )
                """  # noqa: S608
            ),
            "Look at the reasons of both lists before approving; a new inspection explains it, a change of data may not.",
            "warning",
        )
    ]
