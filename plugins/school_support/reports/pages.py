"""The officers' HTML page of an edition, with every school; and what renders the templates."""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from school_support.reports import words
from school_support.reports.charts import charts
from school_support.reports.edition_data import (
    EditionData,
    Gate,
    IndicatorRow,
    InspectionRow,
    ReleaseUsed,
    RiskRow,
    SchoolRow,
    SupportRow,
)
from school_support.reports.fairness import everyone, group_views, times

TEMPLATES = Path(__file__).parent / "templates"
TIER_CLASSES = {
    "high": "t-high",
    "targeted": "t-targeted",
    "light_touch_plus": "t-plus",
    "light_touch": "t-light",
    "insufficient_evidence": "t-unknown",
}
# How values read in every page, the officers' too.
FILTERS = {
    "chance": words.chance,
    "counted": words.counted,
    "decided": partial(words.named, names=words.DECIDED),
    "hundredths": words.hundredths,
    "long_date": words.long_date,
    "measured": words.measured,
    "money": words.money,
    "percent": words.percent,
    "phase_name": partial(words.named, names=words.PHASES),
    "plain": words.plain,
    "reason": words.reason,
    "school_year": words.school_year,
    "sector_name": partial(words.named, names=words.SECTORS),
    "source_name": partial(words.named, names=words.SOURCES),
    "tier_class": lambda tier: TIER_CLASSES.get(tier, "t-other"),
}


@dataclass(frozen=True, slots=True)
class SchoolView:
    """A school's entry in the list; `sources` are the releases used, each with the indicators made from them."""

    row: SupportRow
    points: str
    reasons: list[str]
    facts: list[tuple[str, str]]
    indicators: list[IndicatorRow]
    sources: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class TierView:
    """A tier with its schools; shares are 0 to 1, `cost` in GBP."""

    id: str
    name: str
    rank: int | None
    schools: list[SchoolView]
    by_phase: dict[str, int]
    share: Decimal
    days: Decimal | None
    days_each: str
    days_each_words: str
    cost: Decimal | None
    cost_share: Decimal | None


@dataclass(frozen=True, slots=True)
class Summary:
    """Totals of the list; `verdict` sets the cost against the budget in a sentence."""

    schools: int
    days: Decimal | None
    cost: Decimal | None
    verdict: str


def internal_page(data: EditionData) -> str:
    """The whole page for officers and the panel, as HTML."""
    ordered = by_tier(data.support)
    tiers = _tiers(data, ordered)
    drawn = charts(ordered, data.indicators)
    script = (TEMPLATES / "filter.js").read_text(encoding="utf-8")
    cost = total(row.support_cost for row in ordered)
    phases = _phases(data.support)
    return render(
        "support-list.html.j2",
        script,
        edition=data.edition,
        tiers=tiers,
        phases=phases,
        summary=Summary(
            schools=len(ordered),
            days=total(row.support_days for row in ordered),
            cost=cost,
            verdict=_verdict(cost, data.edition.budget, data.edition.day_rate),
        ),
        fairness=group_views(data.fairness),
        everyone=everyone(data.fairness),
        charts=drawn,
        uncharted=[words.named(p, words.PHASES) for p in phases if p not in {chart.phase for chart in drawn}],
        gate=data.gate,
        gate_sentence=_gate_sentence(data.gate) if data.gate else "",
        gate_notes=[rule for rule in data.gate.rules if not rule.success] if data.gate else [],
        releases=data.releases,
        identity=_identity(data),
    )


