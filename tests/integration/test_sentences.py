"""Every number in every sentence of a real list is the number of the row that it comes from."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from school_support.assessment.prepare import build_assessments, prepare_assessment
from school_support.warehouse.connection import connect

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def assessment(real_warehouse: Path) -> int:
    assessment_id = prepare_assessment("874", 2020, date(2019, 6, 30))
    build_assessments([assessment_id])
    return assessment_id


def rows(query: str, assessment_id: int) -> list[tuple]:  # type: ignore[type-arg]
    with connect("support_admin") as connection:
        return connection.execute(query, (assessment_id,)).fetchall()


def half_up(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) + 0  # plus nought: no minus nought


def in_words(number: Decimal | None, unit: str) -> str:
    """A number as a letter writes it; worked out here anew, not by the macro that the list uses."""
    assert number is not None
    if unit == "percent":
        return f"{half_up(number, 1)}%"
    if unit == "score":
        return f"{half_up(number, 1):+}"
    if unit == "points":
        return f"{half_up(number, 2):+}"
    if unit == "point_change":
        return f"{half_up(number, 1):+} points"
    return str(half_up(number, 0))


def chance(probability: Decimal) -> str:
    return "over 99%" if probability > Decimal("0.99") else f"{half_up(100 * probability, 0)}%"


def test_every_number_in_every_sentence_is_its_rows_own(assessment: int) -> None:
    found = rows(
        """
        select indicator.sentence, rule.sentence, rule.worse, rule.better, value, n, national, academic_years,
            indicator.unit, flag, is_strength, probability_beyond_line, probability_better, similar_value, similar_schools
        from marts.school_indicator as indicator
        inner join control.assessment using (assessment_id)
        inner join seeds.rule_indicator as rule using (ruleset, indicator)
        where assessment_id = %s and reason_code is null and national is not null
        """,
        assessment,
    )
    assert len(found) > 300
    judged = compared = 0
    for said, template, worse, better, value, n, national, years, unit, flag, strong, beyond, above, similar, schools in found:  # fmt: skip
        expected = template.format(
            years=years, value=in_words(value, unit), national=in_words(national, unit),
            n="" if n is None else in_words(n, "pupils"),
        )  # fmt: skip
        if flag in ("likely", "possible"):
            expected += f" It is {flag} ({chance(beyond)}) that {worse}."
        elif strong:
            expected += f" It is likely ({chance(above)}) that {better}."
        beside = "" if similar is None else f" In {schools} similar schools the figure was {in_words(similar, unit)}."
        compared += bool(beside)
        if flag is None:
            assert said.startswith(expected)
            assert said.endswith(beside)
        else:
            assert said == expected + beside
            judged += 1
    assert judged > 300
    assert compared > 300


def test_dates_of_inspections_in_sentences_are_those_of_the_inspections(assessment: int) -> None:
    found = rows(
        """
        select sentence, inspection_date
        from marts.school_indicator
        inner join marts.fct_inspection using (assessment_id, urn)
        where assessment_id = %s and indicator = 'inspection_outcome' and reason_code is null and is_latest
        """,
        assessment,
    )
    assert len(found) > 40
    for sentence, day in found:
        assert f"on {day.day} {day:%B %Y}" in sentence


def test_a_list_says_only_sentences_that_gates_and_indicators_say(assessment: int) -> None:
    invented = rows(
        """
        select reason.urn, reason.sentence from marts.school_reason as reason
        where assessment_id = %s and kind <> 'coverage'
            and not exists (select 1 from marts.school_indicator as i where i.assessment_id = reason.assessment_id
                and i.urn = reason.urn and i.indicator = reason.item and i.sentence = reason.sentence)
            and not exists (select 1 from marts.school_gate as g where g.assessment_id = reason.assessment_id
                and g.urn = reason.urn and g.gate = reason.item and g.sentence = reason.sentence)
        """,
        assessment,
    )
    assert invented == []


def test_three_to_six_reasons_where_there_are_so_many(assessment: int) -> None:
    told = rows(
        "select urn, count(*) filter (where is_told), count(*) from marts.school_reason where assessment_id = %s group by urn",
        assessment,
    )
    assert len(told) == 78
    assert all(3 <= is_told <= 6 or is_told == known for _, is_told, known in told)
