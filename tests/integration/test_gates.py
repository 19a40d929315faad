"""Both gates over hand-made rows in a PostgreSQL of their own: what passes, what stops, and what is said about it.

The candidate has four schools of authority 901 under a ruleset of the test's own, whose caps are attainment 3, progress 3,
absence 2 and inspection 3 (11 in all), whose cuts are 0.2, 0.4 and 0.6, and whose least coverage is 0.5:

    110001  2.50 of 11.00 = 0.2273, coverage 1.0000  -> light touch plus by points, 4.0 days
    110002  5.00 of 11.00 = 0.4545, caught by `stuck` -> targeted by a gate, 10.0 days
    110003  0.00 of  3.00 = 0.0000, coverage 0.2727  -> insufficient evidence, 2.0 days (a nursery)
    110004  2.20 of 11.00 = 0.2000, exactly at a cut  -> light touch plus by points, 4.0 days
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, event

from gate_score.score import CORRUPTIONS
from school_support.errors import SupportListError
from school_support.publication.content import content_hash
from school_support.publication.tables import FORM
from school_support.quality import suites
from school_support.quality.adapter import GateRun
from school_support.quality.cells import as_number
from school_support.quality.gate import GateFailed, accept_loaded, check_candidate
from school_support.quality.outcome import ReleaseVerdict, RuleOutcome
from school_support.quality.rules import Boundary, Check, Rule, filled, matches, no_row_where, no_rows, one_of
from school_support.quality.subjects import frozen_candidate
from school_support.quality.suites import CANDIDATE_TABLES, candidate_boundaries
from school_support.settings import settings
from school_support.sources.contract import load_sources
from school_support.warehouse import embedded
from school_support.warehouse.connection import connect
from school_support.warehouse.migrate import migrate

RULESET = "gate.1"
CAPS = {"attainment": 3, "progress": 3, "absence": 2, "inspection": 3}
CUTS = {"light_touch": 0, "light_touch_plus": 0.2, "targeted": 0.4, "high": 0.6, "insufficient_evidence": None}
# All else of the test's ruleset is that of the published one, copied.
COPIED = ("rule_ruleset", "rule_tier", "rule_gate", "rule_indicator")
# What these compare with files and rules that hand-made rows do not have is tried with the sample: test_gate_score.py.
BESIDE_FILES = (
    "candidate_ruleset", "candidate_school_in_registers", "candidate_result_in_files", "candidate_inspection_in_files",
    "candidate_indicator_figures", "candidate_indicator_points", "candidate_sentence", "candidate_tier", "candidate_reason",
    "candidate_reconciliation", "candidate_people",
)  # fmt: skip
AS_AT = date(2019, 6, 30)
NUMBERS = itertools.count(1)

Row = dict[str, Any]
Corruption = Callable[["Drafted"], None]


@pytest.fixture(scope="module", autouse=True)
def gate_warehouse() -> Iterator[None]:
    """A warehouse of this module's own, because accepted rows of fiction must not reach other tests' assessments."""
    from school_support.landing.ingest import load_landed
    from school_support.warehouse.dbt import build

    before = os.environ.get("SUPPORT_LIST_HOME")
    folder = Path(tempfile.mkdtemp(prefix="support-list-gates-"))
    folder.chmod(0o755)
    os.environ["SUPPORT_LIST_HOME"] = str(folder)
    settings.cache_clear()
    try:
        embedded.start()
        migrate()
        load_landed(sorted(load_sources()))
        build(["resource_type:seed", "staging", "intermediate", "marts"])
        with connect("support_transformer") as connection:
            connection.execute(
                "insert into seeds.authority_setting (authority, authority_name, scope, budget, day_rate, collection) "
                "values ('901', 'Nowhere', 'authority', 550000, 1600, 'fictional')"
            )
            own_ruleset(connection)
        with pytest.MonkeyPatch.context() as patch:
            for suite in BESIDE_FILES:
                patch.delitem(suites.CANDIDATE_TABLES, suite)
            yield
    finally:
        embedded.remove()
        shutil.rmtree(folder, ignore_errors=True)
        if before is None:
            del os.environ["SUPPORT_LIST_HOME"]
        else:
            os.environ["SUPPORT_LIST_HOME"] = before
        settings.cache_clear()


def own_ruleset(connection: psycopg.Connection) -> None:
    """A ruleset that stays as it is when the published ones change."""
    for seed in COPIED:
        table = sql.Identifier("seeds", seed)
        connection.execute(
            sql.SQL("create temp table copied as select * from {} where ruleset = '2026.3'").format(table)
        )
        connection.execute("update copied set ruleset = %s", (RULESET,))
        connection.execute(sql.SQL("insert into {} select * from copied").format(table))
        connection.execute("drop table copied")
    for domain, cap in CAPS.items():
        connection.execute(
            "insert into seeds.rule_domain (ruleset, domain, domain_name, domain_cap, risk_weight, counts_for_coverage) "
            "values (%s, %s, %s, %s, %s, true)",
            (RULESET, domain, domain, cap, cap),
        )
    for tier, cut in CUTS.items():
        connection.execute(
            "update seeds.rule_tier set cut_from = %s where ruleset = %s and tier = %s", (cut, RULESET, tier)
        )
    connection.execute(
        "delete from seeds.rule_indicator where ruleset = %s and not domain = any(%s)", (RULESET, list(CAPS))
    )


def rows(query: str, *parameters: object) -> list[tuple[Any, ...]]:
    with connect("support_admin") as connection:
        return connection.execute(query, parameters).fetchall()


def insert(connection: psycopg.Connection, table: str, row: Row) -> None:
    schema, name = table.split(".")
    connection.execute(
        sql.SQL("insert into {} ({}) values ({})").format(
            sql.Identifier(schema, name),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() * len(row)),
        ),
        list(row.values()),
    )


def release(source: str, **facts: object) -> tuple[int, str]:
    """A release in the ledger, accepted unless said otherwise: (release_id, the label that rows name it by)."""
    sha256 = hashlib.sha256(str(next(NUMBERS)).encode()).hexdigest()
    row = {
        "source": source, "collection": "fictional", "academic_year": None, "stage": None, "known_from": date(2019, 1, 31), "coverage": "England",
        "file_name": f"{source}.csv", "sha256": sha256, "bytes": 1, "rows": 0, "status": "accepted", **facts,
    }  # fmt: skip
    with connect("support_loader") as connection:
        insert(connection, "landing.release", row)
        found = connection.execute("select release_id from landing.release where sha256 = %s", (sha256,)).fetchone()
    assert found is not None
    return found[0], f"{source} ({sha256[:8]})"


# --- Gate 2 -------------------------------------------------------------------------------------------------------


@functools.cache
def sound_releases() -> tuple[tuple[int, str], ...]:
    """What every candidate here was built from."""
    return (
        release("gias", known_from=date(2019, 6, 15)),
        release("dfe_ks2", academic_year=2018, stage="final", known_from=date(2019, 4, 15)),
        release("ofsted_mi", known_from=date(2019, 5, 30)),
        release("gias", known_from=date(2021, 12, 31)),
        release("ofsted_history", known_from=date(2020, 2, 26), row_known_from_days=90),
        # Nothing of it is used: one test takes in a later file of the source, which would then be overdue.
        release("dfe_ks4", academic_year=2018, stage="final", known_from=date(2019, 4, 15)),
    )


@pytest.fixture(autouse=True)
def later_releases_go() -> Iterator[None]:
    """What a test adds to the ledger is no release that the next test's candidate should have read."""
    yield
    kept = [release_id for release_id, _ in sound_releases()]
    with connect("support_loader") as connection:
        connection.execute(
            "update landing.release set status = 'withdrawn', withdrawn_reason = 'of another test' "
            "where status = 'accepted' and not release_id = any(%s)",
            (kept,),
        )


