"""A warehouse with a clean candidate to spoil: the sample authority, a list of the year before, and a panel that decided."""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

LAST_YEAR = date(2025, 6, 30)
AS_AT = date(2026, 6, 30)
RECEIVED = date(2026, 7, 10)
DECISIONS_AS_AT = date(2026, 7, 15)
SAID_ALIKE = {
    "List year": "2027", "Reason": "A new head teacher asked for help", "Evidence": "Visit of 3 July",
    "Decided by (1)": "Chair", "Decided by (2)": "Director", "Decided on": "2026-07-09", "Expires on": "2027-08-31",
}  # fmt: skip
# Whom the panel must hear: the highest tier, and moves of more than one tier.
BEFORE_THE_PANEL = """
    select list.urn
    from marts.school_tier as list
    left join publication.support_list as before on before.urn = list.urn and before.candidate_id = %s
    where list.assessment_id = %s and (list.tier = 'high' or abs(list.tier_rank - before.tier_rank) > 1)
"""
OVERRIDDEN = """
    select urn from marts.school_tier where assessment_id = %s and tier = 'light_touch_plus' order by urn limit 1
"""


@dataclass(frozen=True)
class Clean:
    """What stands in the warehouse: the candidate to spoil and the one published the year before."""

    candidate_id: int
    assessment_id: int
    previous_candidate_id: int


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A state folder of its own with a running server, removed afterwards."""
    from school_support.settings import settings
    from school_support.warehouse import embedded
    from school_support.warehouse.migrate import migrate

    before = os.environ.get("SUPPORT_LIST_HOME")
    home = Path(tempfile.mkdtemp(prefix="support-list-gate-score-"))
    home.chmod(0o755)
    os.environ["SUPPORT_LIST_HOME"] = str(home)
    settings.cache_clear()
    try:
        embedded.start()
        migrate()
        yield home
    finally:
        embedded.remove()
        shutil.rmtree(home, ignore_errors=True)
        os.environ.pop("SUPPORT_LIST_HOME")
        if before is not None:
            os.environ["SUPPORT_LIST_HOME"] = before
        settings.cache_clear()


def write_panel(folder: Path, decisions: dict[str, str]) -> None:
    """A file of the panel's, and its line of the index. Args: decisions: the tier by URN, blank where one is confirmed."""
    folder.mkdir(exist_ok=True)
    path = folder / "panel.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["URN", "List year", "Decision", "Tier", *list(SAID_ALIKE)[1:]])
        writer.writeheader()
        for urn, tier in decisions.items():
            writer.writerow({"URN": urn, "Decision": "override" if tier else "confirm", "Tier": tier} | SAID_ALIKE)
    facts = {
        "file": path.name, "source": "panel_decisions", "collection": "fictional", "academic_year": "", "snapshot_date": "",
        "stage": "", "known_from": RECEIVED.isoformat(), "known_from_basis": "day of receipt", "row_known_from_rule": "",
        "coverage": "Fenmere", "overlaps": "", "rows": len(decisions), "columns": 10, "form": "fictional",
        "describes": "Panel decisions", "traps": "", "origin": "made for the score",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }  # fmt: skip
    with (folder / "releases.csv").open("w", newline="", encoding="utf-8") as file:
        index = csv.DictWriter(file, list(facts))
        index.writeheader()
        index.writerow(facts)


def build_clean(folder: Path) -> Clean:
    """Take the sample in, publish a demonstration of the year before, let the panel decide, freeze this year's candidate."""
    from school_support.assessment.prepare import build_assessments, prepare_assessment
    from school_support.publication.approve import record_decision
    from school_support.publication.edition import publish_candidate
    from school_support.publication.freeze import freeze_candidate
    from school_support.quality.gate import check_candidate
    from school_support.sample import write_sample
    from school_support.warehouse.connection import connect

    write_sample(folder / "sample", schools=300)
    take_in(folder / "sample")
    before = prepare_assessment("999", 2026, LAST_YEAR)
    draft = prepare_assessment("999", 2027, AS_AT, previous=before)
    build_assessments([before, draft])
    previous = freeze_candidate(before, demonstration=True)
    check_candidate(previous)
    record_decision(previous, "approved")
    publish_candidate(previous)
    with connect("support_admin") as connection:
        decisions = dict.fromkeys((urn for (urn,) in connection.execute(BEFORE_THE_PANEL, (previous, draft))), "")
        decisions |= {urn: "targeted" for (urn,) in connection.execute(OVERRIDDEN, (draft,))}
    write_panel(folder / "panel", decisions)
    take_in(folder / "panel")
    now = prepare_assessment("999", 2027, AS_AT, previous=before, decisions_as_at=DECISIONS_AS_AT)
    build_assessments([now])
    candidate_id = freeze_candidate(now, "the builder")
    with connect("support_admin") as connection:
        connection.execute(
            "insert into publication.school_check (candidate_id, authority, list_year, opened_on, closes_on, working_days, "
            "opened_by) values (%s, '999', 2027, current_date - 30, current_date - 10, 10, 'clerk')",
            (candidate_id,),
        )
    return Clean(candidate_id, now, previous)


def take_in(folder: Path) -> None:
    """Land, load, judge and stage a folder."""
    from school_support.landing.ingest import land_folder, load_landed
    from school_support.quality.gate import accept_loaded
    from school_support.sources.contract import load_sources
    from school_support.warehouse.dbt import build

    sources = sorted(load_sources())
    land_folder(folder, sources)
    load_landed(sources)
    accept_loaded(sources)
    build(["resource_type:seed", "staging"])
