from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from school_support.reports import words

PROJECT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1234", "£1,234"), ("1234.50", "£1,235"), ("0.49", "£0"), ("-187660", "\N{MINUS SIGN}£187,660")],
)
def test_money_is_whole_pounds_rounded_half_up(amount: str, text: str) -> None:
    assert words.money(Decimal(amount)) == text


def test_no_amount_is_words_not_nought() -> None:
    assert words.money(None) == "not costed"
    assert words.percent(None) == "not known"
    assert words.plain(None) == "not known"


def test_a_percentage_has_one_decimal() -> None:
    assert words.percent(Decimal("0.8205")) == "82.1%"
    assert words.percent(Decimal(1)) == "100.0%"


@pytest.mark.parametrize(
    ("value", "unit", "domain", "text"),
    [
        ("63.449", "percent", "attainment", "63.4%"),
        ("0.52", "score", "progress", "+0.5"),
        ("-1.25", "score", "progress", "\N{MINUS SIGN}1.3"),
        ("-0.04", "score", "progress", "0.0"),
        ("0.125", "points", "progress", "+0.13"),
        ("46.5", "points", "attainment", "46.50"),
        ("4.2", "years", "inspection", "4.2 years"),
        ("3.000", "grade", "inspection", "serious concern"),
    ],
)
def test_a_value_reads_in_its_unit(value: str, unit: str, domain: str, text: str) -> None:
    assert words.measured(Decimal(value), unit, domain) == text


@pytest.mark.parametrize(
    ("probability", "text"),
    [("0.0000", "under 0.1%"), ("0.0010", "0.1%"), ("0.8000", "80.0%"), ("0.9990", "99.9%"), ("1.0000", "over 99.9%")],
)
def test_a_chance_is_never_certain(probability: str, text: str) -> None:
    assert words.chance(Decimal(probability)) == text


def test_plain_numbers_lose_only_needless_zeros() -> None:
    assert [words.plain(Decimal(n)) for n in ("10.0", "2.50", "1200.00", "0.00")] == ["10", "2.5", "1,200", "0"]


def test_a_moment_reads_the_same_wherever_it_was_recorded() -> None:
    utc = datetime(2019, 7, 1, 23, 5, tzinfo=UTC)
    assert words.moment(utc) == "1 July 2019 at 23:05 UTC"
    assert words.moment(utc.astimezone(timezone(timedelta(hours=1)))) == "1 July 2019 at 23:05 UTC"
    assert words.long_date(date(2019, 6, 30)) == "30 June 2019"


def test_a_school_year_is_named_by_both_years() -> None:
    assert words.school_year(2020) == "2019/20"
    assert words.school_year(2000) == "1999/00"


def test_every_reason_code_of_the_publishers_has_words() -> None:
    with (PROJECT / "dbt_project" / "seeds" / "xwalk_reason_code.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["reason_code"] for row in csv.DictReader(file)}
    assert codes <= words.REASONS.keys()
    assert words.reason("suppressed") == "suppressed: 5 or fewer pupils"


def test_an_unknown_or_missing_reason_is_still_words() -> None:
    assert words.reason("struck_by_flood") == "struck by flood"
    assert words.reason(None) == "no figure: reason not recorded"
