from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import pytest
from pypdf import PdfReader

from school_support.errors import SupportListError
from school_support.reports.edition_data import (
    Candidate,
    CandidateData,
    EditionData,
    IndicatorRow,
    PanelRow,
    ResultRow,
    SchoolCheck,
    SupportRow,
)
from school_support.reports.letters import Letter, draft_letters, edition_letters

CONTACT = "improvement@fenbridge.example"
# How figures of a unit read: places, and what stands after them in the table.
READS = {"percent": (1, "%"), "score": (1, ""), "points": (2, "")}
MakeEdition = Callable[..., EditionData]


@cache
def pages_of(letter: Letter) -> list[str]:
    """The text of each page, spaces and line breaks as one space."""
    return [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(io.BytesIO(letter.pdf)).pages]


def text_of(letter: Letter) -> str:
    return " ".join(pages_of(letter))


def squeezed(text: str) -> str:
    """Without any space: where a line breaks inside a text says nothing."""
    return re.sub(r"\s+", "", text)


def says(letter: Letter, text: str) -> bool:
    return squeezed(text) in squeezed(text_of(letter))


def formatted(value: Decimal, unit: str, signed: bool) -> str:
    """A figure as a reader expects it, by another way than the letter's own."""
    places, after = READS[unit]
    number = value.quantize(Decimal(10) ** -places, rounding=ROUND_HALF_UP)
    sign = "\N{MINUS SIGN}" if number < 0 else "+" if signed and value > 0 else ""
    return f"{sign}{abs(number):.{places}f}{after}"


def first_of(edition: EditionData, wanted: Callable[[SupportRow], bool]) -> SupportRow:
    return next(row for row in edition.support if wanted(row))


def letter_to(edition: EditionData, row: SupportRow, **changes: object) -> Letter:
    """The letter of one school whose row is changed so."""
    alone = replace(edition, support=[replace(row, **changes)])  # type: ignore[arg-type]
    return edition_letters(alone, CONTACT)[0]


@pytest.fixture(scope="module")
def first_edition(edition: EditionData) -> EditionData:
    """The fictional edition as the first of its list year, no demonstration."""
    of_record = replace(edition.edition, edition=1, replaces=None, reason=None, demonstration=False)
    return replace(edition, edition=of_record)


@pytest.fixture(scope="module")
def letters(first_edition: EditionData) -> Mapping[str, Letter]:
    return {letter.urn: letter for letter in edition_letters(first_edition, CONTACT)}


@pytest.fixture(scope="module")
def candidate(edition: EditionData) -> CandidateData:
    known = edition.edition
    return CandidateData(
        candidate=Candidate(
            candidate_id=5, authority=known.authority, authority_name=known.authority_name, list_year=known.list_year,
            as_at=known.as_at, ruleset=known.ruleset, content_hash=known.content_hash, demonstration=False,
            circulation="own", check=SchoolCheck(date(2019, 6, 10), date(2019, 6, 21)),
        ),
        support=edition.support[:6], risk=edition.risk, indicators=edition.indicators, schools=edition.schools,
        inspections=edition.inspections, results=edition.results, fairness=edition.fairness, panel=edition.panel,
        releases=edition.releases, meanings=edition.meanings, rules=edition.rules,
    )  # fmt: skip


def test_every_school_has_one_letter_of_two_accessible_pages(
    first_edition: EditionData, letters: Mapping[str, Letter]
) -> None:
    assert letters.keys() == {row.urn for row in first_edition.support}
    for row in first_edition.support:
        reader = PdfReader(io.BytesIO(letters[row.urn].pdf))
        assert len(reader.pages) == 2, row.school_name
        root = reader.trailer["/Root"]
        assert root["/Lang"] == "en-GB"
        assert root["/MarkInfo"]["/Marked"]
        assert row.school_name in (reader.metadata.title or "")  # type: ignore[union-attr]
        assert b"pdfuaid" in root["/Metadata"].get_data()


def test_tier_days_meaning_and_reasons_are_those_of_the_row(
    first_edition: EditionData, letters: Mapping[str, Letter]
) -> None:
    for row in first_edition.support:
        letter = letters[row.urn]
        first = squeezed(pages_of(letter)[0])
        days = f"{row.support_days:f}".rstrip("0").rstrip(".")
        for said in (
            row.school_name, row.urn, row.tier_name, f"Support{days}day", first_edition.meanings[row.tier][1:],
            *(row.reasons or "").split("\n"),
        ):  # fmt: skip
            assert squeezed(said) in first, (row.urn, said)
        assert says(letter, "999/2020/1/4f3a4f3a4f3a")
        meaning = first_edition.meanings[row.tier]
        under_it = f"{meaning[0].upper()}{meaning[1:]}" if row.tier_rank else "Too little was known"
        assert squeezed(f"{row.tier_name} {under_it}") in first


