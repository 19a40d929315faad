"""What the pages need to know of the person who asks, and of the runs that he starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

PROPOSE = "propose_support_list"
PUBLISH = "publish_support_list"
RUN_ENDED = ("success", "failed")


@dataclass(frozen=True)
class Person:
    """Somebody who is logged in and may read the list. `session` is whatever the runs need to act in his name."""

    name: str
    may_approve: bool
    session: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class RunState:
    """A DAG run: its state, and that of each task in order; `messages` say why tasks failed, `values` what they gave."""

    dag_id: str
    run_id: str
    state: str
    tasks: list[tuple[str, str]]
    messages: list[str]
    values: Mapping[str, Any]

    @property
    def has_ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in RUN_ENDED


class Runs(Protocol):
    """Starts DAG runs in a person's name and looks how far they are."""

    def start(self, person: Person, dag_id: str, conf: Mapping[str, Any]) -> str:
        """Start a run; its run_id.

        Raises:
            SupportListError: the orchestrator refused.
        """
        ...

    def look(self, person: Person, dag_id: str, run_id: str) -> RunState:
        """The state of a run.

        Raises:
            SupportListError: there is no such run, or the orchestrator refused.
        """
        ...