@functools.cache
def covering(phase: str) -> list[tuple[Any, ...]]:
    """The ruleset's indicators of a phase."""
    return rows(
        "select indicator, indicator_name, domain, unit, direction, weight from seeds.rule_indicator "
        "where ruleset = %s and %s = any(string_to_array(phases, ' ')) order by indicator",
        RULESET,
        phase,
    )


class Drafted:
    """The rows of a candidate before they are frozen, for a test to spoil."""

    def __init__(self) -> None:
        register, results, inspections, later, history, unused = sound_releases()
        self.register, self.results, self.inspections = register[1], results[1], inspections[1]
        self.pinned: list[tuple[int, str]] = [
            (register[0], "known"), (results[0], "known"), (inspections[0], "known"),
            (later[0], "register_events"), (history[0], "dated_rows"), (unused[0], "known"),
        ]  # fmt: skip
        self.candidate: Row = {"authority": "901", "ruleset": RULESET, "list_year": 2020, "as_at": AS_AT,
                               "decisions_as_at": AS_AT, "form": FORM, "demonstration": True}  # fmt: skip
        self.content_hash: str | None = None
        self.past: Row = {}
        self.register_urns = {"110001", "110002", "110003", "110004"}
        self.tables: dict[str, list[Row]] = {
            "school": [_school(urn, self.register) for urn in sorted(self.register_urns)],
            "support_list": _support_list(),
            "school_risk": _risks(),
            "school_indicator": _indicators(),
            "inspection": [
                _inspection("110001", date(2017, 5, 4), self.inspections),
                _inspection("110001", date(2013, 2, 7), self.inspections, is_latest=False),
                _inspection("110002", date(2018, 9, 20), self.inspections, overall_effectiveness="3"),
                _inspection("110002", date(2012, 3, 21), self.inspections, is_latest=False,
                            inspection_urn="100002", relates_to_predecessor=True),
            ],
            "result": [
                _result("110001", "rwm_expected_pct", self.results, value=61),
                _result("110001", "writing_progress", self.results, value=None, reason_code="suppressed"),
                _result("110004", "rwm_expected_pct", self.results, value=55),
            ],
            "support_fairness": _groups(_support_list()),
        }  # fmt: skip

    def row(self, table: str, urn: str, **where: object) -> Row:
        """The first row of a school with these values."""
        return next(
            row
            for row in self.tables[table]
            if row["urn"] == urn and all(row[column] == value for column, value in where.items())
        )

    def freeze(self) -> int:
        """Insert everything; the candidate's id."""
        with connect("support_transformer") as connection:
            previous = None
            if self.past:
                former = {"authority": "901", "list_year": 2019, "as_at": date(2018, 6, 30)} | self.past
                insert(connection, "control.assessment", former | {
                    "ruleset": RULESET, "purpose": "annual", "input_hash": str(next(NUMBERS)),
                    "decisions_as_at": former["as_at"],
                })  # fmt: skip
                [(previous,)] = connection.execute("select max(assessment_id) from control.assessment").fetchall()
            made = connection.execute(
                "insert into control.assessment (authority, list_year, as_at, ruleset, purpose, input_hash, decisions_as_at, "
                "previous_assessment_id) values ('901', 2020, %s, %s, 'annual', %s, %s, %s) returning assessment_id",
                (AS_AT, RULESET, str(next(NUMBERS)), AS_AT, previous),
            ).fetchone()
            assert made is not None
            assessment_id = made[0]
            for release_id, usage in self.pinned:
                pin = {"assessment_id": assessment_id, "release_id": release_id, "usage": usage}
                insert(connection, "control.assessment_release", pin)
            for urn in sorted(self.register_urns):
                school = _school(urn, self.register) | {"assessment_id": assessment_id, "authority": "901"}
                insert(connection, "marts.dim_school", school)
        with connect("support_publisher") as connection:
            with connection.transaction(force_rollback=True):
                trial = self._insert(connection, assessment_id, "0" * 64)
                said = content_hash(connection, trial)
            return self._insert(connection, assessment_id, self.content_hash or said)

    def _insert(self, connection: psycopg.Connection, assessment_id: int, said: str) -> int:
        row = {**self.candidate, "assessment_id": assessment_id, "authority_name": "Nowhere", "content_hash": said,
               "built_by_os_user": "a builder"}  # fmt: skip
        insert(connection, "publication.candidate", row)
        found = connection.execute(
            "select candidate_id from publication.candidate where assessment_id = %s and content_hash = %s",
            (assessment_id, said),
        ).fetchone()
        assert found is not None
        for table, drafted in self.tables.items():
            for drafted_row in drafted:
                insert(connection, f"publication.{table}", {"candidate_id": found[0], **drafted_row})
        return int(found[0])


PHASES = {"110001": "primary", "110002": "primary", "110003": "nursery", "110004": "primary"}


def _school(urn: str, register: str) -> Row:
    return {
        "urn": urn, "laestab": f"9012{urn[-3:]}", "school_name": f"School {urn}", "phase": PHASES.get(urn, "primary"),
        "school_type": "community school", "sector": "maintained", "open_date": date(1990, 9, 1), "close_date": None,
        "register_release": register,
    }  # fmt: skip


def _support_list() -> list[Row]:
    columns = ("urn", "tier", "tier_name", "tier_rank", "decided_by", "points", "points_available", "points_share",
               "coverage", "support_days", "support_cost", "gates", "reasons")  # fmt: skip
    values = [
        ("110001", "light_touch_plus", "Light touch plus", 2, "points", 2.5, 11, "0.2273", 1, 4, 6400, None, "Why."),
        ("110002", "targeted", "Targeted support", 3, "gate", 5, 11, "0.4545", 1, 10, 16000, "stuck", "Why."),
        ("110003", "insufficient_evidence", "Insufficient evidence", None, "coverage", 0, 3, "0", "0.2727", 2, 3200,
         None, "Why."),
        ("110004", "light_touch_plus", "Light touch plus", 2, "points", 2.2, 11, "0.2000", 1, 4, 6400, None, "Why."),
    ]  # fmt: skip
    return [
        {"school_name": f"School {row[0]}", "phase": PHASES[row[0]], "sector": "maintained", "computed_tier": row[1],
         "computed_tier_name": row[2], "computed_tier_rank": row[3]}
        | dict(zip(columns, row, strict=True))
        for row in values
    ]  # fmt: skip


def _risks() -> list[Row]:
    points = {
        "110001": {"attainment": 1.5, "progress": 1.0},
        "110002": {"attainment": 3.0, "inspection": 2.0},
        "110003": {},
        "110004": {"attainment": 2.2},
    }
    return [
        {
            "urn": urn, "domain": domain, "domain_cap": cap, "points": given.get(domain, 0),
            "points_available": cap if urn != "110003" or domain == "inspection" else 0,
            "weight_known": 1 if urn != "110003" or domain == "inspection" else 0,
        }
        for urn, given in points.items()
        for domain, cap in CAPS.items()
    ]  # fmt: skip


