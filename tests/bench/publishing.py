"""How loading, assessing and publishing grow: an authority of 800 schools in an England of 3,000 against 80 in one of 300.

The larger country is the sample's with ten of every school of Fenmere, under other names and numbers, and with ten times as
many others. Every file has some ten times the rows. Each round loads, assesses and publishes both from nothing, each in a
warehouse of its own. Ten times the rows may take twelve times as long: what grows faster shows here.
"""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from measure import Case, Figure, Stopwatch
from warehouse import assess, psql, take_in, warehouse

if TYPE_CHECKING:
    from school_support.sample.schools import Plan

TIMES = 10
OTHERS = 220
FENMERE = 80
AS_AT = date(2026, 6, 30)
STEPS = {
    "load": "landing, loading and gate 1",
    "assess": "staging and one assessment",
    "gate": "freezing and gate 2",
    "publish": "publishing an edition: report, exports and a letter for every school",
}


def run(folder: Path, rounds: int) -> list[Figure]:
    """A figure a step."""
    # What is loaded once a process is no part of the smaller authority's time.
    import great_expectations  # noqa: F401

    data = {"small": _sample(folder / "small", 1), "large": _sample(folder / "large", TIMES)}
    watch = Stopwatch()
    written: dict[str, list[int]] = {}
    for _ in range(rounds):
        for size, files in data.items():
            home = folder / "home"
            with warehouse(home):
                written[size] = _publish(files, size, watch)
            shutil.rmtree(home)
    assert written["large"] == [TIMES * count for count in written["small"]], written
    rows = {size: f"{_rows(data[size]):,}" for size in data}
    return [
        Figure(
            name=f"growth: {said}",
            peer_name=f"the same of {FENMERE} schools, {rows['small']} rows",
            ours=watch[f"{step} large"],
            peer=watch[f"{step} small"],
            most=12,
            amount=f"{FENMERE * TIMES} schools, {rows['large']} rows",
        )
        for step, said in STEPS.items()
    ]


def _publish(data: Path, size: str, watch: Stopwatch) -> list[int]:
    """Take a folder in, assess and publish its authority, timing each step; how many schools, indicators and letters."""
    from school_support.publication.approve import record_decision
    from school_support.publication.edition import publish_candidate
    from school_support.publication.freeze import freeze_candidate
    from school_support.quality.gate import check_candidate
    from school_support.reports.outputs import write_outputs
    from school_support.sources.contract import load_sources
    from school_support.warehouse.dbt import build

    made: dict[str, int] = {}

    def staged_and_assessed() -> None:
        build(["resource_type:seed", "staging"])
        [made["assessment"]] = assess("999", [AS_AT], "annual")

    def frozen_and_checked() -> None:
        made["candidate"] = freeze_candidate(made["assessment"], demonstration=True)
        check_candidate(made["candidate"])
        record_decision(made["candidate"], "approved")

    watch.time(f"load {size}", lambda: take_in(data, sorted(load_sources())))
    watch.time(f"assess {size}", staged_and_assessed)
    watch.time(f"gate {size}", frozen_and_checked)
    watch.time(f"publish {size}", lambda: write_outputs(publish_candidate(made["candidate"]).edition_id))
    return [
        int(psql("-c", f"select count(*) from publication.{table}", user="support_admin"))
        for table in ("support_list", "school_risk", "letter")
    ]


def _sample(folder: Path, times: int) -> Path:
    """The sample with so many of each of Fenmere's schools, and so many times the others."""
    from school_support.sample import write_sample
    from school_support.sample.fenmere import fenmere_plans

    def many() -> list[Plan]:
        more = [
            replace(
                plan,
                key=f"{plan.key} {copy}",
                name=f"{plan.name} {copy}",
                follows=tuple(f"{key} {copy}" for key in plan.follows),
            )
            for copy in range(2, times + 1)
            for plan in fenmere_plans()
        ]
        # An establishment's number is its place, in the thousands of its stage: none but secondary schools may go beyond one.
        return fenmere_plans() + sorted(more, key=lambda plan: plan.high >= 16 and plan.kind.mainstream)

    with patch("school_support.sample.england.fenmere_plans", many):
        # It takes Fenmere for eighty schools, whatever there are.
        write_sample(folder, schools=FENMERE + OTHERS * times)
    return folder


def _rows(data: Path) -> int:
    with (data / "releases.csv").open(encoding="utf-8") as file:
        return sum(int(row["rows"]) for row in csv.DictReader(file))


CASES = [Case("publishing", "Ten times the schools, loaded, assessed and published", run, rounds=3)]
