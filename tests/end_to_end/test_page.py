"""The officers' pages in a browser, on the real Airflow: look, decide, propose, approve, publish; and who may not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from school_support.clock import today
from school_support.orchestration.environment import password
from school_support.orchestration.local import LocalAirflow
from school_support.publication.freeze import freeze_candidate
from school_support.settings import PROJECT
from school_support.warehouse.connection import connect

pytestmark = pytest.mark.end_to_end
HERE = Path(__file__).parent
AS_AT = "2026-06-30"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RUN_MS = 15 * 60_000
expect.set_options(timeout=60_000)
REASON = "The new head has a plan that the adviser's visit in May bore out, and it needs a termly review."
EVIDENCE = "Adviser's note of visit, May; minutes of the panel."
CORRECTION = "The panel decided about a school after the list was first published."


def rows(query: str, *values: object) -> list[tuple[Any, ...]]:
    with connect("support_admin") as connection:
        return connection.execute(query, values).fetchall()  # type: ignore[arg-type]


@dataclass(frozen=True)
class Site:
    """The pages, the newest candidate, and the first school that the rules alone give the lightest tier."""

    url: str
    candidate: int
    urn: str
    school: str


@pytest.fixture(scope="module")
def site(small_sample: Path, another_warehouse: Callable[[], AbstractContextManager[Path]]) -> Iterator[Site]:
    """A warehouse with the sample's first edition, and Airflow over it."""
    with another_warehouse():
        subprocess.run(
            [sys.executable, str(HERE / "whole_job.py"), str(small_sample), AS_AT],
            env=os.environ | {"PYTHONPATH": str(PROJECT / "plugins")},
            check=True,
        )
        [(candidate, urn, school)] = rows(
            "select candidate_id, urn, school_name from publication.support_list where computed_tier = 'light_touch' "
            "order by school_name limit 1"
        )
        with LocalAirflow() as airflow:
            yield Site(f"{airflow.url}/support-list", candidate, urn, school)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = os.environ.get("SUPPORT_LIST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.fail(
            "No Chromium was found. Install it (Debian, Ubuntu: apt-get install chromium) or name the program of "
            "Chromium, Chrome or Edge in SUPPORT_LIST_CHROMIUM."
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield chromium
        chromium.close()


@contextmanager
def window(browser: Browser, site: Site, user: str | None = None) -> Iterator[Page]:
    """A window of its own, logged in through Airflow's own form; nothing in it may call out or break its page's policy."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="Europe/London")
    context.set_default_timeout(120_000)
    page = context.new_page()
    hosts: set[str | None] = set()
    broken: list[str] = []
    context.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on(
        "console", lambda message: broken.append(message.text) if "Content Security Policy" in message.text else None
    )
    if user:
        page.goto(f"{site.url}/")
        page.get_by_label("Username").fill(user)
        page.locator("input[type=password]").fill(password(user))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{site.url}/")
    yield page
    context.close()
    assert hosts <= {"127.0.0.1", None}  # None: data:, which is no call
    assert broken == []


@pytest.fixture
def open_as(browser: Browser, site: Site) -> Callable[..., AbstractContextManager[Page]]:
    return lambda user=None: window(browser, site, user)


def accessible(page: Page, picture: Path | None = None) -> None:
    faults = page.evaluate((HERE / "accessibility.js").read_text(encoding="utf-8"))
    assert faults == [], page.url
    if picture:
        page.screenshot(path=picture, full_page=True)


def tab_to(page: Page, selector: str, most: int = 400) -> None:
    """Press Tab until an element has the focus, as somebody without a mouse does; it must show that it has."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"
            return
    pytest.fail(f"{selector} cannot be reached with the Tab key on {page.url}")


def wait_for_run(page: Page) -> None:
    """Until the page itself says that the run has ended; stopped, it says why."""
    expect(page.locator("#run-state")).to_have_text(re.compile("Done|stopped"), timeout=RUN_MS)
    assert page.locator("#run-state").inner_text() == "Done.", page.locator("main").inner_text()


def test_who_is_not_logged_in_is_led_to_the_login_and_back(
    site: Site, open_as: Callable[..., AbstractContextManager[Page]]
) -> None:
    with open_as() as page:
        page.goto(f"{site.url}/editions")
        assert urlsplit(page.url).path == "/auth/login"
        page.get_by_label("Username").fill("officer")
        page.locator("input[type=password]").fill(password("officer"))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{site.url}/editions")
        expect(page.get_by_role("heading", level=1)).to_have_text("Editions")
    assert httpx.get(f"{site.url}/", trust_env=False).status_code == 401
    assert httpx.post(f"{site.url}/candidates/{site.candidate}/proposal", trust_env=False).status_code == 401


def test_a_reader_is_refused(site: Site, open_as: Callable[..., AbstractContextManager[Page]]) -> None:
    one = f"/candidates/{site.candidate}"
    with open_as("reader") as page:
        for path in ("/", one, f"{one}/schools/{site.urn}", f"{one}/schools/{site.urn}/decision", "/editions"):
            answer = page.goto(f"{site.url}{path}")
            assert answer is not None
            assert answer.status == 403, path
            expect(page.get_by_role("heading", level=1)).to_have_text("This is not open to you")
            assert site.school not in page.content()
            accessible(page)
        for path in ("/proposal", "/decision", "/publication", f"/schools/{site.urn}/decision"):
            assert page.request.post(f"{site.url}{one}{path}", form={"decision": "approved"}).status == 403, path


def test_airflows_menu_leads_to_the_pages(site: Site, open_as: Callable[..., AbstractContextManager[Page]]) -> None:
    with open_as("officer") as page:
        page.goto(site.url.removesuffix("/support-list"))
        page.get_by_role("button", name="Browse").click()
        with page.expect_popup() as opened:
            page.get_by_role("menuitem", name="School support list").click()
        expect(opened.value).to_have_url(f"{site.url}/")
        expect(opened.value.get_by_role("heading", level=1)).to_have_text("Candidates")


def test_look_decide_propose_approve_publish(
    site: Site, open_as: Callable[..., AbstractContextManager[Page]], tmp_path: Path
) -> None:
    with open_as("officer") as page:
        look(page, site, tmp_path)
        enter_decision(page, site, tmp_path)
        proposed = propose_again(page, site, tmp_path)
    with open_as("lead") as page:
        approve_and_publish(page, site, proposed, tmp_path)
    assert rows("select person, channel, note from publication.approval where candidate_id = %s", proposed) == [
        ("lead", "page", "As the panel decided.")
    ]
    assert rows("select tier, computed_tier from bi.support_list_v1 where urn = %s", site.urn) == [
        ("targeted", "light_touch")
    ]


def look(page: Page, site: Site, pictures: Path) -> None:
    """The officer finds the candidate, filters its schools and opens one, with the keyboard alone."""
    accessible(page, pictures / "candidates.png")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, f"a[href$='/candidates/{site.candidate}']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/candidates/{site.candidate}")
    accessible(page, pictures / "candidate.png")
    expect(page.locator("#shown")).to_have_text("80 schools of 80")
    tab_to(page, "#filter-q")
    page.keyboard.type(site.school)
    tab_to(page, "#filter-tier")
    for key in ("End", "ArrowUp"):  # the last but one, before insufficient evidence
        page.keyboard.press(key)
    tab_to(page, "form.filter button")
    page.keyboard.press("Enter")
    expect(page.locator("#shown")).to_have_text("1 school of 80")
    assert page.locator("#filter-tier").input_value() == "light_touch"
    tab_to(page, f"table.list a[href$='/schools/{site.urn}']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(site.school)
    expect(page.locator("#final-tier")).to_have_text("Light touch")
    for heading in ("Why", "Indicators", "Over the years", "Inspections", "Tiers before", "Releases used"):
        expect(page.get_by_role("heading", name=heading, level=2)).to_be_visible()
    accessible(page, pictures / "school.png")


def enter_decision(page: Page, site: Site, pictures: Path) -> None:
    """An override that lacks what it must have is sent back, and says where; corrected, it waits in the inbox."""
    tab_to(page, "a.button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Panel decision on {site.school}")
    accessible(page)
    page.get_by_label("Override it with another tier").check()
    page.get_by_label("Reason").fill("=HYPERLINK(1)")
    page.get_by_label("Evidence").fill(EVIDENCE)
    page.get_by_label("Decided by (1)").fill("Chair of the panel")
    page.get_by_label("Decided by (2)").fill("chair of the  panel")
    page.get_by_label("Expires on").fill(today().isoformat())
    page.get_by_role("button", name="Hand in the decision").click()
    expect(page).to_have_title(f"Error: Panel decision on {site.school} - School support list")
    expect(page.get_by_role("alert")).to_be_focused()
    said = page.get_by_role("alert").get_by_role("link").all_inner_texts()
    assert [sentence.split()[0] for sentence in said] == ["An", "A", "Two", "Every"], said
    accessible(page, pictures / "decision-faults.png")
    page.get_by_role("link", name="An override names a tier.").click()
    expect(page.get_by_label("Tier", exact=True)).to_be_focused()
    assert page.locator("#tier").get_attribute("aria-invalid") == "true"

    page.get_by_label("Tier", exact=True).select_option("targeted")
    page.get_by_label("Reason").fill(REASON)
    page.get_by_label("Decided by (2)").fill("Assistant director")
    page.get_by_label("Expires on").fill((max(today(), date.fromisoformat(AS_AT)) + timedelta(days=365)).isoformat())
    tab_to(page, "form.act button")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/candidates/{site.candidate}/schools/{site.urn}?said=decided")
    expect(page.get_by_role("status")).to_contain_text("waits in the inbox")
    expect(page.locator("#final-tier")).to_have_text("Light touch")


def propose_again(page: Page, site: Site, pictures: Path) -> int:
    """The officer proposes the list again; computed and final tier of the school stand side by side. The candidate."""
    before = rows("select sum(support_days) from publication.support_list where candidate_id = %s", site.candidate)
    page.goto(f"{site.url}/candidates/{site.candidate}")
    expect(page.locator("main")).to_contain_text("1 panel decision waits in the inbox")
    tab_to(page, "nav.contents a[href='#decide']")
    page.keyboard.press("Enter")
    tab_to(page, "form[action$='/proposal'] button", most=5)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Proposing the list")
    accessible(page, pictures / "run.png")
    wait_for_run(page)
    page.get_by_role("link", name="Open candidate").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Fenmere, 2026/27: candidate")
    proposed = int(page.url.rpartition("/")[2])
    assert proposed != site.candidate
    accessible(page, pictures / "proposed.png")
    after = rows(
        "select sum(support_days), max(built_by) from publication.support_list inner join publication.candidate "
        "using (candidate_id) where candidate_id = %s",
        proposed,
    )
    # Ten days of targeted support in the place of the one and a half of the light touch (rule_tier.csv).
    assert after == [(before[0][0] + Decimal("8.5"), "officer")]
    expect(page.get_by_role("table", name="Schools that move").get_by_role("row", name=site.school)).to_contain_text(
        "more support"
    )
    expect(page.get_by_role("button", name="Approve this list")).to_have_count(0)
    token = page.locator("input[name=form_token]").first.input_value()
    form = {"form_token": token, "decision": "approved"}
    assert page.request.post(f"{site.url}/candidates/{proposed}/decision", form=form).status == 403

    page.goto(f"{site.url}/candidates/{proposed}/schools/{site.urn}")
    expect(page.locator("#final-tier")).to_have_text("Targeted support")
    expect(page.locator("#computed-tier")).to_have_text("Light touch")
    for said in (REASON, EVIDENCE, "Entered on the page by officer", "Chair of the panel and Assistant director"):
        expect(page.locator("main")).to_contain_text(said)
    expect(page.get_by_role("table", name="Tiers in past lists")).to_contain_text("edition 1")
    accessible(page, pictures / "school-decided.png")
    return proposed


def approve_and_publish(page: Page, site: Site, proposed: int, pictures: Path) -> None:
    """The lead approves and publishes; the first edition is replaced, with a reason that schools read."""
    page.goto(f"{site.url}/candidates/{proposed}")
    tab_to(page, "nav.contents a[href='#decide']")
    page.keyboard.press("Enter")
    tab_to(page, "#note", most=5)
    page.keyboard.type("As the panel decided.")
    tab_to(page, "button[value=approved]", most=2)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("The approval is recorded")
    accessible(page, pictures / "approved.png")
    tab_to(page, "#reason")
    page.keyboard.type(CORRECTION)
    tab_to(page, "form[action$='/publication'] button", most=2)
    page.keyboard.press("Enter")
    wait_for_run(page)
    page.get_by_role("link", name="Open the edition").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fenmere, 2026/27: edition 2")
    for said in ("This edition is in force", "officer", "lead, ", CORRECTION, "by way of the page"):
        expect(page.locator("main")).to_contain_text(said)
    accessible(page, pictures / "edition.png")
    page.get_by_role("link", name="Editions").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Editions")
    expect(page.get_by_role("row", name="Edition 2")).to_contain_text("edition 1")
    accessible(page, pictures / "editions.png")


def test_the_builder_of_a_list_cannot_approve_it(
    site: Site, open_as: Callable[..., AbstractContextManager[Page]], tmp_path: Path
) -> None:
    [(assessment_id,)] = rows("select assessment_id from publication.candidate where candidate_id = %s", site.candidate)
    own = freeze_candidate(assessment_id, "lead", demonstration=False)
    with connect("support_publisher") as connection:
        connection.execute(
            "insert into quality.gate_run (gate, subject_id, passed, critical_failures, warnings, data_docs) "
            "values ('candidate', %s, true, 0, 0, '')",
            (own,),
        )
    with open_as("lead") as page:
        page.goto(f"{site.url}/candidates/{own}")
        page.get_by_role("button", name="Approve this list").click()
        expect(page.get_by_role("alert")).to_contain_text(f"lead built candidate {own} and so cannot approve it")
        page.get_by_role("button", name="Reject it").click()
        expect(page.get_by_role("alert")).to_contain_text(f"Say why candidate {own} is rejected")
        accessible(page, tmp_path / "refused.png")
    assert rows("select count(*) from publication.approval where candidate_id = %s", own) == [(0,)]


def test_a_form_that_did_not_come_from_our_page_is_refused(
    site: Site, open_as: Callable[..., AbstractContextManager[Page]]
) -> None:
    with open_as("admin") as page:
        stolen = {"form_token": page.request.get(f"{site.url}/").text()[:40], "decision": "rejected", "note": "x"}
        for form in ({"decision": "rejected", "note": "x"}, stolen):
            answer = page.request.post(f"{site.url}/candidates/{site.candidate}/decision", form=form)
            assert answer.status == 403
            assert "too old or was not opened by you" in answer.text()
        policy = page.request.get(f"{site.url}/").headers
        assert "frame-ancestors 'self'" in policy["content-security-policy"]
        assert policy["cache-control"] == "no-store"