def _indicators() -> list[Row]:
    found = []
    for urn, phase in PHASES.items():
        for indicator, name, domain, unit, direction, weight in covering(phase):
            suppressed = urn == "110001" and indicator == "ks2_writing_progress"
            value = None if suppressed else 50 if unit == "percent" else 1
            found.append({
                "urn": urn, "indicator": indicator, "indicator_name": name, "domain": domain, "unit": unit,
                "direction": direction, "value": value, "n": None if suppressed else 60,
                "interval_low": value and value - 1, "interval_high": value and value + 1,
                "probability_beyond_line": None if suppressed else "0.1000", "flag": None if suppressed else "none",
                "points": 0, "points_available": 0 if suppressed else weight,
                "reason_code": "suppressed" if suppressed else None, "sentence": "A sentence.",
            })  # fmt: skip
    return found


def _inspection(urn: str, day: date, label: str, **more: object) -> Row:
    return {
        "urn": urn, "inspection_urn": urn, "inspection_date": day, "publication_date": None, "regime": "framework_2012",
        "overall_effectiveness": "2", "concern_level": "none", "is_latest": True, "relates_to_predecessor": False,
        "release": label, **more,
    }  # fmt: skip


def _result(urn: str, measure: str, label: str, **more: object) -> Row:
    return {
        "urn": urn, "result_urn": urn, "academic_year": 2018, "key_stage": "KS2", "measure": measure, "reason_code": None,
        "pupils": 60, "stage": "final", "release": label, **more,
    }  # fmt: skip


def _groups(listed: list[Row]) -> list[Row]:
    """The list by kinds of schools; of no school is it known how disadvantaged its pupils are."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in listed:
        for kind, name in (
            ("all", "all"), ("phase", row["phase"]), ("disadvantage_quintile", "unknown"), ("sector", row["sector"])
        ):  # fmt: skip
            found.setdefault((kind, str(name)), []).append(row)
    return [
        {
            "group_kind": kind, "group_name": name, "schools": len(schools), **_tiers_of(schools),
            "support_days": sum(school["support_days"] for school in schools),
            "support_cost": sum(school["support_cost"] for school in schools),
        }
        for (kind, name), schools in found.items()
    ]  # fmt: skip


def _tiers_of(schools: list[Row]) -> Row:
    ranks = [school["tier_rank"] for school in schools]
    days = sum(school["support_days"] for school in schools) / len(schools)
    return {
        "highest_tier_schools": ranks.count(4), "second_tier_schools": ranks.count(3),
        "insufficient_evidence_schools": ranks.count(None),
        "upper_tiers_share": (ranks.count(4) + ranks.count(3)) / len(ranks), "mean_days": days,
        "schools_with_roll": 0, "pupils_on_roll": None,
    }  # fmt: skip


def group(**values: object) -> Corruption:
    """Overwrite values of the last group of schools."""
    return lambda drafted: drafted.tables["support_fairness"][-1].update(values)


def double_group(drafted: Drafted) -> None:
    drafted.tables["support_fairness"].append(drafted.tables["support_fairness"][-1])


def put(table: str, urn: str, where: Row | None = None, /, **values: object) -> Corruption:
    """Overwrite values of a school's first row that fits."""
    return lambda drafted: drafted.row(table, urn, **(where or {})).update(values)


def take(table: str, urn: str) -> Corruption:
    """Remove a school's first row."""
    return lambda drafted: drafted.tables[table].remove(drafted.row(table, urn))


def double(table: str, urn: str, /, **values: object) -> Corruption:
    """Repeat a school's first row with other values."""
    return lambda drafted: drafted.tables[table].append(drafted.row(table, urn) | values)


def clear(table: str) -> Corruption:
    return lambda drafted: drafted.tables[table].clear()


def pin(usage: str, source: str, **facts: object) -> Corruption:
    """Give the assessment one release more."""
    return lambda drafted: drafted.pinned.append((release(source, **facts)[0], usage))


def twice(source: str, **facts: object) -> Corruption:
    """Give the assessment two releases that say the same of themselves."""
    return lambda drafted: [pin("known", source, **facts)(drafted) for _ in range(2)]  # type: ignore[return-value]


def refused_at_gate_1(drafted: Drafted) -> None:
    """A release that the ledger has as accepted although gate 1 refused it."""
    release_id, _ = release("dfe_ks4", known_from=date(2019, 4, 15))
    drafted.pinned.append((release_id, "known"))
    with connect("support_loader") as connection:
        insert(connection, "quality.gate_run", {"gate": "raw", "subject_id": release_id, "passed": False,
                                                "critical_failures": 1, "warnings": 0})  # fmt: skip


def register(*urns: str) -> Corruption:
    """Make the register that was built another one."""
    return lambda drafted: setattr(drafted, "register_urns", set(urns))


def stranger(table: str) -> Corruption:
    """A row of a school that is not in the list."""
    return lambda drafted: drafted.tables[table].append(drafted.tables[table][0] | {"urn": "119999"})


def other_hash(drafted: Drafted) -> None:
    drafted.content_hash = "f" * 64


def other(column: str, value: object) -> Corruption:
    """A candidate that says of itself what its assessment was not."""
    return lambda drafted: drafted.candidate.update({column: value})


def past(**facts: object) -> Corruption:
    """An assessment before it that cannot be its past."""
    return lambda drafted: drafted.past.update(facts)


RELEASE, BUDGET, MOVE = "candidate_release", "candidate_budget", "candidate_move"
LIST, SCHOOL, RISK = "candidate_support_list", "candidate_school", "candidate_school_risk"
INDICATOR, INSPECTION, RESULT = "candidate_school_indicator", "candidate_inspection", "candidate_result"
FAIRNESS = "candidate_support_fairness"
KS2 = {"indicator": "ks2_expected_standard"}

