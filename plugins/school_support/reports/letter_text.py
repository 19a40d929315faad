"""What a letter says beside its figures. Every name, number and reason is a string from a row; the template prints it as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from school_support.clock import LONDON
from school_support.errors import SupportListError
from school_support.reports import words
from school_support.reports.edition_data import Candidate, Edition, PanelRow, SupportRow

Kind = Literal["draft", "final", "correction"]
CHAIRS = {"pupil_referral_unit": "The Chair of the Management Committee"}
CIRCULATION = {
    "own": "This letter goes to your school alone; no other school is told your level.",
    "all_schools": "Every school of the area is told the level of every other.",
    "public": "The list of all schools with their levels is public.",
}


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all letters of one posting share. `closes_on`: of a draft, the last day for comments; `contact`: to whom."""

    kind: Kind
    authority: str
    authority_name: str
    list_year: int
    number: str
    dated: date
    as_at: date
    content_hash: str
    demonstration: bool
    circulation: str | None
    contact: str
    closes_on: date | None = None
    replaces: int | None = None
    reason: str | None = None

    @property
    def reference(self) -> str:
        """What an answer quotes: authority, list year, edition, and the beginning of the hash of all it says."""
        return f"{self.authority}/{self.list_year}/{self.number}/{self.content_hash[:12]}"


@dataclass(frozen=True, slots=True)
class LetterText:
    """The words of one letter, in the order in which they stand."""

    title: str
    stamps: list[str]
    sender: str
    dated: str
    dated_iso: str
    reference: str
    offices: list[str]
    school: str
    urn: str
    subject: str
    salutation: str
    opening: list[str]
    level: str
    meaning: str
    facts: list[tuple[str, str]]
    reasons: list[str]
    happens_next: list[str]
    reply: list[str]
    signed: list[str]
    exit_criteria: str


def edition_head(edition: Edition, contact: str) -> Letterhead:
    """The head of an edition's letters: final ones, or corrections where it replaces an edition."""
    return Letterhead(
        kind="final" if edition.replaces is None else "correction",
        authority=edition.authority,
        authority_name=edition.authority_name,
        list_year=edition.list_year,
        number=str(edition.edition),
        dated=edition.published_at.astimezone(LONDON).date(),
        as_at=edition.as_at,
        content_hash=edition.content_hash,
        demonstration=edition.demonstration,
        circulation=edition.circulation,
        contact=contact,
        replaces=edition.replaces,
        reason=edition.reason,
    )


def draft_head(candidate: Candidate, contact: str) -> Letterhead:
    """The head of a candidate's draft letters, dated the day on which its school check opened.

    Raises:
        SupportListError: its school check was never opened, so no letter could say until when to comment.
    """
    if candidate.check is None:
        raise SupportListError(
            f"The school check of candidate {candidate.candidate_id} was not opened, so a draft letter could not say until "
            "when a school may comment. Open it first."
        )
    return Letterhead(
        kind="draft",
        authority=candidate.authority,
        authority_name=candidate.authority_name,
        list_year=candidate.list_year,
        number=f"draft {candidate.candidate_id}",
        dated=candidate.check.opened_on,
        as_at=candidate.as_at,
        content_hash=candidate.content_hash,
        demonstration=candidate.demonstration,
        circulation=candidate.circulation,
        contact=contact,
        closes_on=candidate.check.closes_on,
    )


def offices(row: SupportRow) -> list[str]:
    """To whom a school's letter goes: offices, never names."""
    if _is_academy(row):
        return ["The Principal or Head Teacher", "The Chair of the Trust Board"]
    return ["The Head Teacher", CHAIRS.get(row.phase, "The Chair of Governors")]


def letter_text(
    head: Letterhead,
    row: SupportRow,
    meanings: Mapping[str, str],
    panel: PanelRow | None = None,
    before: SupportRow | None = None,
) -> LetterText:
    """The words of a school's letter.

    Args:
        meanings: what the tiers mean, by tier.
        panel: the decision about the school that is in force.
        before: the school in the edition that this one replaces.
    """
    addressed = offices(row)
    year = words.school_year(head.list_year)
    # "Offered" and not "given": an academy may decline.
    subject = f"Support {'offered to' if _is_academy(row) else 'for'} your school in {year}"
    subject = {
        "draft": f"Draft for your check: {subject[0].lower()}{subject[1:]}",
        "correction": f"Correction: {subject[0].lower()}{subject[1:]}",
    }.get(head.kind, subject)
    return LetterText(
        title=f"{subject}: {row.school_name}",
        stamps=_stamps(head),
        sender=head.authority_name,
        dated=words.long_date(head.dated),
        dated_iso=head.dated.isoformat(),
        reference=head.reference,
        offices=addressed,
        school=row.school_name,
        urn=row.urn,
        subject=subject,
        salutation=_salutation(addressed),
        opening=_opening(head, row, before),
        level=row.tier_name,
        meaning=_meaning(row, meanings),
        facts=_facts(row, panel),
        reasons=_reasons(row),
        happens_next=_happens_next(head, row),
        reply=_reply(head),
        signed=["The School Improvement Lead", head.authority_name],
        exit_criteria=row.exit_criteria or "",
    )


def _salutation(addressed: list[str]) -> str:
    head, chair = (office.removeprefix("The ") for office in addressed)
    return f"Dear {head.removesuffix(' or Head Teacher')} and {chair},"


def _stamps(head: Letterhead) -> list[str]:
    stamps = []
    if head.demonstration:
        stamps.append("DEMONSTRATION: no decision of an authority")
    if head.closes_on is not None:
        stamps.append(f"DRAFT: not decided; comments by {words.long_date(head.closes_on)}")
    return stamps


