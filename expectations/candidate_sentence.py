"""Gate 2 over sentences: what a school is told, written again from the numbers of its rows."""

from __future__ import annotations

from school_support.quality.evidence import notes_in_force
from school_support.quality.ruled import RULED, inspection_due
from school_support.quality.rules import IMPROVEMENT_LEAD, Candidate, Check, Rule, no_rows

WRITE_AGAIN = (
    "The sentence does not say what its row says. Compare marts.school_indicator and marts.school_reason, mend the wording, "
    "and build the assessment again."
)
SAID = "batch.urn, batch.indicator"


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    return [
        _rule(
            "figures_as_in_the_row",
            "The sentence of a figure says the years, value, pupils and national figure of its row, and no other number.",
            no_rows(
                f"""
                , {_written("coalesce(batch.academic_years, '')", _in_words("batch.value", "batch.unit"))}
                select urn, indicator, sentence, written from written
                where method in ('proportion', 'mean', 'rate', 'trend', 'returned', 'roll', 'context')
                    and not starts_with(sentence, written)
                """
            ),
        ),
        _rule(
            "judgement_as_in_the_row",
            "After the figure the sentence says the flag, the probability and the similar schools of its row, and nothing else.",
            no_rows(
                f"""
                , {_written("coalesce(batch.academic_years, '')", _in_words("batch.value", "batch.unit"))},
                tails as (
                    select *, substr(sentence, 1 + length(written)) as tail,
                        case
                            when direction = 'context' then ''
                            when flag is null then ' With fewer than ' || minimum_pupils
                                || ' pupils it counts neither for nor against the school.'
                            when probability_beyond_line is null then ''
                            when flag in ('likely', 'possible')
                                then ' It is ' || flag || ' (' || {_chance("probability_beyond_line")} || ') that ' || worse || '.'
                            else ''
                        end as judged,
                        case when strength.probability_better is not null
                            then ' It is likely (' || {_chance("strength.probability_better")} || ') that ' || better || '.' end
                            as praised,
                        coalesce(' In ' || similar_schools || ' similar schools the figure was '
                            || {_in_words("similar_value")} || '.', '') as compared
                    from written
                    left join lateral (
                        select mart.probability_better
                        from marts.school_indicator as mart
                        where mart.assessment_id = {candidate.assessment_id} and mart.urn = written.urn
                            and mart.indicator = written.indicator and mart.is_strength
                    ) as strength on true
                    where method in ('proportion', 'mean', 'rate', 'trend', 'returned', 'roll', 'context')
                        and starts_with(sentence, written)
                )
                select urn, indicator, tail, judged || compared as due
                from tails
                where tail <> judged || compared
                    and not coalesce(flag = 'none' and tail = praised || compared, false)
                """
            ),
        ),
        _rule(
            "missing_figure_said",
            "Where there is no figure the sentence says why, and nothing else.",
            no_rows(
                "select urn, indicator, sentence, reason_code from batch where reason_code is not null and sentence <> "
                "indicator_name || ': no figure (' || replace(reason_code, '_', ' ') "
                "|| '), so it counts neither for nor against the school.'"
            ),
        ),
        _rule(
            "inspections_as_in_the_table",
            "The sentence of an inspection says its day and what it found; that of the next one, by when it is due.",
            no_rows(_inspections()),
        ),
        _rule(
            "notes_as_written",
            "The sentence about officers' notes says each note that counts, with its concern and day.",
            no_rows(
                f"""
                , {notes_in_force(candidate)},
                words as (
                    select urn, string_agg(
                        category || ' (' || case concern when 'none' then 'no' else concern end || ' concern, '
                        || {_day("note_date")} || ')', '; '
                        order by array_position(array['serious', 'some', 'none'], concern), note_date desc, category
                    ) as said
                    from notes group by urn
                )
                select {SAID}, batch.sentence, words.said
                {RULED}
                left join words on words.urn = batch.urn
                where ruled.method = 'local_intelligence' and batch.value is not null
                    and batch.sentence is distinct from replace(ruled.sentence, '{{value}}', words.said)
                """
            ),
        ),
        _rule(
            "head_teacher_as_in_the_row",
            "The sentence about the head teacher names the day from which its months are counted.",
            no_rows(
                f"""
                select {SAID}, batch.value, batch.sentence
                {RULED}
                where ruled.method = 'leadership' and batch.value is not null
                    and batch.sentence not like 'The school reported %'
                    and right(rtrim(batch.sentence, '.'), 15) not like
                        '%' || right(' ' || {_day("candidate.as_at - round(batch.value * 30.4375)::integer")}, 15)
                """
            ),
        ),
    ]


