"""How numbers, dates and codes read on a page, in British English; a missing value is always words, never 0 or blank."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

MINUS = "\N{MINUS SIGN}"

REASONS = {
    "suppressed": "suppressed: 5 or fewer pupils",
    "no_entries": "no pupil was entered",
    "not_applicable": "not applicable, or not available that year",
    "not_published": "not published",
    "low_coverage": "low coverage: fewer than half of the pupils are in the measure",
    "low_reliability": "its publisher calls it unreliable",
    "new_school": "new school",
    "small_percentage": "above 0 but too small to be given exactly",
    "redacted": "redacted by the publisher",
    "did_not_submit": "the school did not submit data",
    "not_required": "not required of this school",
    "not_stated": "left out by the publisher, who does not say why",
    "no_result_known": "no file known on the day has a result of the school",
    "no_result_to_compare": "a result is known, but too few schools' of the same years to tell how much such schools differ",
    "never_inspected": "no inspection was known on the day",
    "predecessor_only": "only the school before it was inspected",
    "no_grade": "the latest inspection gave no grade",
    "visit_without_grade_not_known": "no file known on the day tells of visits without a grade",
    "inspected_once_or_never": "there was no inspection before the latest",
    "too_few_years": "too few years to compare",
    "no_national_figure": "no national figure of the year was known on the day",
    "no_return_known": "the school returned nothing this year",
    "no_return_to_compare": "the school returned nothing this year, or too few schools of its phase did to compare with",
    "head_teacher_not_known": "no file known on the day tells of the head teacher",
    "register_too_short": "the register's files do not go back far enough to say",
    "no_note": "no note of an officer counts on the day",
}
PHASES = {
    "nursery": "Nursery",
    "primary": "Primary",
    "secondary": "Secondary",
    "all_through": "All-through",
    "special": "Special",
    "pupil_referral_unit": "Pupil referral unit",
    "post_16": "16 to 19",
    "unknown": "Phase not known",
}
DOMAINS = (
    "attainment", "progress", "trend", "disadvantage", "in_year", "absence", "behaviour", "inspection", "inspection_due",
    "leadership", "local", "context",
)  # fmt: skip
SECTORS = {"maintained": "Local authority maintained", "academy": "Academy or free school"}
GROUP_KINDS = {"phase": "Phase", "disadvantage_quintile": "Disadvantage", "sector": "Who runs the school"}
QUINTILES = {
    "1": "Fifth of schools with the fewest disadvantaged pupils",
    "2": "Second fifth",
    "3": "Third fifth",
    "4": "Fourth fifth",
    "5": "Fifth of schools with the most disadvantaged pupils",
    "unknown": "Disadvantage not known",
}
THIRDS = {
    "1": "Third of schools with the fewest disadvantaged pupils",
    "2": "Middle third",
    "3": "Third of schools with the most disadvantaged pupils",
}
PUBLIC_GROUPS = {
    "most": "nine tenths or more of the evidence known",
    "good": "between three quarters and nine tenths known",
    "least": "less than three quarters known",
    "most+good": "three quarters or more of the evidence known",
    "good+least": "less than nine tenths known",
    "upheld": "Upheld in whole or in part",
    "not_upheld": "Not upheld",
    "override": "The panel chose another level",
    "confirm": "The panel confirmed the level",
}
DECIDED = {
    "gate": "a gate",
    "points": "points",
    "coverage": "too little evidence",
    "one_year": "points, with one year's results alone behind them",
    "held": "the tier before (held)",
    "carried_forward": "the tier before (carried forward)",
}
FLAGS = {
    "likely": "likely beyond the line",
    "possible": "possibly beyond the line",
    "none": "not flagged",
}
UNITS = {
    "percent": (1, "%"), "score": (1, ""), "points": (2, ""), "years": (1, " years"), "gap": (1, " points"),
    "point_change": (1, " points"), "rate": (2, " per 100"), "change_percent": (1, "%"), "months": (0, " months"),
}  # fmt: skip
"""Decimal places of a unit, and what stands after the number."""
CONCERNS = {1: "no concern", 2: "concern", 3: "serious concern"}
"""Levels in which inspections, officers' notes and returns are compared; never numbers to reckon with."""
SOURCES = {
    "gias": "Get Information about Schools (register)",
    "gias_links": "Get Information about Schools: predecessors and successors",
    "school_spine": "DfE performance tables: list of schools",
    "school_information": "DfE performance tables: school information",
    "ofsted_mi": "Ofsted management information",
    "ofsted_outcomes": "Ofsted inspection outcomes",
    "ofsted_history": "Ofsted inspection history",
    "dfe_ks2": "DfE key stage 2 results",
    "dfe_ks4": "DfE key stage 4 results",
    "dfe_absence": "DfE absence",
    "dfe_census": "DfE school census",
    "dfe_exclusions": "DfE suspensions and exclusions",
    "school_returns": "the schools' termly returns",
    "local_intelligence": "officers' notes",
    "panel_decisions": "the panel's decisions",
}
USAGES = {
    "known": "published by the as-at date",
    "register_events": "issued later: dated openings, closings and links only",
    "dated_rows": "history: each row counts from its own date",
}