def by_tier(support: Iterable[SupportRow]) -> list[SupportRow]:
    """Most support first, insufficient evidence last; inside a tier by name, because the list ranks nobody."""
    return sorted(
        support,
        key=lambda row: (
            row.tier_rank is None,
            -(row.tier_rank or 0),
            row.tier,
            row.school_name.casefold(),
            row.urn,
        ),
    )


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, or None if any part of it is not known."""
    known = list(amounts)
    return None if None in known else sum((amount for amount in known if amount is not None), Decimal(0))


def _tiers(data: EditionData, ordered: Sequence[SupportRow]) -> list[TierView]:
    registered = {school.urn: school for school in data.schools}
    indicators: dict[str, list[IndicatorRow]] = defaultdict(list)
    risks: dict[str, list[RiskRow]] = defaultdict(list)
    inspections: dict[str, list[InspectionRow]] = defaultdict(list)
    for indicator in sorted(data.indicators, key=lambda row: (words.domain_order(row.domain), row.indicator)):
        indicators[indicator.urn].append(indicator)
    for risk in data.risk:
        risks[risk.urn].append(risk)
    for inspection in data.inspections:
        inspections[inspection.urn].append(inspection)
    cost = total(row.support_cost for row in ordered)
    views = []
    for tier in dict.fromkeys(row.tier for row in ordered):
        rows = [row for row in ordered if row.tier == tier]
        tier_cost = total(row.support_cost for row in rows)
        each = sorted({row.support_days for row in rows if row.support_days is not None})
        days_each = " to ".join(words.plain(end) for end in dict.fromkeys((each[0], each[-1]))) if each else "not set"
        views.append(
            TierView(
                id=tier,
                name=rows[0].tier_name,
                rank=rows[0].tier_rank,
                schools=[
                    SchoolView(
                        row=row,
                        points=_points(row.points, row.points_available),
                        reasons=[line for line in (row.reasons or "").split("\n") if line.strip()],
                        facts=_facts(row, registered.get(row.urn), risks[row.urn], inspections[row.urn]),
                        indicators=indicators[row.urn],
                        sources=_sources(indicators[row.urn]),
                    )
                    for row in rows
                ],
                by_phase={phase: sum(row.phase == phase for row in rows) for phase in _phases(ordered)},
                share=Decimal(len(rows)) / len(ordered),
                days=total(row.support_days for row in rows),
                days_each=days_each,
                days_each_words=f"{days_each} {'day' if each == [1] else 'days'} of support each"
                if each
                else "days not set",
                cost=tier_cost,
                cost_share=tier_cost / cost if cost and tier_cost is not None else None,
            )
        )
    return views


def _facts(
    row: SupportRow, school: SchoolRow | None, risks: Sequence[RiskRow], inspections: Sequence[InspectionRow]
) -> list[tuple[str, str]]:
    """What the detail of a school says beside its indicators."""
    facts = []
    if school is not None:
        facts.append(("LAESTAB", school.laestab or "not recorded"))
        facts.append(("Type", school.school_type or "not recorded"))
        facts.append(("Opened", words.long_date(school.open_date)))
        if school.predecessor_urns:
            facts.append(("Predecessor", f"URN {school.predecessor_urns}"))
    if row.gates:
        facts.append(("Gates met", ", ".join(words.named(g.strip(), {}) for g in row.gates.split(","))))
    latest = [inspection for inspection in inspections if inspection.is_latest]
    facts.append(("Latest inspection", _inspection(latest[-1]) if latest else "none known by the as-at date"))
    facts += [
        (
            f"{words.named(risk.domain, {})} points",
            _points(risk.points, risk.points_available, risk.domain_cap),
        )
        for risk in risks
    ]
    return facts


def _sources(indicators: Sequence[IndicatorRow]) -> list[tuple[str, str]]:
    made: dict[str, list[str]] = defaultdict(list)
    for row in indicators:
        if row.releases_used:
            made[row.releases_used].append(row.indicator_name)
    return [(releases, ", ".join(names)) for releases, names in made.items()]


def _inspection(inspection: InspectionRow) -> str:
    parts = [words.long_date(inspection.inspection_date)]
    if inspection.overall_effectiveness:
        parts.append(f"overall effectiveness {inspection.overall_effectiveness}")
    if inspection.category_of_concern:
        parts.append(f"category of concern {inspection.category_of_concern}")
    if inspection.relates_to_predecessor:
        parts.append("of the predecessor school")
    return ", ".join(parts)


def _points(points: Decimal | None, available: Decimal | None, cap: Decimal | None = None) -> str:
    if points is None or not available:
        return "none available"
    text = f"{words.plain(points)} of {words.plain(available)}"
    return text if cap is None or cap == available else f"{text} ({words.plain(cap)} if all were known)"


def _verdict(cost: Decimal | None, budget: Decimal | None, day_rate: Decimal | None) -> str:
    if cost is None:
        return "The list is not costed: no day rate was recorded for this authority."
    rate = f", at {words.money(day_rate)} a day" if day_rate is not None else ""
    if not budget:
        return f"The list costs {words.money(cost)}{rate}. No budget was recorded to compare it with."
    share = words.percent(cost / budget)
    if cost > budget:
        return (
            f"The list costs {words.money(cost)}{rate}: {words.money(cost - budget)} more than the budget of "
            f"{words.money(budget)} ({share} of it). No tier was changed to make it fit; that is for the panel."
        )
    return (
        f"The list costs {words.money(cost)}{rate}: {share} of the budget of {words.money(budget)}, "
        f"which leaves {words.money(budget - cost)}."
    )


def _gate_sentence(gate: Gate) -> str:
    met = sum(rule.success for rule in gate.rules)
    outcome = "passed" if gate.passed else "did not pass"
    return (
        f"The list {outcome} the quality gate: {met} of {words.counted(len(gate.rules), 'rule')} met, "
        f"{words.counted(gate.critical_failures, 'critical failure')}, {words.counted(gate.warnings, 'warning')}."
    )


def _identity(data: EditionData) -> list[tuple[str, str]]:
    edition = data.edition
    return [
        ("Authority", f"{edition.authority_name} ({edition.authority})"),
        ("List year", f"{edition.list_year} (school year {words.school_year(edition.list_year)})"),
        ("As-at date", words.long_date(edition.as_at)),
        ("Edition", str(edition.edition)),
        (
            "Replaces",
            f"edition {edition.replaces}" if edition.replaces is not None else "none: the first edition",
        ),
        ("Demonstration", "yes: approved by the person who built it" if edition.demonstration else "no"),
        ("Ruleset", edition.ruleset),
        ("Built by", edition.built_by),
        ("Approved by", f"{edition.approved_by} (database session {edition.approved_session_user})"),
        ("Approved", words.moment(edition.approved_at)),
        ("Approval note", edition.approval_note or "none"),
        ("Published", words.moment(edition.published_at)),
        ("Budget", words.money(edition.budget) if edition.budget is not None else "not recorded"),
        ("Day rate", words.money(edition.day_rate) if edition.day_rate is not None else "not recorded"),
        ("Content hash", edition.content_hash),
    ]


def _period(release: ReleaseUsed) -> str:
    if release.snapshot_date is not None:
        return f"as at {words.long_date(release.snapshot_date)}"
    return words.school_year(release.academic_year) if release.academic_year is not None else "all years"


def _phases(support: Sequence[SupportRow]) -> list[str]:
    """The phases that occur, the one with most schools first."""
    sizes: dict[str, int] = defaultdict(int)
    for row in support:
        sizes[row.phase] += 1
    return sorted(sizes, key=lambda phase: (-sizes[phase], phase))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= FILTERS | {
        "chart_title": _chart_title,
        "days": lambda number: (
            "not set" if number is None else words.plain(number) + (" day" if number == 1 else " days")
        ),
        "long_day": lambda when: words.moment(when).split(" at ")[0],
        "period": _period,
        "times": times,
        "usage_name": partial(words.named, names=words.USAGES),
    }
    return environment


def _chart_title(svg: str, name: str, alternative: str) -> Markup:
    """A chart with its title as its first element, where assistive technology looks for the name of an image."""
    opening, rest = svg.split(">", 1)
    return Markup('{}><title id="{}">{}</title>{}').format(Markup(opening), name, alternative, Markup(rest))  # noqa: S704


def render(template: str, script: str, **values: object) -> str:
    """A template of ours with our style, and a policy that lets no other script run than the one given."""
    # Style and script are our own files. The page allows no other script, so a name that broke out would not run.
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = _environment().get_template(template)
    return page.render(
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        script_policy=Markup(f"'sha256-{digest}'" if script else "'none'"),  # noqa: S704
        **values,
    )