def _written(years: str, value: str) -> str:
    """`written`: each figure's row with the first sentence that its ruleset gives."""
    filled = (
        f"replace(replace(replace(replace(ruled.sentence, '{{years}}', {years}), '{{value}}', coalesce({value}, '')), "
    )
    filled += f"'{{national}}', coalesce({_in_words('batch.national', 'batch.unit')}, '')), '{{n}}', coalesce(round(batch.n)::text, ''))"
    return f"""
        written as (
            select batch.*, ruled.method, ruled.worse, ruled.better, ruleset.minimum_pupils, {filled} as written
            {RULED}
            where batch.reason_code is null
        )"""


def _in_words(number: str, unit: str = "unit") -> str:
    """A number of the row as its unit is written."""

    def signed(places: int) -> str:
        rounded = f"round({number}, {places})"
        return f"case when {rounded} < 0 then '-' else '+' end || abs({rounded})::text"

    return f"""case {unit}
        when 'percent' then round({number}, 1)::text || '%'
        when 'score' then {signed(1)}
        when 'points' then {signed(2)}
        when 'gap' then abs(round({number}, 1))::text || case when {number} < 0 then ' points behind' else ' points ahead' end
        when 'point_change' then {signed(1)} || ' points'
        when 'rate' then round({number}, 2)::text
        when 'change_percent' then {signed(1)} || '%'
    end"""


def _chance(probability: str) -> str:
    return f"case when {probability} > 0.99 then 'over 99%' else round(100 * {probability})::text || '%' end"


def _day(day: str) -> str:
    return f"to_char({day}, 'FMDD FMMonth YYYY')"


def _inspections() -> str:
    return f"""
        , seen as (
            select inspection.*, row_number() over (
                partition by inspection.urn order by inspection.inspection_date desc) as recency
            from publication.inspection
            where candidate_id = (select min(candidate_id) from batch) and not relates_to_predecessor
        ),
        worded as (
            select {SAID}, batch.sentence, ruled.method, seen.inspection_date,
                case
                    when ruled.method <> 'inspection_due'
                        then replace(ruled.sentence, '{{value}}', concern.words || ' on ' || {_day("seen.inspection_date")})
                    when seen.urn is null
                        then 'The school has not been inspected since it opened on ' || {_day("school.open_date")}
                            || '; the first inspection is due by ' || {_day("comes.day")} || '.'
                    when comes.day is null
                        then 'The latest graded inspection was on ' || {_day("seen.inspection_date")}
                            || '; the school is exempt from routine inspection.'
                    else 'The latest graded inspection was on ' || {_day("seen.inspection_date")}
                        || '; the next is due by ' || {_day("comes.day")} || '.'
                end as written
            {RULED}
            left join seen on seen.urn = batch.urn
                and seen.recency = case ruled.method when 'inspection_previous' then 2 else 1 end
            left join seeds.rule_concern_points as concern
                on concern.ruleset = candidate.ruleset and concern.concern_level = seen.concern_level
            {inspection_due("seen")}
            where ruled.method in ('inspection_outcome', 'inspection_previous', 'inspection_due') and batch.value is not null
        )
        select urn, indicator, sentence, written from worded where sentence is distinct from written
    """


def _rule(name: str, sentence: str, check: Check) -> Rule:
    return Rule(name, IMPROVEMENT_LEAD, "critical", sentence, WRITE_AGAIN, check)
