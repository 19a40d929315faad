"""SQL that several suites share: an indicator's row beside what its ruleset says of it."""

from __future__ import annotations

# `batch` is publication.school_indicator; beside it candidate, school, ruleset, and `ruled`, the indicator's row in the rules.
RULED = """
    from batch
    inner join publication.candidate using (candidate_id)
    inner join publication.school using (candidate_id, urn)
    inner join seeds.rule_ruleset as ruleset on ruleset.ruleset = candidate.ruleset
    inner join seeds.rule_indicator as ruled on ruled.ruleset = candidate.ruleset and ruled.indicator = batch.indicator
"""


def inspection_due(latest: str) -> str:
    """Joins to RULED: `due`, the rule for the outcome of an inspection, and `comes.day`, when the next is due by it.

    Args:
        latest: alias of publication.inspection; a row of nulls for a school that was never inspected.
    """
    return f"""
    left join seeds.rule_inspection_due as due on due.ruleset = candidate.ruleset and due.last_outcome = case
        when {latest}.urn is null then 'new_school'
        when {latest}.concern_level = 'serious' then 'inadequate'
        when {latest}.concern_level = 'concern' then 'requires_improvement'
        when {latest}.overall_effectiveness = '1' then 'outstanding'
        else 'good' end
    cross join lateral (
        select (coalesce({latest}.inspection_date, school.open_date)
            + make_interval(months => (12 * due.interval_years)::integer))::date as day
    ) as comes
"""
