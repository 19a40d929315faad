"""The authorities that are served, as the seed authority_setting.csv has them."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from school_support.errors import SupportListError
from school_support.settings import settings


@dataclass(frozen=True)
class Authority:
    """What Python needs of an authority's settings; money is read by dbt alone."""

    code: str
    ruleset: str
    collection: str


def authority_of(code: str) -> Authority:
    """The settings of an authority, by its three-digit LA code.

    Raises:
        SupportListError: it has none.
    """
    path = settings().dbt_project / "seeds" / "authority_setting.csv"
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["authority"] == code:
                return Authority(code, row["ruleset"], row["collection"])
    raise SupportListError(
        f"No row for authority {code} in {path}: add its name, budget, day rate, ruleset and collection."
    )
