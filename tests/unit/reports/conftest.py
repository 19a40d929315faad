"""A fictional edition of about eighty schools, made without a database; names are as awkward as names can be."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from school_support.reports.edition_data import (
    Edition,
    EditionData,
    FairnessRow,
    Gate,
    IndicatorRow,
    IndicatorRule,
    InspectionRow,
    ReleaseUsed,
    ResultRow,
    RiskRow,
    RuleResult,
    SchoolRow,
    SupportRow,
)

TIERS = {  # name, rank, days
    "high": ("High level intervention", 4, Decimal("20.0")),
    "targeted": ("Targeted support", 3, Decimal("10.0")),
    "light_touch_plus": ("Light touch plus", 2, Decimal("4.0")),
    "light_touch": ("Light touch", 1, Decimal("1.5")),
    "insufficient_evidence": ("Insufficient evidence", None, Decimal("4.0")),
}
INDICATORS = {  # name, domain, unit, direction, national, spread between schools, line, phases
    "ks2_rwm_expected": (
        "Expected standard in reading, writing and maths",
        "attainment", "percent", "higher_is_better", 62.3, 11.0, 57.3, ("primary",),
    ),
    "ks2_reading_progress": ("Reading progress", "progress", "score", "higher_is_better", 0.0, 1.9, -1.5, ("primary",)),
    "ks2_writing_progress": ("Writing progress", "progress", "score", "higher_is_better", 0.0, 1.8, -1.5, ("primary",)),
    "ks2_maths_progress": ("Maths progress", "progress", "score", "higher_is_better", 0.0, 1.9, -1.5, ("primary",)),
    "ks4_attainment8": ("Attainment 8", "attainment", "points", "higher_is_better", 44.5, 6.0, 40.0, ("secondary",)),
    "ks4_english_maths_4": (
        "Grade 4 or above in English and maths",
        "attainment", "percent", "higher_is_better", 59.4, 12.0, 54.4, ("secondary",),
    ),
    "ks4_progress8": ("Progress 8", "progress", "points", "higher_is_better", -0.02, 0.35, -0.25, ("secondary",)),
    "overall_absence": (
        "Overall absence", "absence", "percent", "lower_is_better", 4.6, 0.9, 5.5, ("primary", "secondary", "special"),
    ),
    "persistent_absence": (
        "Persistent absence", "absence", "percent", "lower_is_better", 10.9, 3.5, 14.0, ("primary", "secondary", "special"),
    ),
}  # fmt: skip
MEANINGS = {
    "high": "an intervention plan",
    "targeted": "a support plan",
    "light_touch_plus": "a named adviser",
    "light_touch": "one visit a year",
    "insufficient_evidence": "an adviser visits",
}
NAMES = [
    "Alder", "Ash", "Barley", "Beacon", "Birch", "Bramble", "Brook", "Castle", "Cedar", "Chalk", "Cherry", "Clover",
    "Cobble", "Copper", "Cowslip", "Dove", "Elder", "Ferry", "Field", "Foxglove", "Gorse", "Hazel", "Heron", "Holly",
    "Ivy", "Juniper", "Kestrel", "Larch", "Lark", "Linden", "Maple", "Meadow", "Mill", "Oak", "Orchard", "Otter",
    "Plum", "Poplar", "Quarry", "Reed", "Rowan", "Sedge", "Skylark", "Spinney", "Stile", "Swift", "Teasel", "Thistle",
    "Vale", "Willow",
]  # fmt: skip
AWKWARD = {
    3: "St Mary's & All Saints' CofE Primary School",
    7: '=HYPERLINK("http://example.invalid","Open")',
    11: "<script>alert('school')</script> Primary School",
    15: "Ysgol Gynradd Llŷn – Ŵyrion \N{LATIN SMALL LETTER E WITH ACUTE}lan",
    19: '"Quoted" Academy, The; a school with a very long name indeed that goes on, and on, and on',
    23: "+44 Primary School",
    27: "@Home Nursery & Infants",
    62: "O'Neill Secondary Academy <b>bold</b>",
}
REASON_CODES = ("suppressed", "low_coverage", "new_school", "not_stated")


def number(value: float, places: int) -> Decimal:
    """A value as the warehouse keeps it."""
    return Decimal(f"{value:.{places}f}")


def fictional_edition(
    schools: int = 80, seed: int = 1, demonstration: bool = True, budget: str | None = "550000"
) -> EditionData:
    """The same edition for the same arguments."""
    draw = random.Random(seed)
    rows: dict[str, list[Any]] = {
        name: [] for name in ("support", "risk", "indicators", "schools", "inspections", "results")
    }
    for position in range(schools):
        _add_school(rows, position, draw)
    return EditionData(
        edition=_edition(demonstration, budget),
        releases=_releases(),
        gate=_gate(),
        fairness=_fairness(rows["support"]),
        panel=[],
        meanings=MEANINGS,
        rules=_rules(),
        replaced=[],
        **rows,
    )


def _rules() -> list[IndicatorRule]:
    """Each indicator reads a measure of its own name."""
    return [IndicatorRule(key, key, "it is clear of the national figure") for key in INDICATORS]


def _fairness(support: list[SupportRow]) -> list[FairnessRow]:
    """The groups as marts.support_fairness makes them; fifths and rolls are made up."""
    groups: dict[tuple[str, str], list[SupportRow]] = {}
    for position, row in enumerate(support):
        fifth = "unknown" if position % 9 == 0 else str(1 + position % 5)
        for group in (
            ("all", "all"),
            ("phase", row.phase),
            ("disadvantage_quintile", fifth),
            ("sector", row.sector or ""),
        ):
            groups.setdefault(group, []).append(row)
    mean = sum(row.support_days or 0 for row in support) / Decimal(len(support))
    return [_group(kind, name, rows, mean) for (kind, name), rows in sorted(groups.items())]


def _group(kind: str, name: str, rows: list[SupportRow], mean: Decimal) -> FairnessRow:
    days = sum((row.support_days or Decimal(0) for row in rows), Decimal(0))
    ranks = [row.tier_rank for row in rows]
    known = name != "unknown"
    return FairnessRow(
        group_kind=kind, group_name=name, schools=len(rows), highest_tier_schools=ranks.count(4),
        second_tier_schools=ranks.count(3), upper_tiers_share=number((ranks.count(4) + ranks.count(3)) / len(rows), 4),
        insufficient_evidence_schools=ranks.count(None), support_days=number(float(days), 1),
        support_cost=number(float(days) * 1647, 2), schools_with_roll=len(rows) if known else 0,
        pupils_on_roll=Decimal(310 * len(rows)) if known else None, mean_days=number(float(days) / len(rows), 2),
        ratio_to_mean=number(float(days / len(rows) / mean), 3),
        days_per_100_pupils=number(float(days) / (3.1 * len(rows)), 3) if known else None,
    )  # fmt: skip


def _add_school(rows: dict[str, list[Any]], position: int, draw: random.Random) -> None:
    urn = str(110000 + 37 * position)
    phase = _phase(position)
    sector = "maintained" if phase in ("nursery", "pupil_referral_unit") else draw.choice(("maintained", "academy"))
    name = (
        AWKWARD.get(position) or f"{draw.choice(NAMES)} {draw.choice(NAMES)} {phase.replace('_', ' ').title()} School"
    )
    quality = draw.gauss(-0.35, 0.9)
    indicators = [_indicator(urn, key, quality, draw) for key, (*_, phases) in INDICATORS.items() if phase in phases]
    inspected = draw.random() < 0.93 or phase in ("nursery", "pupil_referral_unit")
    grade = draw.choices("1234", (12, 60, 20, 5))[0]
    if inspected:
        rows["inspections"].append(_inspection(urn, grade, draw))
    indicators.append(_outcome(urn, grade if inspected else None))
    points = sum((row.points or Decimal("0.00") for row in indicators), Decimal("0.00"))
    available = sum((row.points_available or Decimal("0.00") for row in indicators), Decimal("0.00"))
    share = points / available if available else None
    coverage = number(
        0.25 if not indicators else 1 - 0.9 * sum(r.value is None for r in indicators) / len(indicators), 4
    )
    tier, decided_by, gates = _tier(phase, share, coverage, grade if inspected else None)
    tier_name, rank, days = TIERS[tier]
    reasons = [row.sentence for row in indicators if row.flag in ("likely", "possible") and row.sentence]
    if gates:
        reasons.insert(0, "Ofsted placed the school in special measures on 12 March 2018, published 23 April 2018.")
    if tier == "insufficient_evidence":
        reasons.insert(0, f"Only {100 * coverage:.0f}% of the evidence was known on 30 June 2019: an adviser decides.")
    rows["support"].append(
        SupportRow(
            urn=urn, school_name=name, phase=phase, sector=sector, tier=tier, tier_name=tier_name, tier_rank=rank,
            decided_by=decided_by, points=points if available else None, points_available=available or None,
            points_share=number(float(share), 4) if share is not None else None, coverage=coverage, support_days=days,
            support_cost=number(float(days) * 1647, 2), gates=gates,
            reasons="\n".join(reasons) or "No indicator is likely or possibly beyond its line.",
            computed_tier=tier, computed_tier_name=tier_name, computed_tier_rank=rank, decision=None,
            decision_reason=None, sensitive_to=None, exit_criteria=None,
        )
    )  # fmt: skip
    rows["schools"].append(
        SchoolRow(
            urn=urn, laestab=f"999{2000 + position}", school_name=name, phase=phase,
            school_type="Academy converter" if sector == "academy" else "Community school", sector=sector,
            open_date=date(2012, 9, 1) if sector == "academy" else None, close_date=None,
            predecessor_urns=str(100000 + position) if sector == "academy" else None,
            predecessor_method="register link" if sector == "academy" else None,
            register_release="school_spine 2018 (1a2b3c4d)",
        )
    )  # fmt: skip
    for domain in sorted({row.domain for row in indicators}):
        of_domain = [row for row in indicators if row.domain == domain]
        won = sum((row.points or Decimal("0.00") for row in of_domain), Decimal("0.00"))
        offered = sum((row.points_available or Decimal("0.00") for row in of_domain), Decimal("0.00"))
        rows["risk"].append(
            RiskRow(
                urn, domain, Decimal("3.00"), min(won, Decimal("3.00")), min(offered, Decimal("3.00")), number(1, 4)
            )
        )
    rows["indicators"].extend(indicators)
    for measure, value in (("fsm_ever_pct", number(5 + 7 * (position % 11), 1)), ("pupils_on_roll", number(310, 0))):
        rows["results"].append(
            ResultRow(urn, urn, 2018, "census", measure, value, None, None, "final", "dfe_census 2018")
        )
    for row in indicators:
        rows["results"].append(
            ResultRow(
                urn, urn, 2018, "KS2", row.indicator, row.value, row.reason_code, row.n, "final", row.releases_used
            )
        )


def _phase(position: int) -> str:
    match position:
        case 27:
            return "nursery"
        case 28:
            return "pupil_referral_unit"
        case n if n >= 74:
            return "special"
        case n if n >= 60:
            return "secondary"
        case _:
            return "primary"


def _tier(phase: str, share: Decimal | None, coverage: Decimal, grade: str | None) -> tuple[str, str, str | None]:
    if grade == "4":
        return "high", "gate", "ofsted_special_measures"
    if share is None or coverage < Decimal("0.5") or phase in ("nursery", "pupil_referral_unit"):
        return "insufficient_evidence", "coverage", None
    for tier, cut in (("high", "0.6"), ("targeted", "0.4"), ("light_touch_plus", "0.2")):
        if share >= Decimal(cut):
            return tier, "points", None
    return "light_touch", "points", None


def _indicator(urn: str, key: str, quality: float, draw: random.Random) -> IndicatorRow:
    name, domain, unit, direction, national, spread, line, _ = INDICATORS[key]
    releases = "dfe_ks2 2016 final (5ae78a86), dfe_ks2 2017 final (0c3d9b11), dfe_ks2 2018 final (7864940f)"
    fixed = {
        "urn": urn, "indicator": key, "indicator_name": name, "domain": domain, "unit": unit, "direction": direction,
        "line": number(line, 3), "national": number(national, 3), "releases_used": releases,
    }  # fmt: skip
    if draw.random() < 0.09:
        return IndicatorRow(
            **fixed, value=None, n=None, academic_years=None, interval_low=None, interval_high=None, shrunk=None,
            probability_beyond_line=None, flag=None, points=None, points_available=Decimal("0.00"),
            reason_code=draw.choice(REASON_CODES), sentence=f"{name}: no figure.", similar_value=None, similar_schools=None,
        )  # fmt: skip
    pupils = draw.choice((9, 24, 45, 60, 90, 132, 180))
    better = spread if direction == "higher_is_better" else -spread
    value = national + better * (quality + draw.gauss(0, 0.5))
    half = 2.2 * spread / (pupils / 20) ** 0.5
    shrunk = national + (value - national) * pupils / (pupils + 25)
    worse = (line - shrunk) if direction == "higher_is_better" else (shrunk - line)
    probability = min(0.9999, max(0.0001, 0.5 + worse / (half * 1.6)))
    flag = "likely" if probability >= 0.8 else "possible" if probability >= 0.5 else "none"
    counts = pupils >= 11
    beyond = "below" if direction == "higher_is_better" else "above"
    return IndicatorRow(
        **fixed, value=number(value, 3), n=number(pupils, 1), academic_years="2016, 2017, 2018",
        interval_low=number(value - half, 3), interval_high=number(value + half, 3), shrunk=number(shrunk, 3),
        probability_beyond_line=number(probability, 4), flag=flag if counts else None,
        points=Decimal({"likely": "2.00", "possible": "1.00", "none": "0.00"}[flag]) if counts else Decimal("0.00"),
        points_available=Decimal("2.00") if counts else Decimal("0.00"), reason_code=None,
        similar_value=number(national + 0.1, 3), similar_schools=50,
        sentence=f"{name} over 2016 to 2018 was {value:.1f} for {pupils} pupils against {national} nationally; the chance "
        f"that the school is {beyond} {line} is {100 * probability:.0f}%.",
    )  # fmt: skip


def _outcome(urn: str, grade: str | None) -> IndicatorRow:
    level = {"1": 1, "2": 1, "3": 2, "4": 3}[grade] if grade else None
    flag = {1: "none", 2: "possible", 3: "likely"}[level] if level else None
    return IndicatorRow(
        urn=urn, indicator="inspection_outcome", indicator_name="Latest inspection outcome", domain="inspection",
        unit="grade", direction="lower_is_better", value=number(level, 3) if level else None, n=None,
        academic_years=None, national=None, interval_low=None, interval_high=None, shrunk=None, line=None,
        probability_beyond_line=None, flag=flag,
        points=Decimal({"likely": "2.00", "possible": "1.00"}.get(flag or "", "0.00")),
        points_available=Decimal("2.00") if flag else Decimal("0.00"),
        reason_code=None if level else "never_inspected", releases_used="ofsted_outcomes 2018-07-31 (9f8e7d6c)",
        sentence="The latest inspection known found that the school needs to improve.", similar_value=None,
        similar_schools=None,
    )  # fmt: skip


def _inspection(urn: str, grade: str, draw: random.Random) -> InspectionRow:
    day = date(draw.randint(2013, 2018), draw.randint(1, 12), draw.randint(1, 28))
    return InspectionRow(
        urn=urn, inspection_urn=urn, inspection_date=day, publication_date=date(day.year + 1, 1, 15), regime="2012",
        overall_effectiveness=grade, category_of_concern="SM" if grade == "4" else None,
        concern_level="serious" if grade == "4" else "none", is_latest=True, relates_to_predecessor=False,
        release="ofsted_outcomes 2018-07-31 (9f8e7d6c)",
    )  # fmt: skip


def _edition(demonstration: bool, budget: str | None) -> Edition:
    return Edition(
        candidate_id=5,
        authority="999",
        authority_name="Fenbridge & Wold",
        list_year=2020,
        edition=2,
        as_at=date(2019, 6, 30),
        ruleset="2019.2",
        content_hash="4f3a" * 16,
        demonstration=demonstration,
        built_by="builder",
        approved_by="builder" if demonstration else "lead",
        approved_session_user="support_publisher",
        approved_at=datetime(2019, 7, 1, 14, 5, 30, tzinfo=UTC),
        approval_note=None,
        published_at=datetime(2019, 7, 1, 14, 6, 2, 123456, tzinfo=UTC),
        replaces=1,
        reason="A late result was added.",
        circulation="own",
        budget=None if budget is None else Decimal(budget),
        day_rate=Decimal("1647"),
    )


def _releases() -> list[ReleaseUsed]:
    results = [
        ReleaseUsed(
            source, year, None, "final", date(year + 1, 4, 15), f"{source}_{year}.csv.gz", f"{year:x}" * 20, "known"
        )
        for source in ("dfe_absence", "dfe_ks2", "dfe_ks4")
        for year in (2016, 2017, 2018)
    ]
    register = ReleaseUsed(
        "school_spine", 2018, None, None, date(2019, 1, 24), "spine.csv", "ab" * 32, "register_events"
    )
    history = ReleaseUsed(
        "ofsted_outcomes", None, date(2018, 7, 31), None, date(2018, 9, 14), "outcomes.xlsx", "cd" * 32, "dated_rows"
    )
    return [*results, history, register]


def _gate() -> Gate:
    rules = [
        RuleResult(
            f"candidate.rule_{i:02d}", "school improvement", "critical", True,
            f"Rule {i}: every school has exactly one tier.", "Find the school in marts.school_tier.", 0, None, None,
        )
        for i in range(1, 13)
    ]  # fmt: skip
    warning = RuleResult(
        "candidate.coverage", "school improvement", "warning", False, "Coverage is at least 50% for every school.",
        "Ask the advisers about these schools.", 2, ["110999", "111036"], None,
    )  # fmt: skip
    return Gate(passed=True, critical_failures=0, warnings=1, rules=[warning, *rules])


@pytest.fixture(scope="session")
def make_edition() -> Callable[..., EditionData]:
    """The maker of fictional editions."""
    return fictional_edition


@pytest.fixture(scope="session")
def edition() -> EditionData:
    """One fictional edition, the same for all tests: read it, never change it."""
    return fictional_edition()
