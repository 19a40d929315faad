"""The committee's report: what it says, that a screen reader can read it, and that no school is in it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise

import pypdf
import pytest

from school_support.reports.bars import COLOURS, OTHER, Bar, bars_svg
from school_support.reports.committee import CommitteeReport, Figure, Table, committee_report
from school_support.reports.committee_files import committee_html, committee_pdf
from school_support.reports.edition_data import EditionData, RuleResult
from school_support.reports.public_counts import Past, People, PublicReport, choose
from school_support.reports.suppression import PublicCount

MakeEdition = Callable[..., EditionData]
VOID = {"meta", "link", "br"}


class Page(HTMLParser):
    """Elements in order, each with its attributes and all the text inside it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.open: list[tuple[str, list[str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text: list[str] = []
        self.elements.append((tag, dict(attrs), text))
        if tag not in VOID:
            self.open.append((tag, text))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for _, text in self.open:
            text.append(data)

    def all(self, tag: str) -> Iterator[tuple[dict[str, str | None], str]]:
        return ((attributes, "".join(text)) for name, attributes, text in self.elements if name == tag)

    def within(self, outer: str, inner: str) -> list[str]:
        """For each `outer` element the first `inner` element's text after it."""
        names = [name for name, _, _ in self.elements]
        return [
            "".join(self.elements[names.index(inner, place)][2]) for place, name in enumerate(names) if name == outer
        ]


@pytest.fixture(scope="module")
def rows(edition: EditionData) -> list[PublicCount]:
    return choose(edition, People(comments=14, upheld=8, not_upheld=6))


@pytest.fixture(scope="module")
def report(edition: EditionData, rows: list[PublicCount]) -> CommitteeReport:
    before = [
        replace(row, shown="51", low=Decimal(51), high=Decimal(51)) if row.tier == "light_touch" else row
        for row in rows
    ]
    return committee_report(edition, PublicReport(rows, [Past(2019, 1, False, before)]))


@pytest.fixture(scope="module")
def html(report: CommitteeReport, edition: EditionData) -> str:
    return committee_html(report, edition.edition)


@pytest.fixture(scope="module")
def pdf(report: CommitteeReport, edition: EditionData) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(committee_pdf(report, edition.edition.published_at)))


@pytest.fixture(scope="module")
def printed(pdf: pypdf.PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def table(report: CommitteeReport, caption: str) -> Table:
    return next(b for s in report.sections for b in s.blocks if isinstance(b, Table) and b.caption == caption)


def texts(report: CommitteeReport, section: str) -> str:
    return str(next(s.blocks for s in report.sections if s.id == section))


def test_the_page_can_be_read_by_its_structure(html: str) -> None:
    page = Page(html)
    assert page.open == []
    assert [a["lang"] for a, _ in page.all("html")] == ["en-GB"]
    _, title = next(page.all("title"))
    assert title == "Support for schools 2019/20, Fenbridge & Wold (demonstration)"
    levels = [int(tag[1]) for tag, _, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(list(page.all("main"))) == 1
    ids = [a["id"] for _, a, _ in page.elements if a.get("id")]
    assert len(ids) == len(set(ids))
    named = [t for _, a, _ in page.elements for key in ("href", "aria-labelledby") for t in (a.get(key) or "").split()]
    assert {t.lstrip("#") for t in named if t != "data:,"} <= set(ids)
    skip = next(a for tag, a, _ in page.elements if tag == "a")
    assert skip["href"] == "#main"


def test_every_table_has_a_caption_and_headers_with_a_scope(html: str) -> None:
    page = Page(html)
    captions = page.within("table", "caption")
    assert len(captions) == len(list(page.all("table"))) == len(set(captions)) >= 7
    assert all(captions)
    assert {a.get("scope") for a, _ in page.all("th")} == {"row", "col"}
    rows = [text for tag, _, text in page.elements if tag == "tbody"]
    assert len(rows) == len(captions)


def test_every_chart_has_a_name_and_its_numbers_as_words(html: str, report: CommitteeReport) -> None:
    page = Page(html)
    charts = [a for a, _ in page.all("svg")]
    figures = [b for s in report.sections for b in s.blocks if isinstance(b, Figure)]
    assert len(charts) == len(figures) == 3
    names = {a["id"]: text for a, text in page.all("title") if a.get("id")}
    for chart, figure in zip(charts, figures, strict=True):
        assert chart["role"] == "img"
        assert names[chart["aria-labelledby"]] == figure.alternative
        assert all(f"{bar.name}: {bar.text}" in figure.alternative for bar in figure.bars)


def test_the_page_works_without_scripts_and_network(html: str) -> None:
    page = Page(html)
    assert "<script" not in html
    assert not re.search(r"url\(|@import", html)
    links = [value for _, a, _ in page.elements for key in ("src", "href") if (value := a.get(key))]
    assert all(link.startswith("#") or link == "data:," for link in links)


def contrast(first: str, second: str) -> float:
    """The contrast ratio of WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_and_lines_stand_out(html: str) -> None:
    ink, soft, brand, link = (re.search(rf"--{name}: (#\w+)", html)[1] for name in ("ink", "soft", "brand", "link"))  # type: ignore[index]
    for colour in (ink, soft, link):
        for ground in ("#ffffff", "#f4f6f8"):
            assert contrast(colour, ground) >= 4.5
    assert contrast("#ffffff", brand) >= 4.5
    assert contrast("#111111", "#ffd84d") >= 4.5
    # A bar is told from the paper by its outline where its own colour is pale.
    drawn = bars_svg([Bar("a", 1, 1, "1", colour) for colour in [*COLOURS.values(), OTHER]], "")
    assert all(f'stroke="{ink}"' in rectangle for rectangle in re.findall(r"<rect[^>]*>", drawn))
    assert contrast(ink, "#ffffff") >= 3


def test_the_pdf_is_tagged_and_says_what_it_is(pdf: pypdf.PdfReader) -> None:
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "en-GB"
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Support for schools 2019/20, Fenbridge & Wold (demonstration)"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert b"pdfuaid" in root["/Metadata"].get_data()
    tags = list(structure(root["/StructTreeRoot"]))
    kinds = [tag.get("/S") for tag in tags]
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == 10
    assert kinds.count("/Table") >= 7
    assert kinds.count("/TH") >= 7
    figures = [tag for tag in tags if tag.get("/S") == "/Figure"]
    assert len(figures) == 3
    assert all(str(tag["/Alt"]) for tag in figures)


def structure(node: object) -> Iterator[pypdf.generic.DictionaryObject]:
    """Every element of the structure tree."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, pypdf.generic.ArrayObject):
        for child in node:
            yield from structure(child)
    elif isinstance(node, pypdf.generic.DictionaryObject):
        yield node
        if "/K" in node:
            yield from structure(node["/K"])


def test_the_pdf_says_what_the_page_says(printed: str, html: str, report: CommitteeReport) -> None:
    shown = " ".join("".join(text for _, text in Page(html).all("main")).split())
    for section in report.sections:
        assert section.heading in printed
        assert section.heading in shown
    for caption in ("Schools, days and cost by level", "Support by kind of school"):
        assert caption in printed
        for row in table(report, caption).rows:
            assert row[1] in printed


def test_the_same_report_gives_the_same_bytes(report: CommitteeReport, edition: EditionData) -> None:
    published_at = edition.edition.published_at
    assert committee_pdf(report, published_at) == committee_pdf(report, published_at)


def test_no_school_no_person_and_no_hash(edition: EditionData, html: str, printed: str) -> None:
    shown = "".join(text for _, text in Page(html).all("body"))
    for row in edition.support:
        assert row.urn not in html + printed
        assert row.school_name not in shown + printed
    about = edition.edition
    for secret in (
        about.content_hash[:12],
        about.approved_by,
        about.built_by,
        "110999",
        edition.releases[0].sha256[:12],
    ):
        assert secret not in html + printed
    assert (about.reason or "no reason") not in shown


def test_no_count_below_five_stands_in_a_table(report: CommitteeReport) -> None:
    for caption in ("Schools by level and phase", "Schools by level and sector", "Schools by level and disadvantage"):
        for row in table(report, caption).rows[:-1]:
            assert all(text == "withheld" or int(text) >= 5 for text in row[1:])
    for row in table(report, "Schools, days and cost by level").rows[:-1]:
        assert row[1] == "withheld" or int(row[1]) >= 5
        if row[1] == "withheld":
            assert row[3:] == ["withheld", "withheld"]


def test_the_tables_count_the_schools(report: CommitteeReport, edition: EditionData) -> None:
    names = [row.tier_name for row in edition.support]
    shown = [row for row in table(report, "Schools, days and cost by level").rows[:-1] if row[1] != "withheld"]
    assert shown
    for name, count, each, days, cost in shown:
        assert int(count) == names.count(name)
        if days != "withheld":
            assert Decimal(days) == int(count) * Decimal(each)
            assert cost == f"£{int(count) * Decimal(each) * 1647:,.0f}"


def test_comments_and_what_became_of_them_are_counted(report: CommitteeReport) -> None:
    said = texts(report, "evidence")
    assert "Comments of schools on their draft letters: 14; upheld in whole or in part: 8; not upheld: 6." in said
    assert "Decisions of the panel in force: none, fewer than 5, or withheld." in said


def test_earlier_list_years_stand_as_they_were_reported(report: CommitteeReport) -> None:
    trend = table(report, "Schools and money by list year")
    assert trend.columns == ["", "2018/19", "2019/20 (demonstration)"]
    assert next(row for row in trend.rows if row[0] == "Light touch")[1] == "51"


def test_the_first_list_year_says_so(edition: EditionData, rows: list[PublicCount]) -> None:
    assert "first list year on record" in texts(committee_report(edition, PublicReport(rows)), "trend")


@pytest.mark.parametrize(
    ("cost", "budget", "said"),
    [
        ((100, 100), 200, "That is within the budget of £200."),
        ((100, 300), 200, "the budget of £200 lies in that range."),
        ((300, 300), 200, "That is more than the budget of £200."),
        ((300, 300), None, "No budget was recorded to compare it with."),
    ],
)
def test_the_verdict_on_the_budget_tells_no_more_than_the_cost_that_is_shown(
    cost: tuple[int, int], budget: int | None, said: str, edition: EditionData, rows: list[PublicCount]
) -> None:
    data = replace(edition, edition=replace(edition.edition, budget=None if budget is None else Decimal(budget)))
    low, high = map(Decimal, cost)
    other = [replace(r, low=low, high=high) if (r.tier, r.measure) == ("all", "cost") else r for r in rows]
    assert said in texts(committee_report(data, PublicReport(other)), "short")


def test_rules_are_told_by_name_only_where_they_are_about_the_data(
    edition: EditionData, rows: list[PublicCount]
) -> None:
    assert edition.gate is not None
    failed = [
        RuleResult(rule, "a", "warning", False, f"Said by {rule}.", "b", 3, ["110999"], "110999 is one")
        for rule in (
            "candidate.no_source_overdue",
            "candidate.enough_evidence",
            "candidate_support_list.no_move_of_two_tiers",
        )
    ]
    data = replace(edition, gate=replace(edition.gate, rules=failed))
    said = texts(committee_report(data, PublicReport(rows)), "evidence")
    assert "Said by candidate.no_source_overdue." in said
    assert "enough_evidence" not in said
    assert "two_tiers" not in said
    assert "110999" not in said


def test_where_all_are_alike_no_level_is_named(make_edition: MakeEdition) -> None:
    data = make_edition(schools=30)
    alike = [
        replace(
            row,
            tier="light_touch",
            tier_name="Light touch",
            tier_rank=1,
            support_days=Decimal("1.5"),
            support_cost=Decimal(2470),
        )
        for row in data.support
    ]
    data = replace(data, support=alike)
    said = committee_report(data, PublicReport(choose(data, People())))
    assert "Light touch" not in str(said)
    assert "No number by level is given." in texts(said, "levels")
    assert "£" not in texts(said, "short").replace("£550,000", "")


def test_without_a_day_rate_there_is_no_cost(make_edition: MakeEdition) -> None:
    data = make_edition(schools=30)
    bare = replace(data, support=[replace(row, support_cost=None) for row in data.support])
    said = str(committee_report(bare, PublicReport(choose(bare, People()))))
    assert "not costed" in said
    assert "£" not in said.replace("£550,000", "")


def test_hostile_text_stays_text(make_edition: MakeEdition) -> None:
    evil = '"\'><script>x</script>{{ 7 * 7 }} #link("x") <x> $x$'
    data = make_edition(schools=12)
    data = replace(
        data,
        edition=replace(data.edition, authority_name=evil, ruleset=evil),
        support=[replace(row, phase=evil, sector=evil, tier_name=evil) for row in data.support],
    )
    said = committee_report(data, PublicReport(choose(data, People())))
    page = committee_html(said, data.edition)
    assert "<script" not in page
    assert "{{ 7 * 7 }}" in "".join(text for _, text in Page(page).all("body"))
    printed = pypdf.PdfReader(io.BytesIO(committee_pdf(said, data.edition.published_at)))
    assert '#link("x") <x> $x$' in " ".join(" ".join(p.extract_text() for p in printed.pages).split())