# suite, rule, the school that must be named (None: a rule about no school), what is spoilt
SPOILT: list[tuple[str, str, str | None, Corruption]] = [
    ("candidate", "rows_are_what_was_frozen", None, other_hash),
    ("candidate", "says_what_was_assessed", None, other("ruleset", "2026.3")),
    ("candidate", "says_what_was_assessed", None, other("as_at", date(2019, 6, 29))),
    ("candidate", "list_year_of_the_day", None, other("list_year", 2021)),
    ("candidate", "previous_is_an_earlier_list", None, past(authority="902")),
    ("candidate", "previous_is_an_earlier_list", None, past(as_at=AS_AT)),
    (RELEASE, "releases_passed_gate_1", None, refused_at_gate_1),
    (RELEASE, "no_release_left_out", None, lambda drafted: drafted.pinned.pop()),
    (RELEASE, "one_release_of_a_kind", None, twice("dfe_ks4", layout="ks4_tables_2018", academic_year=2017)),
    (RELEASE, "loaded_whole", None, pin("known", "dfe_ks4", rows=5)),
    (RELEASE, "releases_accepted", None, pin("known", "dfe_ks4", status="quarantined", reason="a test")),
    (RELEASE, "releases_known_on_the_day", None, pin("known", "dfe_ks4", known_from=date(2019, 7, 1))),
    (RELEASE, "releases_known_on_the_day", None, pin("register_events", "dfe_ks2", known_from=date(2020, 4, 15))),
    (RELEASE, "releases_known_on_the_day", None, pin("dated_rows", "ofsted_mi", known_from=date(2023, 9, 30))),
    (RELEASE, "releases_of_the_collection", None, pin("known", "dfe_ks4", collection="england")),
    (BUDGET, "settings_present", None, other("authority", "902")),
    (LIST, "not_empty", None, clear("support_list")),
    (LIST, "urn_has_six_digits", "99", double("support_list", "110001", urn="99")),
    (LIST, "one_row_a_school", "110002", double("support_list", "110002")),
    (LIST, "every_open_school_listed", "110001", take("support_list", "110001")),
    (LIST, "only_open_schools_listed", "110004", take("school", "110004")),
    (LIST, "register_agrees", "110005", register("110001", "110002", "110003", "110004", "110005")),
    (LIST, "register_agrees", "110003", register("110001", "110002", "110004")),
    (LIST, "tier_filled", "110001", put("support_list", "110001", tier=None)),
    (LIST, "tier_known", "110001", put("support_list", "110001", tier="medium")),
    (LIST, "tier_known", "110001", put("support_list", "110001", tier_rank=3)),
    (LIST, "decided_by_filled", "110001", put("support_list", "110001", decided_by=None)),
    (LIST, "decided_by_known", "110001", put("support_list", "110001", decided_by="panel")),
    (LIST, "points_give_the_tier", "110001", put("support_list", "110001", computed_tier="light_touch")),
    # 0.2000 is exactly the cut, and equal goes to the higher tier.
    (LIST, "points_give_the_tier", "110004", put("support_list", "110004", computed_tier="light_touch")),
    (LIST, "gates_known", "110002", put("support_list", "110002", gates="stuck, bad_luck")),
    (LIST, "gates_known", "110002", put("support_list", "110002", gates=None)),
    (LIST, "gate_sets_the_least_tier", "110002", put("support_list", "110002", computed_tier_rank=2)),
    (LIST, "gate_sets_the_least_tier", "110003", put("support_list", "110003", gates="stuck")),
    (LIST, "insufficient_evidence_by_coverage_alone", "110003", put("support_list", "110003", decided_by="points")),
    (LIST, "coverage_decides_when_too_thin", "110001", put("support_list", "110001", coverage="0.4999")),
    (LIST, "coverage_decides_when_too_thin", "110003", put("support_list", "110003", coverage="0.5000")),
    (LIST, "points_filled", "110001", put("support_list", "110001", points=None)),
    (LIST, "points_available_filled", "110001", put("support_list", "110001", points_available=None)),
    (LIST, "coverage_filled", "110001", put("support_list", "110001", coverage=None)),
    (LIST, "points_within_available", "110001", put("support_list", "110001", points=12)),
    (LIST, "points_within_available", "110001", put("support_list", "110001", points=-1)),
    (LIST, "available_within_caps", "110001", put("support_list", "110001", points_available=12)),
    (LIST, "share_is_points_of_available", "110001", put("support_list", "110001", points_share="0.3000")),
    (LIST, "share_is_points_of_available", "110001", put("support_list", "110001", points_share=None)),
    (LIST, "coverage_is_a_share", "110001", put("support_list", "110001", coverage="1.2000")),
    (LIST, "coverage_is_available_of_caps", "110003", put("support_list", "110003", coverage="0.3000")),
    (LIST, "domains_sum_to_the_points", "110001", put("school_risk", "110001", {"domain": "absence"}, points=1)),
    (LIST, "support_days_filled", "110001", put("support_list", "110001", support_days=None)),
    (LIST, "support_days_not_negative", "110001", put("support_list", "110001", support_days=-4)),
    (LIST, "support_days_of_the_tier", "110001", put("support_list", "110001", support_days=5)),
    (LIST, "cost_is_days_at_the_rate", "110001", put("support_list", "110001", support_cost=6400.01)),
    (LIST, "reasons_given", "110001", put("support_list", "110001", reasons=" \n")),
    (SCHOOL, "not_empty", None, clear("school")),
    (SCHOOL, "urn_has_six_digits", "1100010", double("school", "110001", urn="1100010")),
    (SCHOOL, "one_row_a_school", "110001", double("school", "110001")),
    (SCHOOL, "school_name_filled", "110001", put("school", "110001", school_name=None)),
    (SCHOOL, "phase_filled", "110001", put("school", "110001", phase=None)),
    (SCHOOL, "open_on_the_day", "110001", put("school", "110001", open_date=date(2019, 9, 1))),
    (SCHOOL, "open_on_the_day", "110001", put("school", "110001", close_date=date(2019, 6, 29))),
    (SCHOOL, "belongs_to_the_authority", "110001", put("school", "110001", laestab="8742001")),
    (SCHOOL, "register_known", "110001", put("school", "110001", register_release="gias (00000000)")),
    (RISK, "one_row_a_domain", "110001", double("school_risk", "110001")),
    (RISK, "every_domain_of_every_school", "110001", take("school_risk", "110001")),
    (RISK, "every_domain_of_every_school", "110001", put("school_risk", "110001", domain_cap=4)),
    (RISK, "points_within_available_within_cap", "110001", put("school_risk", "110001", points_available=3.5)),
    (RISK, "points_within_available_within_cap", "110001", put("school_risk", "110001", points=None)),
    (RISK, "weight_known_is_a_share", "110001", put("school_risk", "110001", weight_known="1.5")),
    (INDICATOR, "one_row_an_indicator", "110001", double("school_indicator", "110001")),
    (INDICATOR, "every_indicator_of_the_phase", "110003", take("school_indicator", "110003")),
    (INDICATOR, "every_indicator_of_the_phase", "110003",
     double("school_indicator", "110003", indicator="ks4_progress_8")),
    (INDICATOR, "value_or_reason", "110001", put("school_indicator", "110001", KS2, reason_code="suppressed")),
    (INDICATOR, "value_or_reason", "110001", put("school_indicator", "110001", KS2, value=None)),
    (INDICATOR, "no_points_without_a_value", "110001",
     put("school_indicator", "110001", {"indicator": "ks2_writing_progress"}, points_available=1)),
    (INDICATOR, "value_within_its_interval", "110001", put("school_indicator", "110001", KS2, interval_low=50.5)),
    (INDICATOR, "value_within_its_interval", "110001",
     put("school_indicator", "110001", KS2, interval_low=60, interval_high=40)),
    (INDICATOR, "probability_is_one", "110001",
     put("school_indicator", "110001", KS2, probability_beyond_line="1.0100")),
    (INDICATOR, "pupils_not_negative", "110001", put("school_indicator", "110001", KS2, n=-1)),
    (INDICATOR, "flag_known", "110001", put("school_indicator", "110001", KS2, flag="certain")),
    (INDICATOR, "percentages_are_percentages", "110001",
     put("school_indicator", "110001", KS2, value=101, interval_low=100, interval_high=102)),
    (INDICATOR, "intervals_end_where_figures_do", "110001",
     put("school_indicator", "110001", KS2, value=99, interval_low=97, interval_high=101)),
    (INDICATOR, "points_within_available", "110001", put("school_indicator", "110001", KS2, points=9)),
    (INDICATOR, "sentence_given", "110001", put("school_indicator", "110001", KS2, sentence="")),
    (INDICATOR, "sentence_complete", "110001", put("school_indicator", "110001", KS2, sentence="In {years}.")),
    (INSPECTION, "one_row_an_inspection", "110001", double("inspection", "110001")),
    (INSPECTION, "school_listed", "119999", stranger("inspection")),
    (INSPECTION, "held_by_the_day", "110001", put("inspection", "110001", inspection_date=date(2019, 7, 1))),
    (INSPECTION, "published_by_the_day", "110001", put("inspection", "110001", publication_date=date(2019, 7, 1))),
    (INSPECTION, "from_a_known_release", "110001", put("inspection", "110001", release="ofsted_mi (00000000)")),
    (INSPECTION, "one_latest_a_school", "110001", put("inspection", "110001", {"is_latest": False}, is_latest=True)),
    (INSPECTION, "latest_is_the_newest_of_its_own", "110001",
     double("inspection", "110001", inspection_date=date(2018, 1, 9), is_latest=False)),
    (INSPECTION, "latest_is_the_newest_of_its_own", "110002",
     put("inspection", "110002", {"relates_to_predecessor": True}, is_latest=True)),
    (INSPECTION, "grade_known", "110001", put("inspection", "110001", overall_effectiveness="9")),
    (INSPECTION, "concern_level_known", "110001", put("inspection", "110001", concern_level="some")),
    (RESULT, "one_row_a_measure", "110001", double("result", "110001")),
    (RESULT, "school_listed", "119999", stranger("result")),
    (RESULT, "value_or_reason", "110001", put("result", "110001", {"measure": "writing_progress"}, value=0)),
    (RESULT, "value_or_reason", "110001", put("result", "110001", {"measure": "writing_progress"}, reason_code=None)),
    (RESULT, "year_has_results", "110001", put("result", "110001", academic_year=2020)),
    (RESULT, "year_over_by_the_day", "110001", put("result", "110001", academic_year=2019)),
    (RESULT, "from_a_known_release", "110001", put("result", "110001", release="dfe_ks2 (00000000)")),
    (RESULT, "from_a_known_release", "110001", put("result", "110001", academic_year=2017)),
    (RESULT, "stage_filled", "110001", put("result", "110001", stage=None)),
    (RESULT, "stage_known", "110001", put("result", "110001", stage="draft")),
    (RESULT, "pupils_not_negative", "110001", put("result", "110001", pupils=-1)),
    (RESULT, "percentages_are_percentages", "110001", put("result", "110001", value=104)),
    (FAIRNESS, "one_row_a_group", None, double_group),
    (FAIRNESS, "kinds_of_groups", None, group(group_kind="colour")),
    (FAIRNESS, "every_kind_adds_up_to_the_list", None, group(schools=3)),
    (FAIRNESS, "every_kind_adds_up_to_the_list", None, group(support_days=21)),
    (FAIRNESS, "every_kind_adds_up_to_the_list", None, group(support_cost=32001)),
    (FAIRNESS, "every_kind_adds_up_to_the_list", None, clear("support_fairness")),
]  # fmt: skip


