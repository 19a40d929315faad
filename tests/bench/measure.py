"""What a bench measures: seconds of ours and of a named peer, in turn in the same run, and the ratio that is asked for."""

from __future__ import annotations

import platform
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median

PROJECT = Path(__file__).resolve().parents[2]
Step = Callable[[], object]


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured, round by round.

    `ours` and `peer` are in `unit`, one number a round. The ratio is ours by peer, or, where `faster` says so, peer by
    ours: how many times the peer's speed ours is. It must be at least `least` or at most `most`. `bound_by` says what
    keeps ours from being faster, in words.
    """

    name: str
    peer_name: str
    ours: list[float]
    peer: list[float]
    least: float | None = None
    most: float | None = None
    faster: bool = False
    unit: str = "s"
    amount: str = ""
    bound_by: str = ""

    @property
    def ratio(self) -> float:
        """The ratio of the medians."""
        ours, peer = median(self.ours), median(self.peer)
        return peer / ours if self.faster else ours / peer

    @property
    def met(self) -> bool:
        """Whether the ratio keeps its limit."""
        return (self.least is None or self.ratio >= self.least) and (self.most is None or self.ratio <= self.most)


@dataclass(frozen=True)
class Case:
    """A bench: what it shows, and what runs it in an empty folder of its own, with a number of rounds."""

    name: str
    about: str
    run: Callable[[Path, int], list[Figure]]
    rounds: int = 5


@dataclass
class Stopwatch:
    """Seconds of steps, by name, over the rounds."""

    seconds: dict[str, list[float]] = field(default_factory=dict)

    def time(self, name: str, step: Step) -> float:
        """Run a step and keep how long it took."""
        started = time.perf_counter()
        step()
        taken = time.perf_counter() - started
        self.seconds.setdefault(name, []).append(taken)
        return taken

    def __getitem__(self, name: str) -> list[float]:
        return self.seconds[name]


def in_turn(rounds: int, **steps: Step) -> Stopwatch:
    """Run the steps one after the other, as often as asked, so that what slows the machine slows them all alike."""
    watch = Stopwatch()
    for _ in range(rounds):
        for name, step in steps.items():
            watch.time(name, step)
    return watch


def machine() -> str:
    """The machine in one line: processors, memory, system."""
    cpu = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    cores = sum(line.startswith("processor") for line in _lines("/proc/cpuinfo"))
    kilobytes = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return f"{cores} x {cpu}, {kilobytes / 2**20:.0f} GiB, {platform.system()} {platform.release()}"


def versions() -> str:
    """The versions that the figures depend on."""
    named = ("apache-airflow", "dbt-core", "great-expectations", "pandas", "psycopg", "pyarrow", "python-calamine")
    server = subprocess.check_output([_postgres(), "--version"], text=True).split()[2]
    return f"Python {platform.python_version()}, PostgreSQL {server}, " + ", ".join(
        f"{name} {version(name)}" for name in named
    )


def commit() -> str:
    """The commit that was measured."""
    return subprocess.check_output(["git", "-C", str(PROJECT), "describe", "--always", "--dirty"], text=True).strip()


def _postgres() -> str:
    from school_support.warehouse import embedded

    return str(embedded.psql_program())


def _lines(path: str) -> list[str]:
    place = Path(path)
    return place.read_text().splitlines() if place.exists() else []
