"""The register of schools (GIAS) and its links file, as they stood on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from school_support.sample import names
from school_support.sample.heads import Heads, acting, head_on
from school_support.sample.layouts import GIAS, Row
from school_support.sample.links import links_known
from school_support.sample.school_years import academic_year, census_day
from school_support.sample.schools import England, Establishment, How

# How long before the day a change of URN shows as proposed.
PROPOSED_DAYS = 120

REASON_OPENED: dict[How, str] = {
    "converts": "Academy Converter",
    "sponsored": "New Provision",
    "amalgamates": "Result of Amalgamation",
    "splits": "Split school",
}
REASON_CLOSED: dict[How, str] = {
    "": "Closure",
    "converts": "Academy Converter",
    "sponsored": "For Academy",
    "amalgamates": "Result of Amalgamation/Merger",
    "splits": "De-amalgamation",
    "absorbs": "Result of Amalgamation/Merger",
}
VACANT_EVERY = 97  # one post in so many stands without a name on a day
CAPITALS_EVERY = 89  # and one name in so many in capitals, which is no change of the head
CURLY_EVERY = 3  # the register spells one apostrophe in so many as a right quotation mark (byte 0x92)


def register_name(school: Establishment) -> str:
    """The name as the register spells it; Ofsted and the tables write a straight apostrophe."""
    return school.name.replace("'", "\u2019") if school.urn % CURLY_EVERY == 0 else school.name


def street(school: Establishment) -> str:
    return names.STREETS[school.number % len(names.STREETS)]


def postcode(school: Establishment) -> str:
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    first, second = letters[school.urn % 20], letters[school.urn // 20 % 20]
    return f"{school.authority.postcode_area}{1 + school.number % 19} {1 + school.urn % 9}{first}{second}"


def age_range(school: Establishment) -> str:
    return f"{school.plan.low}-{school.plan.high}"


def _day(day: dt.date | None) -> str:
    return day.strftime("%d-%m-%Y") if day else ""


def phase(school: Establishment) -> str:
    """PhaseOfEducation: special schools, PRUs and independent schools have none."""
    if school.kind.key == "nursery":
        return "Nursery"
    if not school.kind.mainstream:
        return "Not applicable"
    return "Secondary" if school.plan.high >= 16 else "Primary"


def _status(school: Establishment, day: dt.date) -> str:
    if school.opened and school.opened > day:
        return "Proposed to open"
    if school.closed and school.closed < day:
        return "Closed"
    if _leaves_soon(school, day):
        return "Open, but proposed to close"
    return "Open"


def _leaves_soon(school: Establishment, day: dt.date) -> bool:
    return school.closed is not None and day <= school.closed <= day + dt.timedelta(days=PROPOSED_DAYS)


def _reason_opened(school: Establishment) -> str:
    if school.opened is None:
        return "Not applicable"
    return REASON_OPENED.get(school.plan.how, "New Provision")


def register_rows(england: England, heads: Heads, day: dt.date) -> Iterator[Row]:
    """Every URN known on a day: open, closed, and proposed to open within four months."""
    for school in england.establishments:
        if school.opened is None or school.opened <= day + dt.timedelta(days=PROPOSED_DAYS):
            yield GIAS.row(_values(school, day) | _people(school, heads, day))


def _people(school: Establishment, heads: Heads, day: dt.date) -> dict[str, str]:
    """The columns about people; whoever reads the file takes them out."""
    head = head_on(heads, school, day) if school.open_on(day) else None
    if head is None or (school.urn + day.year) % VACANT_EVERY == 0:
        return {}
    post = "Principal" if school.kind.sector == "academy" else "Headteacher"
    shouted = (school.urn + day.year) % CAPITALS_EVERY == 0
    return {
        # Numbers from 01632 960000 to 960999 are kept for fiction.
        "TelephoneNum": f"01632960{school.urn % 1000:03d}",
        "HeadTitle (name)": head.title,
        "HeadFirstName": head.first_name,
        "HeadLastName": head.last_name.upper() if shouted else head.last_name,
        "HeadPreferredJobTitle": f"Acting {post}" if acting(school, academic_year(day)) else post,
    }


def _values(school: Establishment, day: dt.date) -> dict[str, str]:
    status = _status(school, day)
    gone = status in {"Closed", "Open, but proposed to close"}
    academy = school.kind.sector == "academy"
    values = {
        "URN": str(school.urn),
        "LA (code)": school.authority.code,
        "LA (name)": school.authority.name,
        "EstablishmentNumber": str(school.number),
        "EstablishmentName": register_name(school),
        "TypeOfEstablishment (name)": school.kind.register_type,
        "EstablishmentTypeGroup (name)": school.kind.register_group,
        "EstablishmentStatus (name)": status,
        "ReasonEstablishmentOpened (name)": _reason_opened(school),
        "OpenDate": _day(school.opened),
        "ReasonEstablishmentClosed (name)": _reason_closed(school, gone),
        "CloseDate": _day(school.closed) if gone else "",
        "PhaseOfEducation (name)": phase(school),
        "StatutoryLowAge": str(school.plan.low),
        "StatutoryHighAge": str(school.plan.high),
        "Boarders (name)": "No boarders",
        "NurseryProvision (name)": "Has Nursery Classes" if school.plan.low <= 3 else "No Nursery Classes",
        "OfficialSixthForm (name)": sixth_form(school),
        "Gender (name)": "Mixed",
        "ReligiousCharacter (name)": school.plan.faith,
        "ReligiousEthos (name)": "Does not apply",
        "Diocese (name)": "Not applicable",
        "AdmissionsPolicy (name)": admissions(school),
        "SchoolCapacity": str(round(school.plan.pupils * 1.05)) if school.plan.pupils else "",
        "SpecialClasses (name)": "No Special Classes",
        "TrustSchoolFlag (name)": "Supported by a multi-academy trust" if academy else "Not applicable",
        "Trusts (name)": f"{school.authority.name.upper()} LEARNING TRUST" if academy else "",
        "FederationFlag (name)": "Not applicable" if academy else "Not under a federation",
        "LastChangedDate": _day(day),
        "Street": street(school),
        "Town": school.authority.name,
        "Postcode": postcode(school),
        "GOR (name)": school.authority.region,
        "DistrictAdministrative (name)": school.authority.name,
        "ParliamentaryConstituency (name)": school.authority.name,
        "UrbanRural (name)": "(England/Wales) Urban city and town",
        "GSSLACode": "X999999",
    }
    roll = school.site.roll(day.year)
    if roll and status in {"Open", "Open, but proposed to close"}:
        boys = round(roll * 0.51)
        values |= {
            "CensusDate": _day(census_day(day.year)),
            "NumberOfPupils": str(roll),
            "NumberOfBoys": str(boys),
            "NumberOfGirls": str(roll - boys),
            "PercentageFSM": f"{100 * school.site.fsm:.1f}",
        }
    return values


def _reason_closed(school: Establishment, gone: bool) -> str:
    if gone:
        return REASON_CLOSED[school.followed_by]
    return "Not applicable" if school.kind.sector == "maintained" else ""


def admissions(school: Establishment) -> str:
    """The admissions policy, in the words that the register and Ofsted share."""
    if phase(school) != "Secondary":
        return "Not applicable"
    return "Selective" if school.selective else "Non-selective"


def sixth_form(school: Establishment) -> str:
    """Whether it has a sixth form, in the words that the register and Ofsted share."""
    if phase(school) == "Nursery":
        return "Not applicable"
    return "Has a sixth form" if school.plan.high >= 18 else "Does not have a sixth form"


def link_rows(england: England, day: dt.date) -> Iterator[Row]:
    """The links file of a day, ordered by URN as the real one is."""
    spelt = {school.urn: register_name(school) for school in england.establishments}
    for link in sorted(links_known(england.links, day), key=lambda link: (link.urn, link.link_urn)):
        yield (link.urn, link.link_urn, spelt[link.link_urn], link.link_type, _day(link.established))