@pytest.fixture(scope="module")
def publisher_run(gate_warehouse: None) -> Iterator[GateRun]:
    with GateRun("support_publisher") as run:
        yield run


def boundary_of(candidate_id: int, suite: str) -> Boundary:
    with connect("support_publisher") as connection:
        boundaries = candidate_boundaries(frozen_candidate(connection, candidate_id))
    return next(boundary for boundary in boundaries if boundary.suite == suite)


def outcome_of(outcomes: list[RuleOutcome], rule_id: str) -> RuleOutcome:
    return next(outcome for outcome in outcomes if outcome.rule_id == rule_id)


@pytest.mark.parametrize(
    ("suite", "rule", "urn", "corrupt"), SPOILT, ids=[f"{s}.{r}-{n}" for n, (s, r, _, _) in enumerate(SPOILT)]
)
def test_a_spoilt_candidate_fails_the_rule_that_names_its_school(
    publisher_run: GateRun, suite: str, rule: str, urn: str | None, corrupt: Corruption
) -> None:
    drafted = Drafted()
    corrupt(drafted)
    outcomes = publisher_run.check([boundary_of(drafted.freeze(), suite)])
    failed = outcome_of(outcomes, f"{suite}.{rule}")
    assert failed.stops
    assert failed.detail
    assert "could not be evaluated" not in failed.detail
    if urn is None:
        assert failed.urns == ()
    else:
        assert urn in failed.urns


def test_every_critical_rule_is_tried_with_a_spoilt_candidate() -> None:
    """Here with hand-made rows, or in the score of the gate with the sample."""
    drafted = Drafted()
    drafted.candidate["demonstration"] = False
    with connect("support_publisher") as connection:
        candidate = frozen_candidate(connection, drafted.freeze())
    with pytest.MonkeyPatch.context() as patch:
        for suite in BESIDE_FILES:
            patch.setitem(suites.CANDIDATE_TABLES, suite, "support_list")
        boundaries = [*candidate_boundaries(candidate), suites.approval_boundary(candidate)]
    critical = {
        f"{boundary.suite}.{rule.id}"
        for boundary in boundaries
        for rule in boundary.rules
        if rule.severity == "critical"
    }
    tried = {f"{suite}.{rule}" for suite, rule, _, _ in SPOILT} | {corruption.rule for corruption in CORRUPTIONS}
    assert critical - tried == set()
    assert tried - critical == set()


def test_a_sound_candidate_passes_and_every_rule_is_recorded() -> None:
    candidate_id = Drafted().freeze()
    result = check_candidate(candidate_id)
    assert result.passed
    assert [outcome.rule_id for outcome in result.rules if not outcome.passed] == []
    assert result.warnings == ()
    recorded = rows(
        "select gate, subject_id, passed, critical_failures, warnings, data_docs from quality.gate_run where gate_run_id = %s",
        result.gate_run_id,
    )
    assert recorded == [("candidate", candidate_id, True, 0, 0, str(result.data_docs))]
    names = rows("select rule_id from quality.rule_result where gate_run_id = %s", result.gate_run_id)
    assert {name for (name,) in names} == {outcome.rule_id for outcome in result.rules}
    assert len(names) == len(result.rules) > 80


def test_the_data_docs_need_no_network_and_show_every_table() -> None:
    page = check_candidate(Drafted().freeze()).data_docs
    assert page.parent.parent == settings().data_docs
    pages = sorted(page.parent.rglob("*.html"))
    assert {path.relative_to(page.parent).parts[1] for path in pages if "validations" in path.parts} == set(
        CANDIDATE_TABLES
    )
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert "http://" not in text
        assert "https://" not in text
        assert "<script" not in text
    assert "Every open school of the authority is in the list." in page.read_text(encoding="utf-8")


