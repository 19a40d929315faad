"""Gate 2 over indicators: `publication.school_indicator`, one row a school and indicator."""

from __future__ import annotations

from school_support.quality.rules import DATA_ENGINEER, Candidate, Check, Rule, between, no_rows, one_of, unique

BUILD_AGAIN = "The indicator is not what the data give. Build the assessment again and compare marts.school_indicator."


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    return [
        _rule("one_row_an_indicator", "No school has an indicator twice.", unique("urn", "indicator")),
        _rule(
            "every_indicator_of_the_phase",
            "Every school has a row for every indicator that covers its phase, with or without a figure, and no other.",
            no_rows(
                f"""
                select coalesce(batch.urn, due.urn) as urn, coalesce(batch.indicator, due.indicator) as indicator,
                    case when batch.urn is null then 'missing' else 'not of this phase' end as indicator_is
                from batch
                full join (
                    select school.urn, indicators.indicator
                    from publication.candidate
                    inner join publication.school using (candidate_id)
                    inner join seeds.rule_indicator as indicators
                        on indicators.ruleset = candidate.ruleset
                        and school.phase = any(string_to_array(indicators.phases, ' '))
                    where candidate_id = {candidate.candidate_id}
                ) as due on due.urn = batch.urn and due.indicator = batch.indicator
                where batch.urn is null or due.urn is null
                """
            ),
        ),
        _rule(
            "value_or_reason",
            "Every indicator has a value or a reason why not, never both: a code is never a number.",
            no_rows(
                "select urn, indicator, value, reason_code from batch where (value is null) = (reason_code is null)"
            ),
        ),
        _rule(
            "no_points_without_a_value",
            "An indicator without a value has no points and none available.",
            no_rows(
                "select urn, indicator, reason_code, points, points_available from batch "
                "where value is null and (points <> 0 or points_available <> 0 or flag is not null)"
            ),
        ),
        _rule(
            "value_within_its_interval",
            "Every value lies within its own interval.",
            no_rows(
                "select urn, indicator, value, interval_low, interval_high from batch "
                "where interval_low > interval_high or value < interval_low or value > interval_high"
            ),
        ),
        _rule(
            "probability_is_one",
            "Every probability lies between 0 and 1.",
            between("probability_beyond_line", 0, 1),
        ),
        _rule("pupils_not_negative", "No indicator rests on fewer than no pupils.", between("n", 0, None)),
        _rule("flag_known", "Every flag is likely, possible or none.", one_of("flag", ["likely", "possible", "none"])),
        _rule(
            "percentages_are_percentages",
            "Every percentage lies between 0 and 100.",
            no_rows("select urn, indicator, value from batch where unit = 'percent' and value not between 0 and 100"),
        ),
        _rule(
            "intervals_end_where_figures_do",
            "No share and no rate may lie below 0, and no share above 100, not even at the end of its interval.",
            no_rows(
                "select urn, indicator, unit, interval_low, interval_high from batch "
                "where unit in ('percent', 'rate') and interval_low < 0 or unit = 'percent' and interval_high > 100"
            ),
        ),
        _rule(
            "points_within_available",
            "Points lie between none and the points available.",
            no_rows(
                "select urn, indicator, points, points_available from batch "
                "where points is null or points_available is null or points < 0 or points > points_available"
            ),
        ),
        _rule(
            "sentence_given",
            "Every indicator has its sentence.",
            no_rows("select urn, indicator from batch where coalesce(btrim(sentence), '') = ''"),
        ),
        _rule(
            "sentence_complete",
            "No sentence has a place left unfilled.",
            no_rows("select urn, indicator, sentence from batch where sentence ~ '[{][a-z_]+[}]'"),
        ),
    ]


def _rule(name: str, sentence: str, check: Check) -> Rule:
    return Rule(name, DATA_ENGINEER, "critical", sentence, BUILD_AGAIN, check)
