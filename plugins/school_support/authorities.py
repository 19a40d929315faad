"""The authorities that are served, as the seed authority_setting.csv has them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from school_support.errors import SupportListError
from school_support.settings import settings


@dataclass(frozen=True)
class Authority:
    """What Python needs of an authority's settings; money is read by dbt alone."""

    code: str
    scope: str
    collection: str


def authority_of(code: str) -> Authority:
    """The settings of an authority, by its three-digit LA code.

    Raises:
        SupportListError: it has none.
    """
    for row in _seed("authority_setting"):
        if row["authority"] == code:
            return Authority(code, row["scope"], row["collection"])
    raise SupportListError(
        f"No row for authority {code} in {_path('authority_setting')}: add its name, scope, budget, day rate and collection."
    )


def ruleset_of(code: str, as_at: date) -> str:
    """The ruleset that an authority uses for an as-at date: that of the latest row of authority_ruleset.csv by then.

    Raises:
        SupportListError: it has none for that day.
    """
    rows = [row for row in _seed("authority_ruleset") if row["authority"] == code]
    begun = [row for row in rows if date.fromisoformat(row["as_at_from"]) <= as_at]
    if not begun:
        raise SupportListError(
            f"No ruleset for authority {code} as at {as_at} in {_path('authority_ruleset')}: add a row."
        )
    return max(begun, key=lambda row: row["as_at_from"])["ruleset"]


def _path(seed: str) -> Path:
    return settings().dbt_project / "seeds" / f"{seed}.csv"


def _seed(seed: str) -> list[dict[str, str]]:
    with _path(seed).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
