"""Fenmere, the sample authority: its schools and their stories stand in two small tables."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from importlib.resources import files
from typing import cast

from school_support.sample.kinds import KINDS
from school_support.sample.schools import Authority, Fall, How, Plan

FENMERE = Authority(code="999", name="Fenmere", region="East of England", postcode_area="XF")
FIRST_URN = 990001  # far above any real URN, and the same however large the rest of the country is


def read_table(name: str) -> Iterator[dict[str, str]]:
    """The rows of `fenmere_<name>.csv`."""
    text = (files(__package__) / f"fenmere_{name}.csv").read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


def _date(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def fenmere_plans() -> list[Plan]:
    """Every URN that Fenmere has had, has and will have, in the order of the table."""
    return [
        Plan(
            key=row["key"],
            name=row["name"],
            kind=KINDS[row["kind"]],
            low=int(row["low"]),
            high=int(row["high"]),
            pupils=int(row["pupils"]),
            faith=row["faith"],
            fsm=float(row["fsm"]),
            opened=_date(row["opened"]),
            closed=_date(row["closed"]),
            follows=tuple(row["follows"].split()),
            how=cast(How, row["how"]),
            script=(float(row["quality_2016"]), float(row["quality_2026"])) if row["quality_2016"] else None,
            fall=Fall(int(row["falls_after"]), float(row["roll_lost"])) if row["falls_after"] else None,
            head_since=_date(row["head_since"]),
        )
        for row in read_table("schools")
    ]