def test_a_failed_candidate_names_rule_schools_and_remedy_and_is_recorded() -> None:
    drafted = Drafted()
    take("support_list", "110001")(drafted)
    put("support_list", "110004", support_days=5)(drafted)
    candidate_id = drafted.freeze()
    with pytest.raises(GateFailed) as refused:
        check_candidate(candidate_id)
    said = str(refused.value)
    assert f"Candidate {candidate_id}, authority 901, list year 2020" in said
    assert "candidate_support_list.every_open_school_listed: Every open school of the authority is in the list." in said
    assert "Schools: 110001." in said
    assert "candidate_support_list.support_days_of_the_tier" in said
    assert "URN 110004: tier light_touch_plus, support_days 5.0, days_of_tier 4.0" in said
    assert "To resolve:" in said
    [(passed, failures)] = rows(
        "select passed, critical_failures from quality.gate_run where gate = 'candidate' and subject_id = %s",
        candidate_id,
    )
    assert not passed
    urns = rows(
        "select unexpected_urns from quality.rule_result inner join quality.gate_run using (gate_run_id) "
        "where gate = 'candidate' and subject_id = %s and not success and severity = 'critical'",
        candidate_id,
    )
    assert len(urns) == failures
    assert ["110001"] in [found for (found,) in urns]


def test_all_failing_schools_are_named_not_the_first_twenty(publisher_run: GateRun) -> None:
    drafted = Drafted()
    extra = [f"12{number:04d}" for number in range(30)]
    for urn in extra:
        double("support_list", "110001", urn=urn)(drafted)
    failed = outcome_of(publisher_run.check([boundary_of(drafted.freeze(), LIST)]), f"{LIST}.only_open_schools_listed")
    assert failed.unexpected_count == 30
    assert list(failed.urns) == extra


def test_a_warning_is_shown_and_does_not_stop() -> None:
    drafted = Drafted()
    put("school", "110001", sector="unmapped")(drafted)
    result = check_candidate(drafted.freeze())
    assert result.passed
    assert len(result.warnings) == 1
    assert result.warnings[0].startswith("candidate_school.type_mapped: Every school's type is mapped to a sector.")
    assert "Schools: 110001." in result.warnings[0]
    assert "1 warning to look at" in result.data_docs.read_text(encoding="utf-8")


def test_more_than_the_budget_is_a_warning() -> None:
    """60 schools more at 10 days of 1,600 pounds each cost 960,000, and the budget is 550,000."""
    drafted = Drafted()
    for number in range(60):
        urn = f"12{number:04d}"
        for table in ("school", "support_list"):
            double(table, "110002", urn=urn)(drafted)
        drafted.register_urns.add(urn)
        for table in ("school_risk", "school_indicator"):
            drafted.tables[table] += [row | {"urn": urn} for row in drafted.tables[table] if row["urn"] == "110002"]
    drafted.tables["support_fairness"] = _groups(drafted.tables["support_list"])
    [warning] = check_candidate(drafted.freeze()).warnings
    assert warning.startswith("candidate_budget.within_budget")
    # 6,400 + 16,000 + 3,200 + 6,400 of the four, and 60 x 16,000.
    assert "cost 992000.00, budget 550000.00" in warning


def test_too_little_evidence_for_a_third_of_the_schools_is_a_warning() -> None:
    """Two of four schools."""
    drafted = Drafted()
    drafted.row("support_list", "110004").update(
        tier="insufficient_evidence", tier_name="Insufficient evidence", tier_rank=None, decided_by="coverage",
        points=0, points_available=3, points_share=0, coverage="0.2727", support_days=2, support_cost=3200,
        computed_tier="insufficient_evidence", computed_tier_name="Insufficient evidence", computed_tier_rank=None,
    )  # fmt: skip
    for row in drafted.tables["school_risk"]:
        if row["urn"] == "110004":
            row.update(points=0, points_available=3 if row["domain"] == "inspection" else 0)
    drafted.tables["support_fairness"] = _groups(drafted.tables["support_list"])
    [warning] = check_candidate(drafted.freeze()).warnings
    assert warning.startswith("candidate_completeness.enough_evidence")


def test_a_move_of_two_tiers_against_the_current_edition_is_a_warning(publisher_run: GateRun) -> None:
    before = Drafted()
    before.row("support_list", "110001").update(tier="high", tier_rank=4)
    published = before.freeze()
    with connect("support_publisher") as connection:
        approval = {"candidate_id": published, "content_hash": "0" * 64, "decision": "approved", "os_user": "a head",
                    "demonstration": False}  # fmt: skip
        insert(connection, "publication.approval", approval)
        edition = connection.execute(
            "insert into publication.edition (authority, list_year, edition, candidate_id, content_hash, approval_id, "
            "demonstration, manifest) select '901', 2020, 1, %s, content_hash, approval_id, false, '{}' "
            "from publication.approval where candidate_id = %s returning edition_id",
            (published, published),
        ).fetchone()
        assert edition is not None
        current = {"authority": "901", "list_year": 2020, "edition_id": edition[0]}
        insert(connection, "publication.current_edition", current)
    moved = outcome_of(publisher_run.check([boundary_of(Drafted().freeze(), MOVE)]), f"{MOVE}.no_move_of_two_tiers")
    with connect("support_admin") as connection:
        connection.execute("delete from publication.current_edition")
    assert moved.warns
    assert moved.urns == ("110001",)
    assert moved.detail == (
        "URN 110001: school_name School 110001, tier_before high, tier light_touch_plus, explained_by (blank)"
    )


def test_a_result_that_is_not_final_is_an_info(publisher_run: GateRun) -> None:
    drafted = Drafted()
    put("result", "110001", stage="provisional")(drafted)
    noted = outcome_of(publisher_run.check([boundary_of(drafted.freeze(), RESULT)]), f"{RESULT}.results_final")
    assert (noted.passed, noted.severity, noted.stops, noted.warns) == (False, "info", False, False)


def test_there_must_be_such_a_candidate() -> None:
    with pytest.raises(SupportListError, match="no candidate 987654"):
        check_candidate(987_654)


# --- What a gate does with broken rules ---------------------------------------------------------------------------


def a_rule(name: str, failing_rows: str) -> Rule:
    return Rule(name, "data engineer", "warning", "A sentence.", "A remedy.", no_rows(failing_rows))


def test_a_rule_that_cannot_be_evaluated_is_a_critical_failure_and_spoils_no_other(publisher_run: GateRun) -> None:
    rules = [
        a_rule("holds", "select 1 from batch where a <> 1"),
        a_rule("broken", "select no_such_column from batch"),
        a_rule("divides", "select 1 from batch where 1 / (a - 1) > 0"),
        a_rule("fails", "select '110001' as urn, a from batch where a = 1"),
    ]
    holds, broken, divides, fails = publisher_run.check([Boundary("a_table", "select 1 as a", rules)])
    assert holds.passed
    assert broken.stops
    assert "could not be evaluated" in str(broken.detail)
    assert "no_such_column" in str(broken.detail)
    assert divides.stops
    assert "division by zero" in str(divides.detail)
    assert fails.warns
    assert (fails.urns, fails.detail) == (("110001",), "URN 110001: a 1")


def where(name: str, condition: str, shown: str = "urn, n") -> Rule:
    return Rule(name, "data engineer", "warning", "A sentence.", "A remedy.", no_row_where(condition, shown))


def of_column(name: str, check: Check) -> Rule:
    return Rule(name, "data engineer", "warning", "A sentence.", "A remedy.", check)