def test_every_figure_is_that_of_its_row(first_edition: EditionData, letters: Mapping[str, Letter]) -> None:
    compared = 0
    for row in first_edition.indicators:
        if row.national is None or row.value is None:
            continue
        signed = row.domain == "progress"
        school, low, high, national, similar = (
            formatted(number, row.unit, signed)
            for number in (row.value, row.interval_low, row.interval_high, row.national, row.similar_value)
            if number is not None
        )
        assert row.n is not None
        flag = f"({row.flag}concern)" if row.flag in ("likely", "possible") else ""
        line = f"{row.indicator_name}{flag}15/16to17/18{row.n:.0f}{school}{low}to{high}{national}{similar}"
        assert squeezed(line) in squeezed(pages_of(letters[row.urn])[1]), (row.urn, line)
        compared += 1
    assert compared > 200


def test_a_missing_figure_is_words_and_never_nought(first_edition: EditionData, letters: Mapping[str, Letter]) -> None:
    missing = [row for row in first_edition.indicators if row.reason_code == "suppressed"]
    assert missing
    for row in missing:
        told = f"{row.indicator_name} No figure: suppressed: 5 or fewer pupils"
        assert squeezed(told) in squeezed(pages_of(letters[row.urn])[1])


def test_results_over_the_years_are_those_of_the_rows_with_gaps(first_edition: EditionData) -> None:
    row = first_of(first_edition, lambda row: row.phase == "primary")
    values = {2014: "48.5", 2015: None, 2017: "61.0", 2018: "57.5"}
    results = [
        ResultRow(row.urn, row.urn, year, "KS2", "ks2_rwm_expected", Decimal(value) if value else None,
                  None if value else "suppressed", Decimal(30), "final", "a release")
        for year, value in values.items()
    ]  # fmt: skip
    letter = letter_to(replace(first_edition, results=results), row)
    second = squeezed(pages_of(letter)[1])
    assert [second.count(f"{value}%") for value in values.values() if value] == [1, 1, 1]
    assert "14/15:suppressed:5orfewerpupils;15/16:nofile" in second


def test_an_academy_is_offered_and_a_maintained_school_is_not_warned(
    first_edition: EditionData, letters: Mapping[str, Letter]
) -> None:
    for row in first_edition.support:
        letter = letters[row.urn]
        academy = row.sector == "academy"
        assert says(letter, "The Chair of the Trust Board") == academy
        assert says(letter, "over which the authority has no powers") == academy
        assert says(letter, "Support offered to your school") == academy
        assert says(letter, "This is not a warning notice") == (not academy)
        assert letter.addressed_to.startswith("The Principal or Head Teacher; " if academy else "The Head Teacher; ")


def test_insufficient_evidence_has_words_of_its_own(first_edition: EditionData, letters: Mapping[str, Letter]) -> None:
    ranks = {row.tier_rank for row in first_edition.support}
    assert None in ranks
    for row in first_edition.support:
        assert says(letters[row.urn], "That says nothing good or bad about it.") == (row.tier_rank is None)


def test_a_draft_says_until_when_and_what_counts_as_a_comment(candidate: CandidateData) -> None:
    drafts = draft_letters(candidate, CONTACT)
    assert [letter.urn for letter in drafts] == [row.urn for row in candidate.support]
    for letter in drafts:
        assert letter.kind == "draft"
        for page in pages_of(letter):
            assert "DRAFT: not decided; comments by 21 June 2019" in page
        for said in ("Draft for your check", "factual error", "new evidence", "21 June 2019", CONTACT, "10 June 2019"):
            assert says(letter, said), said
        assert says(letter, "999/2020/draft 5/4f3a4f3a4f3a")


def test_a_draft_needs_an_open_school_check(candidate: CandidateData) -> None:
    with pytest.raises(SupportListError, match="was not opened"):
        draft_letters(replace(candidate, candidate=replace(candidate.candidate, check=None)), CONTACT)


def test_what_the_panel_decided_stands_beside_what_the_rules_gave(first_edition: EditionData) -> None:
    row = first_of(first_edition, lambda row: row.tier == "targeted")
    decided = PanelRow(row.urn, "override", "The new head has a plan.", date(2019, 6, 25), date(2020, 7, 31))
    letter = letter_to(
        replace(first_edition, panel=[decided]),
        row,
        tier="light_touch_plus",
        tier_name="Light touch plus",
        tier_rank=2,
        decision="override",
        decision_reason="The new head has a plan.",
        reasons="The panel decided on this level of support; the rules alone give Targeted support. Its reason: "
        f"The new head has a plan.\n{row.reasons}",
    )
    first = squeezed(pages_of(letter)[0])
    for said in (
        "Light touch plus", "the panel; the rules alone give Targeted support", "set another level on 25 June 2019",
        "until 31 July 2020",
    ):  # fmt: skip
        assert squeezed(said) in first
    assert first.count(squeezed("The new head has a plan.")) == 1


