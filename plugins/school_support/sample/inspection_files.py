"""Ofsted's management information: the latest inspections as at a day, in two of its layouts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TypeVar

from school_support.sample.inspections import AREAS, Card, Graded, History, Inspection, Ungraded
from school_support.sample.layouts import OFSTED_2015, OFSTED_REPORT_CARD, Row
from school_support.sample.register import admissions, phase, postcode, sixth_form
from school_support.sample.schools import England, Establishment, How

NOT_APPLICABLE = "9"
NULL = "NULL"
REPORTS = "http://www.ofsted.gov.uk/inspection-reports/find-inspection-report/provider/ELS"
OEIF_FROM = dt.date(2019, 9, 1)  # the framework that the report-card files still carry along

NORTH_EAST = {"North East", "Yorkshire and the Humber"}  # two regions that Ofsted joins

AREA_COLUMNS = dict(
    zip(
        AREAS,
        (
            "Inclusion",
            "Curriculum and teaching",
            "Achievement",
            "Attendance and behaviour",
            "Personal development and wellbeing",
            "Leadership and governance",
        ),
        strict=True,
    )
)

AnInspection = TypeVar("AnInspection", bound=Inspection)


def _latest(inspections: Iterable[Inspection], kind: type[AnInspection], count: int | None = 1) -> list[AnInspection]:
    """The last `count` inspections of a kind, latest first; all of them for None."""
    found = [inspection for inspection in inspections if isinstance(inspection, kind)]
    return sorted(found, key=lambda inspection: inspection.started, reverse=True)[:count]


def _ofsted_phase(school: Establishment, *, pupil_referral_unit: str) -> str:
    if school.kind.special:
        return "Special"
    return pupil_referral_unit if school.kind.key == "pru" else phase(school)


def _ofsted_region(school: Establishment, north_east: str) -> str:
    return north_east if school.authority.region in NORTH_EAST else school.authority.region


def _has_early_years(school: Establishment) -> bool:
    return school.plan.low <= 4 and school.kind.mainstream


def _known(school: Establishment, history: History, day: dt.date, *changes: How) -> list[Inspection]:
    """Inspections published by a day, those of earlier URNs as far back as the named changes reach."""
    urns = {school.urn, *(old.urn for old in school.previous_selves(*changes))}
    return [
        inspection
        for inspection in history.get(school.site.key, [])
        if inspection.published <= day and inspection.school.urn in urns
    ]


def rows_2015(england: England, history: History, day: dt.date) -> Iterator[Row]:
    """The 25-column layout: schools with an overall grade, the latest and the one before it.

    A converter keeps the grades of the school it was; a sponsored academy starts with none. Inspections
    without an overall grade (from September 2024) have no place in it, so the older grade stays.
    """
    for school in england.state_funded_on(day):
        known = _known(school, history, day, "converts")
        graded = [inspection for inspection in _latest(known, Graded, None) if inspection.overall]
        if graded:
            yield OFSTED_2015.row(_values_2015(school, graded, day))


def _values_2015(school: Establishment, graded: list[Graded], day: dt.date) -> dict[str, str]:
    latest = graded[0]
    values = {
        "Web Link": "Ofsted School Webpage",
        "URN": str(school.urn),
        "Laestab": school.laestab,
        "School name": school.name,
        "Ofsted Region": _ofsted_region(school, "North East, Yorkshire and Humber"),
        "Government Office Region": school.authority.region,
        "Local Authority": school.authority.name,
        "Parliamentary Constituency": school.authority.name,
        "Type of school": school.kind.ofsted_2015,
        "Postcode": postcode(school),
        "Ofsted Phase": _ofsted_phase(school, pupil_referral_unit="PRU"),
        "Total pupils": str(school.site.roll(day.year)),
        "Latest inspection date": latest.started.isoformat(),
        "Overall effectiveness: how good is the school": str(latest.overall),
        "Effectiveness of the sixth form provision": _where_applicable(school, latest, sixth=True),
        "Effectiveness of the Early Years provision": _where_applicable(school, latest, sixth=False),
        "Achievement of pupils": str(latest.quality_of_education),
        "How well do learners achieve?": NOT_APPLICABLE,
        "The quality of teaching": str(latest.quality_of_education),
        "Behaviour and safety of pupils": str(latest.behaviour_and_attitudes),
        "Leadership and management": str(latest.leadership_and_management),
        "Category": _category_2015(latest),
    }
    if len(graded) > 1:
        values |= {
            "Previous inspection date": graded[1].started.isoformat(),
            "previous overall effectiveness": str(graded[1].overall),
            "Previous category": _category_2015(graded[1]),
        }
    return values


def _category_2015(inspection: Graded) -> str:
    return "SM " if inspection.category == "SM" else inspection.category  # a trailing space, as in 2015


def _where_applicable(school: Establishment, inspection: Graded, *, sixth: bool) -> str:
    applies = school.plan.high >= 18 and school.kind.mainstream if sixth else _has_early_years(school)
    return str(inspection.quality_of_education) if applies else NOT_APPLICABLE


def rows_report_card(england: England, history: History, day: dt.date) -> Iterator[Row]:
    """The 85-column layout: every open state-funded school, NULL where it had no such inspection.

    Inspections of an earlier URN are shown with "No" in the column that asks whether they relate to the
    present school, for sponsored academies too.
    """
    for school in england.state_funded_on(day):
        known = _known(school, history, day, "converts", "sponsored")
        values = dict.fromkeys(OFSTED_REPORT_CARD.header, NULL) | _identity(school, day)
        # Report cards after graded inspections, so that they say which category is most recent.
        for graded in _latest((each for each in known if each.started >= OEIF_FROM), Graded):
            values |= _oeif_values(school, graded)
        for card in _latest(known, Card):
            values |= _card_values(school, card)
        for ungraded in _latest(known, Ungraded):
            values |= _ungraded_values(school, ungraded)
        yield OFSTED_REPORT_CARD.row(values)


def _uk(day: dt.date) -> str:
    return day.strftime("%d/%m/%Y")


def _relates(school: Establishment, inspection: Inspection) -> str:
    return "Yes" if inspection.school.urn == school.urn else "No"


def _identity(school: Establishment, day: dt.date) -> dict[str, str]:
    faith = school.plan.faith
    academy = school.kind.sector == "academy"
    trust_uid = str(70000 + int(school.authority.code))
    trust = f"{school.authority.name} Learning Trust"
    return {
        "Web Link (opens in new window)": f"{REPORTS}/{school.urn}",
        "URN": str(school.urn),
        "LAESTAB": school.laestab,
        "School name": school.name,
        "Ofsted phase": _ofsted_phase(school, pupil_referral_unit="Alternative provision"),
        "Type of education": school.kind.ofsted_report_card,
        "School open date": _uk(school.opened) if school.opened else NULL,
        "Admissions policy": admissions(school),
        "Sixth form": sixth_form(school),
        "Designated religious character": faith,
        "Religious ethos": "Does not apply",
        "Faith grouping": "Non-faith" if faith == "Does not apply" else "Christian",
        "Ofsted region": _ofsted_region(school, "North East, Yorkshire and the Humber"),
        "Region": school.authority.region,
        "Local authority": school.authority.name,
        "Parliamentary constituency": school.authority.name,
        "Postcode": postcode(school),
        "Multi-academy trust UID": trust_uid if academy else NULL,
        "Multi-academy trust name": trust.upper() if academy else NULL,
        "Academy sponsor UID": trust_uid if academy else NULL,
        "Academy sponsor name": trust if academy else NULL,
        "The income deprivation affecting children index (IDACI) quintile": str(
            1 + min(4, int(school.site.fsm * 12.5))
        ),
        "Total number of pupils": str(school.site.roll(day.year)),
        "Statutory lowest age": str(school.plan.low),
        "Statutory highest age": str(school.plan.high),
    }


def _oeif_values(school: Establishment, inspection: Graded) -> dict[str, str]:
    then = inspection.school
    kind = "S5 Inspection"
    return {
        "Inspection number of latest OEIF graded inspection": str(inspection.number),
        "Inspection type of latest OEIF graded inspection": kind,
        "Inspection type grouping of latest OEIF graded inspection": kind,
        "Event type grouping of latest OEIF graded inspection": "Schools - S5",
        "Inspection start date of latest OEIF graded inspection": _uk(inspection.started),
        "Publication date of latest OEIF graded inspection": _uk(inspection.published),
        "Does the latest OEIF graded inspection relate to the URN of the current school?": _relates(school, inspection),
        "URN at time of latest OEIF graded inspection": str(then.urn),
        "LAESTAB at time of latest OEIF graded inspection": then.laestab,
        "School name at time of latest OEIF graded inspection": then.name,
        "School type at time of latest OEIF graded inspection": then.kind.ofsted_report_card,
        # Empty where the school was graded and has no category; NULL only where it was never graded.
        "Latest OEIF category of concern": inspection.category,
        "Latest OEIF overall effectiveness": str(inspection.overall or "Not judged"),
        "Latest OEIF quality of education": str(inspection.quality_of_education),
        "Latest OEIF behaviour and attitudes": str(inspection.behaviour_and_attitudes),
        "Latest OEIF personal development": str(inspection.personal_development),
        "Latest OEIF effectiveness of leadership and management": str(inspection.leadership_and_management),
        "Latest OEIF  safeguarding is effective?": "Yes" if inspection.safe else "No",
        "Latest OEIF early years provision (where applicable)": _where_applicable(then, inspection, sixth=False),
        "Latest OEIF sixth form provision (where applicable)": _where_applicable(then, inspection, sixth=True),
        "Most recent category of concern": inspection.category,
    }


def _card_values(school: Establishment, inspection: Card) -> dict[str, str]:
    then = inspection.school
    day = _uk(inspection.started)
    values = {
        "Inspection number of latest full inspection": str(inspection.number),
        "Inspection type": "S5 Inspection",
        "Inspection type grouping": "S5 Inspection",
        "Event type grouping": "Schools - S5",
        "Inspection start date": day,
        "Publication date": _uk(inspection.published),
        "Does the latest full inspection relate to the URN of the current school?": _relates(school, inspection),
        "URN at time of latest full inspection": str(then.urn),
        "LAESTAB at time of latest full inspection": then.laestab,
        "School name at time of latest full inspection": then.name,
        "School type at time of latest full inspection": then.kind.ofsted_report_card,
        "Category of concern": inspection.category,
        "Safeguarding standards": "Met" if inspection.safe else "Not met",
        "Safeguarding standards - date of judgement": day,
        "Early years (where applicable)": _card_grade(inspection, _has_early_years(then)),
        "Early years - date of judgement": day,
        "Post-16 provision (where applicable)": _card_grade(inspection, then.plan.high >= 18),
        "Post-16 provision - date of judgement": day,
        "Most recent category of concern": inspection.category,
    }
    for area, column in AREA_COLUMNS.items():
        values |= {column: inspection.grades[area], f"{column} - date of judgement": day}
    return values


def _card_grade(inspection: Card, applies: bool) -> str:
    """Early years and post-16 follow the grade for curriculum and teaching."""
    return inspection.grades["curriculum_and_teaching"] if applies else "Not applicable"


def _ungraded_values(school: Establishment, inspection: Ungraded) -> dict[str, str]:
    then = inspection.school
    return {
        "Latest ungraded inspection number": str(inspection.number),
        "Date of latest ungraded inspection": _uk(inspection.started),
        "Ungraded inspection publication date": _uk(inspection.published),
        "Does the ungraded inspection relate to the URN of the current school?": _relates(school, inspection),
        "URN at time of the ungraded inspection": str(then.urn),
        "LAESTAB at time of the ungraded inspection": then.laestab,
        "School name at time of the ungraded inspection": then.name,
        "School type at time of the ungraded inspection": then.kind.ofsted_report_card,
        "Ungraded inspection overall outcome": inspection.outcome,
    }
