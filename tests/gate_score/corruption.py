"""What a corruption is: SQL of its own that spoils rows, and the rule that was written to stop it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Room = Literal["frozen", "shared", "marts", "approval"]

# What an approval can be spoilt in.
APPROVED = ("publication.candidate", "publication.support_list", "publication.approval", "quality.gate_run")


@dataclass(frozen=True)
class Corruption:
    """One kind of corruption.

    `sql`: statements with parameters %(c)s (the candidate), %(a)s (its assessment) and %(p)s (the candidate of the year
    before), of which the first must change a row; `rule`: who must stop it. `room`: `frozen` spoils a copy of the clean candidate's rows; `shared` what lies
    behind it, in the tables of `touches`, put back afterwards; `marts` spoils `touches` and freezes them;
    `approval` the approved candidate, which is put back too.
    """

    kind: str
    rule: str
    sql: tuple[str, ...]
    room: Room = "frozen"
    touches: tuple[str, ...] = ()


def frozen(kind: str, rule: str, *sql: str) -> Corruption:
    """A copy of the candidate's frozen rows, spoilt."""
    return Corruption(kind, rule, sql)


def shared(kind: str, rule: str, touches: str, *sql: str) -> Corruption:
    """What lies behind the candidate, spoilt. Args: touches: the tables, divided by spaces."""
    return Corruption(kind, rule, sql, "shared", tuple(touches.split()))


def marts(kind: str, rule: str, touches: str, *sql: str) -> Corruption:
    """The assessment's marts, spoilt before the product freezes them."""
    return Corruption(kind, rule, sql, "marts", tuple(touches.split()))


def approval(kind: str, rule: str, *sql: str) -> Corruption:
    """A candidate that was approved, or its approval, spoilt."""
    return Corruption(kind, rule, sql, "approval", APPROVED)