def test_a_correction_goes_to_the_schools_whose_row_changed(edition: EditionData) -> None:
    moved, other, newcomer, *rest = edition.support[:8]
    before = [
        replace(moved, tier="before", tier_name="Another level", tier_rank=9),
        replace(other, support_days=Decimal("7.5")),
        *rest,
    ]
    corrected = replace(edition, support=[moved, other, newcomer, *rest], replaced=before)
    letters = {letter.urn: letter for letter in edition_letters(corrected, CONTACT)}
    assert letters.keys() == {moved.urn, other.urn, newcomer.urn}
    assert {letter.kind for letter in letters.values()} == {"correction"}
    for letter in letters.values():
        assert says(letter, "The reason for the correction: A late result was added.")
    assert says(letters[moved.urn], f"level was Another level; it is now {moved.tier_name}.")
    days = f"{other.support_days:f}".rstrip("0").rstrip(".")
    assert says(letters[other.urn], f"the days of support change from 7.5 days to {days} day")
    assert says(letters[newcomer.urn], "Your school was not in edition 1")


def test_a_demonstration_is_stamped_on_every_page(edition: EditionData, letters: Mapping[str, Letter]) -> None:
    for letter in edition_letters(replace(edition, support=edition.support[:2]), CONTACT):
        assert ["DEMONSTRATION" in page for page in pages_of(letter)] == [True, True]
    assert "DEMONSTRATION" not in text_of(letters[edition.support[0].urn])


HOSTILE = (
    '#let x = 1; #panic("read")', "$ x^2 $ and `code`", "<script>alert(1)</script>", "[x] *bold* _under_ // gone",
    "\"Quoted\" 'School' \\ #sys.inputs", "#" * 60, "St Mary's " * 14, "@label <label> = Heading - item + item /* gone */",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_is_read_as_markup(first_edition: EditionData, name: str) -> None:
    row = first_of(first_edition, lambda row: row.tier == "targeted")
    letter = letter_to(first_edition, row, school_name=name, reasons=f"{name}\n{name}", exit_criteria=name)
    assert len(pages_of(letter)) == 2
    # On page one as the addressee and as two reasons, in both footers, and as the exit criteria.
    assert squeezed(text_of(letter)).count(squeezed(name)) >= 6


def test_a_character_without_a_glyph_costs_no_letter(first_edition: EditionData) -> None:
    letter = letter_to(first_edition, first_edition.support[0], school_name="\N{CJK UNIFIED IDEOGRAPH-65E5} School\x01")
    assert len(pages_of(letter)) == 2
    assert says(letter, "School")


def test_the_longest_letter_still_has_two_pages(first_edition: EditionData) -> None:
    row = first_of(first_edition, lambda row: row.phase == "primary")
    own = [
        indicator for indicator in first_edition.indicators if indicator.urn == row.urn and indicator.value is not None
    ]
    many: list[IndicatorRow] = [
        replace(own[position % len(own)], indicator=f"i{position}", indicator_name=f"{'A long name of a measure ' * 3}{position}")
        for position in range(22)
    ]  # fmt: skip
    reasons = "\n".join(["A reason that goes on about figures, years, chances and similar schools. " * 4] * 8)
    letter = letter_to(
        replace(first_edition, indicators=many), row, reasons=reasons, exit_criteria="It must be met. " * 20
    )
    assert len(pages_of(letter)) == 2


def test_no_letter_names_a_person(edition: EditionData, first_edition: EditionData) -> None:
    people = replace(first_edition.edition, built_by="Jo Bloggs", approved_by="Sam Smith", approved_session_user="sam")
    for letter in edition_letters(replace(first_edition, edition=people, support=first_edition.support[:4]), CONTACT):
        assert "Bloggs" not in text_of(letter)
        assert "Smith" not in text_of(letter)
        author = PdfReader(io.BytesIO(letter.pdf)).metadata.author  # type: ignore[union-attr]
        assert author == edition.edition.authority_name


def test_the_same_edition_gives_the_same_bytes(first_edition: EditionData) -> None:
    some = replace(first_edition, support=first_edition.support[:3])
    assert edition_letters(some, CONTACT) == edition_letters(some, CONTACT)
    later = replace(some, edition=replace(some.edition, published_at=some.edition.published_at.replace(year=2021)))
    assert [letter.sha256 for letter in edition_letters(later, CONTACT)] != [
        letter.sha256 for letter in edition_letters(some, CONTACT)
    ]
