"""The application without a warehouse or Airflow: who gets in, what a form must carry, what is asked of the rest."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, Request
from fastapi.testclient import TestClient

from school_support.errors import SupportListError
from school_support.publication import panel
from school_support.web import candidates as candidates_module
from school_support.web import warehouse
from school_support.web.access import Person, RunState
from school_support.web.app import make_app
from school_support.web.form_token import FormTokens
from school_support.web.rows import CandidateRow, TierRow

from .conftest import MakeSchool

SECRET = "a secret of this test"
TODAY = date(2026, 11, 27)


class FakeRuns:
    """Remembers what was started."""

    def __init__(self) -> None:
        self.started: list[tuple[str, str, dict[str, Any]]] = []

    def start(self, person: Person, dag_id: str, conf: Mapping[str, Any]) -> str:
        self.started.append((person.name, dag_id, dict(conf)))
        return "support_list__1"

    def look(self, person: Person, dag_id: str, run_id: str) -> RunState:
        if run_id != "support_list__1":
            raise SupportListError(f"There is no run {run_id}.")
        tasks = [("freeze_candidate", "success"), ("check_candidate", "failed")]
        return RunState(dag_id, run_id, "failed", tasks, ["<b>A school</b> is missing."], {"freeze_candidate": 8})


def officer(request: Request) -> Person:
    """Somebody by the header `who`: nobody, reader, officer, lead."""
    who = request.headers.get("who", "")
    if not who:
        raise HTTPException(303, headers={"Location": "/login"})
    if who == "reader":
        raise HTTPException(403, "Not for readers.")
    return Person(who, may_approve=who == "lead")


def approver(request: Request) -> Person:
    person = officer(request)
    if not person.may_approve:
        raise HTTPException(403, "Not for officers.")
    return person


@pytest.fixture
def runs() -> FakeRuns:
    return FakeRuns()


@pytest.fixture
def client(runs: FakeRuns, candidate: CandidateRow, school: MakeSchool, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    def one(number: int) -> CandidateRow:
        if number != 7:
            raise HTTPException(404, f"There is no candidate {number}.")
        return candidate

    answers: dict[str, Any] = {
        "candidates": lambda: [candidate],
        "candidate": one,
        "compared_with": lambda number: None,
        "schools": lambda of, former: [school("990001", school_name="<script>alert(1)</script>"), school("990002")],
        "tiers": lambda of: [
            TierRow("targeted", "Targeted support", 3, Decimal(10), "a plan", 2, Decimal(20), Decimal(20000))
        ],
        "left": lambda of, former: [],
        "gate_rules": lambda of: [],
        "panel_decisions": lambda of, urn: [],
        "editions": list,
    }
    for name, answer in answers.items():
        monkeypatch.setattr(warehouse, name, answer)
    monkeypatch.setattr(panel, "waiting", list)
    mounted = FastAPI()
    app = make_app(officer=officer, approver=approver, starts=runs, secret=SECRET, today=lambda: TODAY)
    mounted.mount("/support-list", app)
    return TestClient(mounted, base_url="http://127.0.0.1/", follow_redirects=False)


def send(client: TestClient, path: str, who: str, **fields: str) -> Any:
    form = {"form_token": FormTokens(SECRET).make(who), **fields}
    return client.post(f"/support-list/candidates/7{path}", headers={"who": who}, data=form)


PAGES = [
    "/",
    "/candidates/7",
    "/candidates/7/schools/990001/decision",
    "/editions",
    "/runs/propose_support_list/support_list__1",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_officers(client: TestClient, path: str) -> None:
    answers = {
        who: client.get(f"/support-list{path}", headers={"who": who}) for who in ("", "reader", "officer", "lead")
    }
    assert {who: answer.status_code for who, answer in answers.items()} == {
        "": 303,
        "reader": 403,
        "officer": 200,
        "lead": 200,
    }
    assert answers[""].headers["location"] == "/login"
    for answer in answers.values():
        assert answer.headers["cache-control"] == "no-store"
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]


def test_everything_a_page_loads_is_our_own(client: TestClient) -> None:
    page = client.get("/support-list/candidates/7", headers={"who": "lead"}).text
    assert re.findall(r'(?:src|href)="(?!/|#|data:)([^"]+)"', page) == []
    assert " style=" not in page
    assert client.get("/support-list/assets/page.css").headers["content-type"].startswith("text/css")
    assert client.get("/support-list/assets/secrets.env").status_code == 404


def test_a_name_is_text_and_never_markup(client: TestClient) -> None:
    page = client.get("/support-list/candidates/7?q=<script>alert(2)", headers={"who": "officer"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in client.get("/support-list/candidates/7", headers={"who": "officer"}).text
    assert "&lt;script&gt;alert(2)" in page
    assert "&lt;b&gt;A school" in client.get(f"/support-list{PAGES[-1]}", headers={"who": "officer"}).text


@pytest.mark.parametrize("path", ["/decision", "/publication", "/proposal", "/schools/990001/decision"])
@pytest.mark.parametrize(
    "token", [None, "", "forged", FormTokens(SECRET).make("officer"), FormTokens("other").make("lead")]
)
def test_a_form_carries_the_token_of_its_sender(
    client: TestClient, runs: FakeRuns, path: str, token: str | None
) -> None:
    form = {"decision": "rejected", "note": "no"} | ({} if token is None else {"form_token": token})
    answer = client.post(f"/support-list/candidates/7{path}", headers={"who": "lead"}, data=form)
    assert answer.status_code == 403
    assert runs.started == []


def test_a_token_is_good_for_a_working_day(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: 1_000_000)
    token = FormTokens(SECRET).make("lead")
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: 1_000_000 + 12 * 3600)
    FormTokens(SECRET).check(token, "lead")
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: 1_000_000 + 12 * 3600 + 1)
    with pytest.raises(HTTPException):
        FormTokens(SECRET).check(token, "lead")


@pytest.mark.parametrize("path", ["/decision", "/publication"])
def test_an_officer_neither_approves_nor_publishes(client: TestClient, runs: FakeRuns, path: str) -> None:
    assert send(client, path, "officer", decision="approved", reason="x").status_code == 403
    assert runs.started == []


def test_a_proposal_asks_for_the_same_list_with_the_decisions_of_today(client: TestClient, runs: FakeRuns) -> None:
    answer = send(client, "/proposal", "officer")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/support-list/runs/propose_support_list/support_list__1",
    )
    wanted = {
        "authority": "999", "list_year": 2027, "as_at": "2026-06-30", "decisions_as_at": "2026-11-27", "purpose": "annual",
        "previous_assessment_id": 3, "demonstration": False,
    }  # fmt: skip
    assert runs.started == [("officer", "propose_support_list", wanted)]


def test_an_approval_is_recorded_in_the_persons_name(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded: list[Any] = []
    monkeypatch.setattr(candidates_module, "record_decision", lambda *args, **named: recorded.append((args, named)))
    assert send(client, "/decision", "lead", decision="approved", note=" ").status_code == 303
    assert send(client, "/decision", "lead", decision="burned").status_code == 422
    assert recorded == [((7, "approved", None), {"person": "lead", "channel": "page"})]


def test_a_refused_approval_says_why_beside_the_field(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **named: object) -> None:
        raise SupportListError("lead built candidate 7 and so cannot approve it.")

    monkeypatch.setattr(candidates_module, "record_decision", refuse)
    answer = send(client, "/decision", "lead", decision="approved", note="kept")
    assert answer.status_code == 422
    assert '<a href="#note">lead built candidate 7' in answer.text
    assert ">kept</textarea>" in answer.text


def test_a_correction_needs_a_reason(
    client: TestClient, runs: FakeRuns, candidate: CandidateRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    corrects = replace(candidate, decision="approved", decided_by="lead", decided_at=candidate.built_at,
                       current_edition_id=2, current_edition=1)  # fmt: skip
    monkeypatch.setattr(warehouse, "candidate", lambda number: corrects)
    assert '<a href="#reason">' in send(client, "/publication", "lead", reason="  ").text
    assert runs.started == []
    assert send(client, "/publication", "lead", reason="Newer data.").status_code == 303
    assert runs.started == [("lead", "publish_support_list", {"candidate_id": 7, "reason": "Newer data."})]


@pytest.mark.parametrize(
    "path",
    ["/candidates/8", "/candidates/0", "/candidates/x", "/candidates/7/schools/1'", "/runs/maintenance/r", "/nothing"],
)
def test_what_is_not_there_is_said_so(client: TestClient, path: str) -> None:
    answer = client.get(f"/support-list{path}", headers={"who": "officer"})
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_the_pages_know_no_airflow() -> None:
    loaded = "import sys, school_support.web.app; print('airflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