FOUR_ROWS = "select * from (values ('110001', 1), ('110002', 2), ('110003', null), ('110004', 50)) as rows (urn, n)"


def test_a_condition_fails_for_the_rows_that_meet_it_and_not_for_those_that_leave_it_open(
    publisher_run: GateRun,
) -> None:
    rules = [
        where("nobody", "n > 50"),
        where("two", "n between 2 and 50"),
        where("open", "n <> 1 and urn = '110003'"),
        where("blank", "n is null"),
        where("per_cent", "urn like '%4' and urn ~ '^[0-9]{6}$'", "urn"),
    ]
    nobody, two, left_open, blank, per_cent = publisher_run.check([Boundary("rows", FOUR_ROWS, rules)])
    assert nobody.passed
    assert (two.warns, two.unexpected_count, two.urns) == (True, 2, ("110002", "110004"))
    assert two.detail == "URN 110002: n 2\nURN 110004: n 50"
    assert left_open.passed
    assert (blank.urns, blank.detail) == (("110003",), "URN 110003: n (blank)")
    assert per_cent.urns == ("110004",)


def test_a_condition_that_cannot_be_evaluated_spoils_no_other_and_says_why(publisher_run: GateRun) -> None:
    rules = [
        where("holds", "n > 50"),
        where("broken", "no_such_column > 0"),
        where("divides", "1 / (n - 1) > 0"),
        of_column("is_there", filled("urn")),
        where("fails", "n = 50"),
    ]
    holds, broken, divides, is_there, fails = publisher_run.check([Boundary("rows", FOUR_ROWS, rules)])
    assert holds.passed
    assert broken.stops
    assert "no_such_column" in str(broken.detail)
    assert divides.stops
    assert "division by zero" in str(divides.detail)
    assert is_there.passed
    assert fails.warns
    assert fails.urns == ("110004",)


def test_conditions_and_rules_on_one_column_are_one_statement() -> None:
    rules = [
        where("small", "n > 50"),
        where("large", "n < 0"),
        of_column("is_there", filled("urn")),
        of_column("six_digits", matches("urn", "^[0-9]{6}$")),
        of_column("known", one_of("urn", ["110001", "110002", "110003", "110004"])),
    ]
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with GateRun("support_publisher") as run:
            outcomes = run.check([Boundary("rows", FOUR_ROWS, rules)])
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert [outcome.passed for outcome in outcomes] == [True] * 5
    [together] = [statement for statement in statements if "n > 50" in statement]
    for asked in ("n < 0", "urn IS NULL", "urn ~", "urn NOT IN"):
        assert asked in together, asked


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12", "12"), ("007", "7"), ("-3", "-3"), ("+3", "3"), ("12%", "12"), ("-.5%", "-0.5"), ("12.30", "12.30"), ("0", "0"),
        ("1.", None), ("", None), ("%", None), ("12%%", None), ("1e5", None), ("1_000", None), ("1,000", None), ("0x1F", None),
        ("NaN", None), ("Infinity", None), ("SUPP", None), (" 12", None), ("12 ", None), ("\t12", None), ("12\n", None),
        ("\u0663", None), ("\u00b2", None), (None, None),
    ],
)  # fmt: skip
def test_a_cell_is_read_as_a_number_only_where_it_is_one(cell: str | None, number: str | None) -> None:
    [(read,)] = rows(
        f"select {as_number('cell')}::text from unnest(%s::text[]) as cells (cell)".replace("%'", "%%'").replace(
            "%?", "%%?"
        ),
        [cell],
    )
    assert read == number


def test_a_suite_without_rules_is_a_critical_failure(publisher_run: GateRun) -> None:
    [outcome] = publisher_run.check([Boundary("an_empty_table", "select 1 as a", [])])
    assert outcome.stops
    assert outcome.rule_id == "an_empty_table.has_rules"


def test_a_candidate_whose_suite_gives_no_rules_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(suites._module(settings().expectations, SCHOOL)), "rules", lambda _: [])
    with pytest.raises(GateFailed, match=r"candidate_school\.has_rules: A gate evaluates at least one rule"):
        check_candidate(Drafted().freeze())


# --- Gate 1 -------------------------------------------------------------------------------------------------------


def ks2_row(urn: str, **cells: str | None) -> Row:
    return {
        "rectype": "1", "la_code": "901", "estab": "2001", "urn": urn, "school_name": "A school", "school_type": "CY",
        "is_closed": "0", "eligible_pupils": "30", "rwm_expected_pct": "61%", "rwm_higher_pct": "9%",
        "reading_progress": "0.5", "reading_progress_lower": "-1.0", "reading_progress_upper": "2.0",
        "reading_coverage_pct": "97%", "writing_progress": "SUPP", "writing_progress_lower": "SUPP",
        "writing_progress_upper": "SUPP", "writing_coverage_pct": "SUPP", "maths_progress": "-0.2",
        "maths_progress_lower": "-1.5", "maths_progress_upper": "1.1", "maths_coverage_pct": "97%",
        "reading_average": "104", "maths_average": "103", "rwm_expected_gap": "", **cells,
    }  # fmt: skip


def national_row(**cells: str) -> Row:
    return (
        dict.fromkeys(ks2_row(""), "")
        | {"rectype": "4", "eligible_pupils": "600000", "rwm_expected_pct": "61%"}
        | cells
    )


def loaded(source: str, layout: str, raw_rows: list[Row], **facts: object) -> int:
    """A release that stands in raw and waits for gate 1."""
    columns = next(list(found.columns) for found in load_sources()[source].layouts if found.layout == layout)
    known = {"layout": layout, "columns": columns, "rows": len(raw_rows), **facts}
    release_id, _ = release(source, status="loaded", **known)
    with connect("support_loader") as connection:
        for line, row in enumerate(raw_rows, start=2):
            insert(connection, f"raw.{source}", {"_release_id": release_id, "_line": line, **row})
    return release_id


def loaded_ks2(raw_rows: list[Row], **facts: object) -> int:
    known = {"academic_year": 2018, "stage": "final", "known_from": date(2019, 4, 15), "coverage": str(next(NUMBERS))}
    return loaded("dfe_ks2", "ks2_tables_2018", raw_rows, **{**known, **facts})


def judge(release_id: int, source: str) -> ReleaseVerdict:
    return next(verdict for verdict in accept_loaded([source]) if verdict.release_id == release_id)


def schools(count: int, **cells: str | None) -> list[Row]:
    return [ks2_row(f"11{number:04d}", **cells) for number in range(count)]


def test_a_sound_file_is_accepted_with_its_codes_and_national_row() -> None:
    release_id = loaded_ks2([*schools(25), national_row()])
    verdict = judge(release_id, "dfe_ks2")
    assert verdict.accepted
    assert verdict.warnings == ()
    assert verdict.data_docs is None
    assert rows("select status, reason from landing.release where release_id = %s", release_id) == [("accepted", None)]
    [(gate, passed)] = rows(
        "select gate, passed from quality.gate_run where gate = 'raw' and subject_id = %s", release_id
    )
    assert (gate, passed) == ("raw", True)


