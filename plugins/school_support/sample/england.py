"""Builds the fictional country: the sample authority and some forty others around it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from school_support.errors import SupportListError
from school_support.sample import names
from school_support.sample.fenmere import FENMERE, FIRST_URN, fenmere_plans
from school_support.sample.kinds import KINDS
from school_support.sample.links import register_links
from school_support.sample.quality import follow_script, quality_paths
from school_support.sample.randomness import stream
from school_support.sample.rolls import with_falling_rolls
from school_support.sample.schools import Authority, England, Establishment, How, Plan, Site, first_intake

TODAY = dt.date(2026, 6, 30)  # the last day the sample knows about
OTHER_FIRST_URN = 900001
FENMERE_SCHOOLS = 80
FEWEST_SCHOOLS = 150
MOST_AUTHORITIES = len(names.AUTHORITIES)
SCHOOLS_AN_AUTHORITY = 73

# Shares of the stages among the open schools of an authority.
STAGES = {"infant": 0.04, "junior": 0.04, "primary": 0.70, "secondary": 0.15, "special": 0.05, "pru": 0.02}
AGES = {
    "infant": (4, 7), "junior": (7, 11), "primary": (4, 11), "secondary": (11, 16), "special": (4, 19),
    "pru": (11, 16), "nursery": (2, 5), "independent": (11, 18),
}  # fmt: skip

# What schools of a stage are in 2026: still maintained, a converted or sponsored academy, or a free school.
PRIMARY_STATUS = {"maintained": 0.55, "converts": 0.30, "sponsored": 0.13, "free": 0.02}
SECONDARY_STATUS = {"maintained": 0.19, "converts": 0.45, "sponsored": 0.28, "free": 0.08}
SPECIAL_STATUS = {"maintained": 0.60, "converts": 0.26, "sponsored": 0.05, "free": 0.09}
MAINTAINED_TYPES = {"community": 0.55, "aided": 0.22, "controlled": 0.15, "foundation": 0.08}

FORMS_OF_ENTRY = ((0.5, 0.12), (1.0, 0.40), (1.5, 0.12), (2.0, 0.28), (3.0, 0.08))
ABSORBED_EVERY = 2  # one authority in so many has a school that took in another
TINY_HOSPITAL_EVERY = 5  # and one in so many a hospital school with five pupils at most
INDEPENDENT_SCHOOLS = 2

# Most pupils' earlier attainment is known; a few schools that pupils join late fall under half (LOWCOV).
COVERAGE, LOW_COVERAGE, FEW_COVERED = 0.95, 0.45, 0.004
LATE_JOINERS = {"wharfside"}  # a key of fenmere_schools.csv


def build_england(seed: int, schools: int) -> England:
    """The country with `schools` state-funded schools open on 30 June 2026, eighty of them in Fenmere.

    Raises:
        SupportListError: fewer schools are asked for than a country around Fenmere needs.
    """
    if schools < FEWEST_SCHOOLS:
        raise SupportListError(
            f"The sample needs at least {FEWEST_SCHOOLS} schools: {FENMERE_SCHOOLS} are Fenmere's own and "
            f"the rest make the national averages. {schools} were asked for; ask for more."
        )
    others = _other_authorities(schools - FENMERE_SCHOOLS)
    establishments = _establish(FENMERE, fenmere_plans(), FIRST_URN, seed)
    for authority, size in others:
        first_urn = OTHER_FIRST_URN + len(establishments)
        plans = _plans(authority, size, stream(seed, "plans", authority.code))
        plans = with_falling_rolls(plans, stream(seed, "rolls", authority.code))
        establishments += _establish(authority, plans, first_urn, seed)
    authorities = [FENMERE, *(authority for authority, _ in others)]
    return England(authorities, establishments, register_links(establishments))


def _other_authorities(schools: int) -> list[tuple[Authority, int]]:
    """Authorities with the number of open schools each has; codes 100 to 139 belong to no real one."""
    count = min(MOST_AUTHORITIES, max(2, round(schools / SCHOOLS_AN_AUTHORITY)))
    sizes = [schools // count + (index < schools % count) for index in range(count)]
    return [
        (
            Authority(
                code=str(100 + index),
                name=names.AUTHORITIES[index],
                region=names.REGIONS[index % len(names.REGIONS)],
                # No real postcode area begins with X.
                postcode_area=f"X{chr(ord('A') + index % 26)}",
            ),
            size,
        )
        for index, size in enumerate(sizes)
    ]


def _choice(rng: np.random.Generator, shares: dict[str, float]) -> str:
    weights = np.array(list(shares.values()))
    return str(rng.choice(list(shares), p=weights / weights.sum()))


def _place_names(rng: np.random.Generator) -> Iterator[str]:
    """Invented places, none twice within an authority."""
    ends = len(names.PLACE_ENDS)
    for pick in rng.permutation(len(names.PLACE_STARTS) * ends):
        yield names.PLACE_STARTS[pick // ends] + names.PLACE_ENDS[pick % ends]


def _conversion_day(rng: np.random.Generator, how: str) -> dt.date:
    """Academies open on the first of a month, most on 1 September."""
    year = int(rng.integers(2011, 2026))
    months = (9, 9, 9, 9, 4, 4, 12, 2, 11) if how == "converts" else (9, 9, 9, 12)
    return dt.date(year, int(rng.choice(months)), 1)


def _pupils(stage: str, rng: np.random.Generator) -> int:
    forms = float(rng.choice([f for f, _ in FORMS_OF_ENTRY], p=[p for _, p in FORMS_OF_ENTRY]))
    occupancy = float(rng.uniform(0.82, 1.03))
    if stage in {"infant", "junior", "primary"}:
        low, high = AGES[stage]
        return max(20, round(30 * forms * occupancy * (high - low)))
    sizes = {"secondary": (520, 1400), "special": (60, 180), "pru": (20, 90), "nursery": (50, 110)}
    smallest, largest = sizes.get(stage, (150, 800))
    return int(rng.integers(smallest, largest))


def _name(place: str, stage: str, faith: str, rng: np.random.Generator) -> str:
    saint = names.SAINTS[int(rng.integers(len(names.SAINTS)))]
    levels = {"infant": "Infant School", "junior": "Junior School", "primary": "Primary School"}
    level = levels.get(stage, "School")
    if faith == "Roman Catholic":
        # The real register tells schools of one saint apart by the place, after a comma.
        return f"St {saint}'s Catholic {level}, {place}"
    if faith == "Church of England":
        return f"{place} CofE {level}"
    endings = {"special": "School", "pru": "Centre", "nursery": "Nursery School", "independent": "College"}
    return f"{place} {endings.get(stage, level)}"


def _plans(authority: Authority, size: int, rng: np.random.Generator) -> list[Plan]:
    """All URNs of one authority: `size` schools open in 2026, what they were before, and what has gone."""
    places = _place_names(rng)
    index = int(authority.code) - 100
    stages = [_choice(rng, STAGES) for _ in range(size - 2)] + ["nursery"]
    plans: list[Plan] = []
    for number, stage in enumerate(stages):
        plans += _school(f"s{number}", stage, next(places), rng)
    plans += _amalgamation(next(places), rng)
    plans.append(_closed_school(next(places), rng))
    plans += _converts_next_september(plans)
    if index % ABSORBED_EVERY == 0:
        plans = _absorb(plans, next(places), rng)
    if index % TINY_HOSPITAL_EVERY == 0:
        plans = _one_tiny_hospital_school(plans)
    plans += [
        replace(_school(f"i{number}", "independent", next(places), rng)[0], faith="None")
        for number in range(INDEPENDENT_SCHOOLS)
    ]
    return plans


def _school(key: str, stage: str, place: str, rng: np.random.Generator) -> list[Plan]:
    """One school open in 2026, after the school it was before it became an academy."""
    pupils = _pupils(stage, rng)
    fsm = float(np.clip(rng.normal(0.25, 0.11), 0.03, 0.65))
    low, high = AGES[stage]
    if stage == "secondary" and rng.random() < 0.5:
        high = 18
    status = "maintained"
    maintained = {"nursery": "nursery", "pru": "pru", "independent": "independent"}.get(stage, "")
    if not maintained:
        shares = {"secondary": SECONDARY_STATUS, "special": SPECIAL_STATUS}.get(stage, PRIMARY_STATUS)
        status = _choice(rng, shares)
        maintained = "community_special" if stage == "special" else _choice(rng, MAINTAINED_TYPES)
    faith = "Does not apply"
    if maintained == "aided":
        faith = str(rng.choice(["Roman Catholic", "Church of England"]))
    elif maintained == "controlled":
        faith = "Church of England"
    name = _name(place, stage, faith, rng)
    plan = Plan(key, name, KINDS[maintained], low, high, pupils, faith, fsm)
    special = "special_" if stage == "special" else ""
    if status == "free":
        opened = dt.date(int(rng.integers(2012, 2024)), 9, 1)
        return [replace(plan, kind=KINDS[f"{special}free"], opened=opened)]
    if status == "maintained":
        return [plan]
    academy = {"converts": "converter", "sponsored": "sponsored"}[status]
    return [
        replace(plan, key=f"{key}_before"),
        replace(
            plan,
            name=name.replace("Primary School", "Primary Academy") if rng.random() < 0.4 else name,
            kind=KINDS[f"{special}{academy}"],
            opened=_conversion_day(rng, status),
            follows=(f"{key}_before",),
            how=cast(How, status),
        ),
    ]


def _amalgamation(place: str, rng: np.random.Generator) -> list[Plan]:
    """A primary school that an infant and a junior school became."""
    opened = dt.date(int(rng.integers(2013, 2025)), 9, 1)
    infant = Plan("infant", f"{place} Infant School", KINDS["community"], 4, 7, 175, "Does not apply", 0.25)
    junior = replace(infant, key="junior", name=f"{place} Junior School", low=7, high=11, pupils=232)
    joined = replace(infant, key="joined", name=f"{place} Primary School", high=11, pupils=402, opened=opened)
    return [infant, junior, replace(joined, follows=("infant", "junior"), how="amalgamates")]


def _closed_school(place: str, rng: np.random.Generator) -> Plan:
    """A small school that closed with nobody after it."""
    closed = dt.date(int(rng.integers(2014, 2026)), 8, 31)
    plan = Plan("gone", f"{place} Primary School", KINDS["community"], 4, 11, 48, "Does not apply", 0.2)
    return replace(plan, closed=closed)


def _converts_next_september(plans: Sequence[Plan]) -> list[Plan]:
    """The academy that one maintained primary school becomes after the last day of the sample."""
    replaced = {key for plan in plans for key in plan.follows}
    candidates = (plan for plan in plans if plan.kind.key == "community" and plan.high == 11)
    before = next((plan for plan in candidates if plan.key not in replaced and plan.closed is None), None)
    if before is None:
        return []
    academy = replace(before, key="next_september", kind=KINDS["converter"], opened=dt.date(2026, 9, 1))
    return [replace(academy, follows=(before.key,), how="converts")]


def _absorb(plans: Sequence[Plan], place: str, rng: np.random.Generator) -> list[Plan]:
    """Close a small school into a neighbour that goes on as it was."""
    closed = replace(_closed_school(place, rng), key="absorbed")
    replaced = {key for plan in plans for key in plan.follows}
    host = next(plan for plan in plans if not (plan.how or plan.closed or plan.key in replaced))
    grown = replace(host, follows=("absorbed",), how="absorbs")
    return [grown if plan is host else plan for plan in plans] + [closed]


def _one_tiny_hospital_school(plans: Sequence[Plan]) -> list[Plan]:
    """Give one special school so few pupils that its absence is suppressed."""
    tiny = next((plan for plan in plans if plan.kind.key == "community_special" and plan.how == ""), None)
    if tiny is None:
        return list(plans)
    name = tiny.name.replace("School", "Hospital School")
    return [replace(plan, pupils=5, name=name) if plan is tiny else plan for plan in plans]


def _establish(authority: Authority, plans: Sequence[Plan], first_urn: int, seed: int) -> list[Establishment]:
    """Give plans their URNs, establishment numbers, closing dates and qualities."""
    rng = stream(seed, "sites", authority.code)
    paths = quality_paths(len(plans), rng)
    growth = rng.normal(-0.004, 0.012, size=len(plans))
    covered = rng.random(len(plans))
    # URNs are given out as schools open.
    order = sorted(range(len(plans)), key=lambda index: (plans[index].opened or dt.date.min, index))
    urn = {plans[index].key: first_urn + place for place, index in enumerate(order)}
    made: dict[str, Establishment] = {}
    for index in order:
        plan = plans[index]
        if plan.how in {"converts", "sponsored"}:
            site = made[plan.follows[0]].site
            if plan.script:
                site.quality = follow_script(paths[index], *plan.script)
        else:
            few_covered = plan.key in LATE_JOINERS or covered[index] < FEW_COVERED
            site = Site(
                key=f"{authority.code} {plan.key}",
                quality=follow_script(paths[index], *plan.script) if plan.script else paths[index],
                pupils=plan.pupils,
                low=plan.low,
                high=plan.high,
                fsm=plan.fsm,
                growth=0.0 if plan.script else float(growth[index]),
                coverage=LOW_COVERAGE if few_covered else COVERAGE,
                started=first_intake(plan),
                fall=plan.fall,
            )
        number = _number(plan, index)
        made[plan.key] = Establishment(urn[plan.key], authority, number, plan, site, plan.closed)
    for school in made.values():
        _close_predecessors(school, [made[key] for key in school.plan.follows])
    return list(made.values())


def _close_predecessors(school: Establishment, predecessors: list[Establishment]) -> None:
    """The old URN closes on the day before the new one opens; an absorbed school has its own date."""
    school.predecessors = predecessors
    for old in predecessors:
        old.followed_by = school.plan.how
        if school.plan.how != "absorbs" and school.opened is not None:
            old.closed = school.opened - dt.timedelta(days=1)


def _number(plan: Plan, index: int) -> int:
    """Numbers tell the stage: 1xxx nursery and PRU, 2-3xxx primary, 4xxx secondary, 7xxx special."""
    if plan.kind.special:
        return 7000 + index
    if plan.kind.key == "independent":
        return 6000 + index
    if plan.kind.key in {"nursery", "pru", "childrens_centre"}:
        return 1000 + index
    if plan.high >= 16:
        return 4000 + index
    return (3000 if plan.kind.key in {"aided", "controlled"} else 2000) + index
