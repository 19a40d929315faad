from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from school_support.reports.edition_data import EditionData
from school_support.reports.pages import by_tier, internal_page

MakeEdition = Callable[..., EditionData]
VOID = {"meta", "link", "input", "br"}


class Page(HTMLParser):
    """What a browser makes of a page, as far as the tests ask: elements, tables by caption, text, balance of tags."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.open: list[str] = []
        self.text: list[str] = []
        self._rows: list[list[str]] = []
        self._caption = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self._rows, self._caption = [], ""
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag
        if tag == "table":
            self.tables[self._caption] = self._rows

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("style", "script"):
            return
        self.text.append(data)
        if "caption" in self.open:
            self._caption += data
        elif "td" in self.open or ("th" in self.open and self._rows):
            self._rows[-1][-1] += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def html(edition: EditionData) -> dict[str, str]:
    return {"internal": internal_page(edition)}


@pytest.fixture(scope="module")
def internal(html: dict[str, str]) -> Page:
    return Page(html["internal"])


def test_the_table_of_tiers_counts_the_rows(edition: EditionData, internal: Page) -> None:
    header, *rows, total = internal.tables["Schools, days and cost by tier"]
    assert header[:2] == ["Tier", "Schools"]
    schools = Counter(row.tier_name for row in edition.support)
    assert {row[0]: int(row[1]) for row in rows} == schools
    for name, _, _, _, days, cost, _ in rows:
        of_tier = [row for row in edition.support if row.tier_name == name]
        assert Decimal(days) == sum(row.support_days for row in of_tier)
        assert cost == f"£{sum(row.support_cost for row in of_tier):,.0f}"
    assert total[1] == "80"
    assert total[5] == f"£{sum(row.support_cost for row in edition.support):,.0f}"


def test_every_school_is_listed_once_most_support_first(edition: EditionData, internal: Page) -> None:
    listed = [a["id"] for a in internal.named("li") if a.get("class") == "school"]
    assert listed == [f"school-{row.urn}" for row in by_tier(edition.support)]
    assert len(set(listed)) == 80
    tiers = [a["data-tier"] for a in internal.named("section") if a.get("class") == "tier"]
    assert tiers == ["high", "targeted", "light_touch_plus", "light_touch", "insufficient_evidence"]


def test_a_school_entry_says_what_its_row_says(make_edition: MakeEdition) -> None:
    data = make_edition(schools=1)
    row = replace(
        data.support[0], tier="targeted", tier_name="Targeted support", tier_rank=3, decided_by="gate",
        points=Decimal("2.50"), points_available=Decimal("8.00"), coverage=Decimal("0.7275"),
        support_days=Decimal("10.0"), support_cost=Decimal("16470.00"), gates="stuck, safeguarding_not_met",
        reasons="First reason.\nSecond reason.",
    )  # fmt: skip
    html = internal_page(replace(data, support=[row]))
    for fact in (
        "<dt>Support</dt><dd>10 days</dd>", "<dt>Cost</dt><dd>£16,470</dd>", "<dt>Decided by</dt><dd>a gate</dd>",
        "<dt>Points</dt><dd>2.5 of 8</dd>", "<dt>Coverage</dt><dd>72.8%</dd>",
        "<dt>Gates met</dt><dd>Stuck, Safeguarding not met</dd>", "<li>First reason.</li><li>Second reason.</li>",
    ):  # fmt: skip
        assert fact in html


def test_names_are_text_never_markup(internal: Page, html: dict[str, str]) -> None:
    assert "<script>alert" not in html["internal"]
    assert "<b>bold" not in html["internal"]
    assert len(internal.named("script")) == 1
    shown = "".join(internal.text)
    for name in ("<script>alert('school')</script> Primary School", "St Mary's & All Saints' CofE Primary School"):
        assert name in shown


def test_hostile_text_in_any_field_stays_text(make_edition: MakeEdition) -> None:
    evil = "\"'><script>x</script>{{ 7 * 7 }}"
    data = make_edition(schools=3)
    page = internal_page(
        replace(
            data,
            edition=replace(data.edition, authority_name=evil, ruleset=evil, approved_by=evil, approval_note=evil),
            support=[
                replace(row, phase=evil, sector=evil, tier=evil, tier_name=evil, reasons=evil) for row in data.support
            ],
            indicators=[replace(r, indicator_name=evil, reason_code=evil, releases_used=evil) for r in data.indicators],
            releases=[replace(release, file_name=evil, stage=evil) for release in data.releases],
        )
    )
    assert "<script>x" not in page
    assert len(Page(page).named("script")) == 1
    assert "{{ 7 * 7 }}" in "".join(Page(page).text)


def test_a_page_needs_nothing_from_elsewhere(internal: Page, html: dict[str, str]) -> None:
    page = internal
    links = [value for _, a in page.elements for name in ("src", "href") if (value := a.get(name))]
    assert all(link.startswith("#") or link == "data:," for link in links)
    assert not re.search(r"url\(|@import", html["internal"])
    policy = next(a["content"] for a in page.named("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none';")


def test_a_page_is_well_built(internal: Page) -> None:
    page = internal
    assert page.open == []
    assert page.named("html")[0]["lang"] == "en-GB"
    ids = [a["id"] for _, a in page.elements if a.get("id")]
    assert len(ids) == len(set(ids))
    for _, a in page.elements:
        for name in ("aria-labelledby", "href"):
            for target in (a.get(name) or "").split():
                assert target.lstrip("#") in ids or target == "data:,"
    for a in page.named("th"):
        assert a.get("scope") in ("row", "col")
    assert len(page.named("main")) == len(page.named("h1")) == 1
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_same_rows_give_the_same_page(make_edition: MakeEdition) -> None:
    assert internal_page(make_edition(schools=30)) == internal_page(make_edition(schools=30))


@pytest.mark.parametrize("demonstration", [True, False])
def test_a_demonstration_is_stamped(demonstration: bool, make_edition: MakeEdition) -> None:
    page = Page(internal_page(make_edition(schools=20, demonstration=demonstration)))
    assert any(a.get("class") == "stamp" for a in page.named("div")) is demonstration
    title = "".join(page.text[: page.text.index("Skip to the content")])
    assert ("demonstration" in title) is demonstration


def test_a_missing_figure_is_words(make_edition: MakeEdition) -> None:
    data = make_edition(schools=1)
    row = replace(
        data.indicators[0], value=None, n=None, national=None, interval_low=None, interval_high=None, shrunk=None,
        probability_beyond_line=None, flag=None, points=Decimal("0.00"), points_available=Decimal("0.00"),
        reason_code="suppressed", academic_years=None,
    )  # fmt: skip
    rows = Page(internal_page(replace(data, indicators=[row]))).tables["Indicators"]
    assert rows[1][1:] == ["No figure: suppressed: 5 or fewer pupils.", "not counted"]


def test_insufficient_evidence_stands_apart_with_its_reason(edition: EditionData, internal: Page) -> None:
    unknown = [row for row in edition.support if row.tier == "insufficient_evidence"]
    assert unknown
    shown = "".join(internal.text)
    for row in unknown:
        assert row.reasons.split("\n")[0] in shown
    assert shown.index("Not enough was known to place these schools") > shown.index("1.5 days of support each")


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ("900000", "which leaves £"),
        ("100", "more than the budget of £100"),
        (None, "No budget was recorded to compare it with."),
    ],
)
def test_the_cost_is_set_against_the_budget(budget: str | None, said: str, make_edition: MakeEdition) -> None:
    assert said in internal_page(make_edition(schools=20, budget=budget))


def test_without_a_day_rate_there_is_no_cost(make_edition: MakeEdition) -> None:
    data = make_edition(schools=60)
    bare = replace(data, support=[replace(row, support_cost=None) for row in data.support])
    assert "The list is not costed" in internal_page(bare)


def test_what_the_gate_found_and_what_was_used_is_shown(edition: EditionData, internal: Page) -> None:
    shown = "".join(internal.text)
    assert "The list passed the quality gate: 12 of 13 rules met, 0 critical failures, 1 warning." in shown
    assert internal.tables["Rules that were not met"][1][3] == "110999, 111036"
    used = internal.tables["Releases used"][1:]
    assert len(used) == len(edition.releases)
    assert used[0] == [
        "DfE absence", "2015/16", "final", "15 April 2017", "published by the as-at date", "dfe_absence_2016.csv.gz",
        edition.releases[0].sha256[:12],
    ]  # fmt: skip


def test_who_let_it_out_is_shown(internal: Page, edition: EditionData) -> None:
    shown = "".join(internal.text)
    assert "builder (database session support_publisher)" in shown
    assert "1 July 2019 at 14:05 UTC" in shown
    assert edition.edition.content_hash in shown
    assert "edition 1" in shown


def test_pages_do_not_read_the_clock(html: dict[str, str]) -> None:
    today = datetime.now(UTC)
    assert f"{today.day} {today:%B %Y}" not in html["internal"]