def _opening(head: Letterhead, row: SupportRow, before: SupportRow | None) -> list[str]:
    year = words.school_year(head.list_year)
    known = f"what was known on {words.long_date(head.as_at)} and on rules that are the same for every school"
    if _is_academy(row):
        first = (
            f"Each year the authority decides which level of support it offers to each school. For {year} it offers your "
            f"school the level below; the offer rests on {known}. Your school is an academy or free school, over which the "
            "authority has no powers: the trust may take up the offer in whole, in part or not at all."
        )
    else:
        first = (
            f"Each year the authority decides which level of support each school has, so that help goes where it is needed "
            f"most. Your school's level for {year} is below; it rests on {known}."
        )
    paragraphs = [first]
    if head.kind == "draft":
        paragraphs.insert(
            0,
            "This is a draft. Nothing is decided: please check it before the panel does, and tell us what is wrong or what we "
            "did not know.",
        )
    if head.kind == "correction":
        paragraphs.insert(0, _correction(head, row, before))
    return paragraphs


def _correction(head: Letterhead, row: SupportRow, before: SupportRow | None) -> str:
    why = f"The reason for the correction: {head.reason}"
    if before is None:
        return f"Your school was not in edition {head.replaces}, which this edition replaces. {why}"
    start = f"This letter replaces the one about edition {head.replaces}."
    if before.tier != row.tier:
        return f"{start} Your school's level was {before.tier_name}; it is now {row.tier_name}. {why}"
    return f"{start} Your school's level, {row.tier_name}, stays as it was; {_changed(before, row)}. {why}"


def _changed(before: SupportRow, row: SupportRow) -> str:
    changes = []
    if before.support_days != row.support_days:
        changes.append(f"the days of support change from {_days(before)} to {_days(row)}")
    if (before.points, before.points_available) != (row.points, row.points_available):
        changes.append(f"the points change from {_points(before)} to {_points(row)}")
    return " and ".join(changes) or "what is said about it changes"


def _meaning(row: SupportRow, meanings: Mapping[str, str]) -> str:
    meaning = meanings.get(row.tier, "")
    meaning = f"{meaning[:1].upper()}{meaning[1:]}." if meaning else ""
    if row.tier_rank is None:
        return (
            f"Too little was known to place your school by points. That says nothing good or bad about it. {meaning}"
        ).strip()
    return meaning


def _facts(row: SupportRow, panel: PanelRow | None) -> list[tuple[str, str]]:
    how = words.named(row.decided_by, words.DECIDED)
    if row.decision == "override":
        how = f"the panel; the rules alone give {row.computed_tier_name}, by {how}"
    points = _points(row)
    facts = [
        ("Support", _days(row)),
        ("Set by", how),
        ("Points", f"{points}; more points mean more need of support" if row.points_available else points),
        ("Evidence known", words.percent(row.coverage)),
    ]
    if row.decision and panel is not None:
        verb = "confirmed the level" if row.decision == "confirm" else "set another level"
        facts.append(
            (
                "Panel",
                f"{verb} on {words.long_date(panel.decided_on)}, until {words.long_date(panel.expires_on)}. "
                f"Its reason: {row.decision_reason or 'not recorded'}",
            )
        )
    return facts


def _reasons(row: SupportRow) -> list[str]:
    """The sentences why; the panel's reason has a place of its own."""
    told = f"Its reason: {row.decision_reason}" if row.decision == "override" else None
    lines = [line.strip() for line in (row.reasons or "").split("\n")]
    return [line for line in lines if line and not (told and line.endswith(told))]


def _happens_next(head: Letterhead, row: SupportRow) -> list[str]:
    days = _days(row)
    if head.kind == "draft":
        steps = [
            "Every comment that comes in time is answered in writing, with what became of it and why. Then the panel "
            "decides, and a final letter follows.",
            f"If the draft stands, your school has {days} of an adviser's time.",
        ]
    else:
        steps = [
            f"An adviser will get in touch to agree with you how the {days} of support are best used, and when."
            if row.support_days
            else "An adviser will get in touch to agree with you what support is best.",
            "The list is made anew each year. If the level has to change before then, you will have a letter that says why.",
        ]
    if _is_academy(row):
        steps.append(
            "Whether to take up the offer is for the trust to decide. Please let us know either way, so that the days can "
            "go to another school if you do not need them."
        )
    formal = "" if _is_academy(row) else "This is not a warning notice and begins no formal step. "
    steps.append(
        f"{formal}A level of support is not an Ofsted grade, not a forecast of the next inspection and not a judgement of the "
        "whole school."
    )
    if head.circulation:
        steps.append(CIRCULATION[head.circulation])
    return steps


def _reply(head: Letterhead) -> list[str]:
    if head.closes_on is not None:
        return [
            f"Please send comments by {words.long_date(head.closes_on)} to {head.contact}, and quote the reference.",
            "A comment counts if it points out a factual error (say which sentence or figure is wrong, and what is right) or "
            "gives new evidence (what the authority did not have). Please name no pupil and no member of staff.",
        ]
    return [
        f"If anything is wrong, or you would like to talk it over, please write to {head.contact} and quote the reference. "
        "Please name no pupil and no member of staff.",
    ]


def _is_academy(row: SupportRow) -> bool:
    return row.sector == "academy"


def _days(row: SupportRow) -> str:
    if row.support_days is None:
        return "not set"
    return f"{words.plain(row.support_days)} {'day' if row.support_days == 1 else 'days'}"


def _points(row: SupportRow) -> str:
    if row.points is None or not row.points_available:
        return "none available"
    share = f" ({words.percent(row.points_share)})" if row.points_share is not None else ""
    return f"{words.hundredths(row.points)} of {words.hundredths(row.points_available)} available{share}"