def test_a_failing_file_is_quarantined_with_its_lines_and_the_others_go_on() -> None:
    spoilt = schools(25)
    spoilt[3] = ks2_row("110003", reading_progress_lower="0.9")
    bad = loaded_ks2(spoilt)
    good = loaded_ks2(schools(25))
    verdicts = {verdict.release_id: verdict for verdict in accept_loaded(["dfe_ks2"])}
    assert verdicts[good].accepted
    assert not verdicts[bad].accepted
    [(status, reason)] = rows("select status, reason from landing.release where release_id = %s", bad)
    assert status == "quarantined"
    assert reason == verdicts[bad].reason
    assert "dfe_ks2.csv did not pass gate 1, and nothing of it is used." in reason
    assert (
        "raw_dfe_ks2.reading_progress_within_its_limits: Every reading_progress lies between its own confidence"
        in reason
    )
    assert "Schools: 110003." in reason
    assert "line 5, URN 110003: reading_progress 0.5, reading_progress_lower 0.9, reading_progress_upper 2.0" in reason
    docs = verdicts[bad].data_docs
    assert docs is not None
    assert docs.is_file()


def test_a_release_is_judged_once() -> None:
    release_id = loaded_ks2(schools(25))
    assert judge(release_id, "dfe_ks2").accepted
    assert release_id not in [verdict.release_id for verdict in accept_loaded(["dfe_ks2"])]


KS2_SPOILT: list[tuple[str, list[Row], Row]] = [
    ("not_empty", [], {}),
    ("rows_as_read", schools(25), {"rows": 26}),
    ("academic_year_plausible", schools(25), {"academic_year": 2019}),
    ("academic_year_plausible", schools(25), {"academic_year": None}),
    ("year_has_results", schools(25), {"academic_year": 2021, "known_from": date(2022, 1, 31)}),
    ("urn_has_six_digits", [*schools(25), ks2_row("1234567")], {}),
    ("one_row_a_school", [*schools(25), ks2_row("110003", estab="2999")], {}),
    ("record_type_known", [*schools(25), ks2_row("119999", rectype="6")], {}),
    ("schools_have_a_urn", [*schools(25), ks2_row("")], {}),
    ("la_code_has_three_digits", [*schools(25), ks2_row("119999", la_code="99")], {}),
    # A fraction where the year before had percent: the mean of the schools is 0.61.
    ("rwm_expected_pct_in_its_unit", schools(25, rwm_expected_pct="0.61", rwm_higher_pct="0.09"), {}),
    ("rwm_higher_pct_not_above_rwm_expected_pct", [*schools(25), ks2_row("119999", rwm_higher_pct="62%")], {}),
    ("rwm_expected_pct_mostly_measured", schools(25, rwm_expected_pct="SUPP"), {}),
    ("no_progress_in_2024_and_2025", schools(25), {"academic_year": 2024, "known_from": date(2025, 4, 15)}),
]


@pytest.mark.parametrize(
    ("rule", "raw_rows", "facts"), KS2_SPOILT, ids=[f"{name}-{n}" for n, (name, _, _) in enumerate(KS2_SPOILT)]
)
def test_a_spoilt_file_is_quarantined_for_the_rule(rule: str, raw_rows: list[Row], facts: Row) -> None:
    verdict = judge(loaded_ks2(raw_rows, **facts), "dfe_ks2")
    assert not verdict.accepted
    assert f"raw_dfe_ks2.{rule}: " in str(verdict.reason)


def test_a_line_twice_in_raw_is_found() -> None:
    release_id = loaded_ks2(schools(25))
    with connect("support_loader") as connection:
        connection.execute("update raw.dfe_ks2 set _line = 2 where _release_id = %s and _line = 3", (release_id,))
    assert "raw_dfe_ks2.each_line_once" in str(judge(release_id, "dfe_ks2").reason)


def test_a_row_repeated_whole_counts_once() -> None:
    spine = {"urn": "110001", "la_code": "901", "estab": "2001", "school_name": "A", "status_code": "1", "open_date": "",
             "close_date": "", "minor_group": "Maintained school", "school_type": "CY", "is_primary": "1",
             "is_secondary": "0", "is_post16": "0", "age_low": "4", "age_high": "11", "other_urn": ""}  # fmt: skip
    same = loaded("school_spine", "school_spine_2017", [spine, dict(spine)], academic_year=2017)
    assert judge(same, "school_spine").accepted
    other = loaded("school_spine", "school_spine_2017", [spine, spine | {"estab": "2002"}], academic_year=2017)
    assert "raw_school_spine.one_row_a_school" in str(judge(other, "school_spine").reason)


def test_a_much_smaller_file_than_the_last_is_a_warning_alone() -> None:
    assert judge(loaded_ks2(schools(25), coverage="LA 901"), "dfe_ks2").accepted
    fewer = loaded_ks2(schools(19), coverage="LA 901", academic_year=2019, known_from=date(2020, 4, 15))
    verdict = judge(fewer, "dfe_ks2")
    assert verdict.accepted
    assert verdict.warnings[0].startswith("raw_dfe_ks2.rows_like_the_last_release")
    assert "rows 19, rows_before 25" in verdict.warnings[0]


def inspected(urn: str, **cells: str) -> Row:
    return {
        "urn": urn, "laestab": "9012001", "school_name": "A", "local_authority": "Nowhere", "type_of_education": "CY",
        "ofsted_phase": "Primary", "inspection_date": "2014-05-21", "overall_effectiveness": "2",
        "category_of_concern": "", "leadership_and_management": "2", "previous_inspection_date": "2010-01-13",
        "previous_overall_effectiveness": "3", "previous_category_of_concern": "", **cells,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "cells", "stops"),
    [
        ("inspection_date_not_after_publication", {"inspection_date": "2015-07-01"}, True),
        ("inspection_date_since_1990", {"inspection_date": "1912-05-21", "previous_inspection_date": ""}, True),
        ("grade_known", {"overall_effectiveness": "5"}, True),
        ("category_known", {"category_of_concern": "SMX"}, True),
        ("laestab_has_seven_digits", {"laestab": "90120010"}, True),
        ("school_name_filled", {"school_name": " "}, True),
        ("category_goes_with_grade_4", {"category_of_concern": "SM"}, False),
        ("previous_before_latest", {"previous_inspection_date": "2014-05-22"}, False),
    ],
)
def test_inspections_are_plausible(rule: str, cells: dict[str, str], stops: bool) -> None:
    spoilt = [inspected("110001"), inspected("110002", **cells)]
    verdict = judge(loaded("ofsted_mi", "ofsted_mi_2015", spoilt, known_from=date(2015, 6, 30)), "ofsted_mi")
    assert verdict.accepted is not stops
    said = str(verdict.reason) if stops else "\n".join(verdict.warnings)
    assert f"raw_ofsted_mi.{rule}: " in said
    assert "line 3, URN 110002" in said
    assert "110001" not in said


def test_a_scale_turned_round_is_found() -> None:
    """Of 100 schools 60 are graded 3: fewer than half are good."""
    grades = [inspected(f"11{n:04d}", overall_effectiveness="3" if n < 60 else "2") for n in range(100)]
    verdict = judge(loaded("ofsted_mi", "ofsted_mi_2015", grades, known_from=date(2015, 6, 30)), "ofsted_mi")
    assert "raw_ofsted_mi.grades_spread_plausibly" in str(verdict.reason)
    assert "graded 100, good 40, inadequate 0" in str(verdict.reason)
