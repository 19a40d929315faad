"""Which days a backfill is as at, and what it refuses before it looks at any file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from school_support.backfill import plan
from school_support.backfill.plan import Request, refuse
from school_support.errors import SupportListError

PETERBOROUGH = Request("874", 2016, 2020)


@pytest.fixture(autouse=True)
def october_2020(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "today", lambda: date(2020, 10, 1))


def test_each_list_is_as_at_the_summer_before_it() -> None:
    assert Request("874", 2016, 2018).days == {
        2016: date(2015, 6, 30),
        2017: date(2016, 6, 30),
        2018: date(2017, 6, 30),
    }
    assert Request("874", 2018, 2018, "09-01").days == {2018: date(2017, 9, 1)}


def test_past_years_are_not_refused() -> None:
    refuse(PETERBOROUGH)
    refuse(replace(PETERBOROUGH, last=2021))
    refuse(replace(PETERBOROUGH, ruleset="2019.2"))
    refuse(Request("874", 2017, 2017, "02-29"))  # 2016 has the day


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"authority": "123"}, "No row for authority 123"),
        ({"authority": "000"}, "a whole country"),
        ({"first": 2021}, "--from 2021 --to 2020. Turn them round"),
        ({"first": 1999}, "before 2000"),
        ({"last": 2022}, "as at 30 June 2021, which has not been: end with --to 2021"),
        ({"first": 2022, "last": 2022}, "which has not been: take earlier years"),
        ({"as_at_day": "12-31", "last": 2021}, "as at 31 December 2020, which has not been: end with --to 2020"),
        ({"as_at_day": "02-29"}, "--as-at-day 02-29 is no day of every year from 2015 to 2019"),
        ({"as_at_day": "June"}, "say month and day, such as 06-30"),
        ({"ruleset": "2018.1"}, "no ruleset 2018.1. There are 2019.2"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(change: dict[str, object], message: str) -> None:
    with pytest.raises(SupportListError, match=message):
        refuse(replace(PETERBOROUGH, **change))  # type: ignore[arg-type]
