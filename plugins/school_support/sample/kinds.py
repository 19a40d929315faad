"""Kinds of school, and what each publisher calls them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Kind:
    """A kind of school in the words of the register, of Ofsted (two vintages) and of the tables."""

    key: str
    register_type: str
    register_group: str
    ofsted_2015: str
    ofsted_report_card: str
    performance_code: str
    sector: str

    @property
    def state_funded(self) -> bool:
        return self.sector in {"maintained", "academy"}

    @property
    def special(self) -> bool:
        return self.key in {"community_special", "special_converter", "special_sponsored", "special_free"}

    @property
    def mainstream(self) -> bool:
        return self.state_funded and not self.special and self.key not in {"nursery", "pru"}


def _read() -> dict[str, Kind]:
    text = (files(__package__) / "kinds.csv").read_text(encoding="utf-8")
    return {row["kind"]: Kind(*row.values()) for row in csv.DictReader(text.splitlines())}


KINDS = _read()