def domain_order(domain: str) -> int:
    """Where a domain stands among the others."""
    return DOMAINS.index(domain) if domain in DOMAINS else len(DOMAINS)


def reason(code: str | None) -> str:
    """A reason code in words; an unknown code keeps its own."""
    return "no figure: reason not recorded" if not code else REASONS.get(code, code.replace("_", " "))


def named(code: str | None, names: dict[str, str]) -> str:
    """The name of a code, or the code itself made readable."""
    if not code:
        return "not recorded"
    return names.get(code) or code.replace("_", " ").capitalize()


def money(amount: Decimal | None) -> str:
    """GBP in whole pounds: £1,234."""
    if amount is None:
        return "not costed"
    pounds = amount.quantize(Decimal(1), ROUND_HALF_UP)
    return f"{MINUS if pounds < 0 else ''}£{abs(pounds):,}"


def percent(share: Decimal | None) -> str:
    """A share of 0 to 1 as a percentage with one decimal."""
    return "not known" if share is None else f"{_rounded(share * 100, 1)}%"


def chance(probability: Decimal) -> str:
    """A probability of 0 to 1 as a percentage; an estimate is never certain, so it never reads 0% or 100%."""
    if probability < Decimal("0.001"):
        return "under 0.1%"
    return "over 99.9%" if probability > Decimal("0.999") else percent(probability)


def plain(number: Decimal | int | None) -> str:
    """A number without needless zeros: 2.50 is 2.5, 10.0 is 10."""
    if number is None:
        return "not known"
    text = f"{Decimal(number):,f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", MINUS)


def hundredths(number: Decimal | None) -> str:
    """A number with two decimals, so that a column of them lines up."""
    return "not known" if number is None else _rounded(number, 2)


def measured(value: Decimal | None, unit: str, domain: str) -> str:
    """A value in the words of its unit; progress carries its sign, because nought is the national middle."""
    if value is None:
        return "none"
    if unit in ("grade", "level"):
        return CONCERNS.get(int(value), plain(value))
    places, after = UNITS.get(unit, (1, ""))
    sign = "+" if domain == "progress" and value > 0 else ""
    return sign + _rounded(value, places) + after


def counted(number: int, thing: str, plural: str | None = None) -> str:
    """1 school, 2 schools."""
    return f"{number:,} {thing if number == 1 else plural or thing + 's'}"


def long_date(day: date | None) -> str:
    """30 June 2019."""
    return "not recorded" if day is None else f"{day.day} {day:%B %Y}"


def moment(when: datetime) -> str:
    """30 June 2019 at 14:05 UTC, the same on every machine."""
    there = when.astimezone(UTC)
    return f"{long_date(there.date())} at {there:%H:%M} UTC"


def school_year(ends_in: int) -> str:
    """2020 is 2019/20."""
    return f"{ends_in - 1}/{ends_in % 100:02d}"


def _rounded(value: Decimal, places: int) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    # Decimal keeps the sign of a nought: -0.04 would read "-0.0".
    return f"{abs(rounded) if rounded == 0 else rounded}".replace("-", MINUS)
