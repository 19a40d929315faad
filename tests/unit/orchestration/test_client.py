"""The client against a small server: logging in, refusals, silence."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from school_support.errors import SupportListError
from school_support.orchestration.client import AirflowClient


class Answers(BaseHTTPRequestHandler):
    """Gives tokens 1, 2, ...; only the newest is good, and the first has expired."""

    tokens = 0
    faults, faulty = 0, 0

    def do_POST(self) -> None:
        type(self).tokens += 1
        self._answer(201, {"access_token": str(self.tokens)})

    def do_GET(self) -> None:
        if self.path.endswith("/monitor/health"):
            self._answer(200, {"scheduler": {"status": "healthy"}, "triggerer": {"status": None}})
        elif self.headers["Authorization"] in {None, "Bearer 1"}:
            self._answer(401, {"detail": "expired"})
        elif self.path == "/api/v2/dags/restarting" and type(self).faults < type(self).faulty:
            type(self).faults += 1
            self._answer(500, {"detail": "Internal Server Error"})
        elif self.path.startswith(("/api/v2/dags/known", "/api/v2/dags/restarting")):
            self._answer(200, {"path": self.path})
        else:
            self._answer(404, {"detail": "no such DAG\n\nFailed validating: a long schema"})

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: dict[str, object]) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


def check() -> None:
    raise SupportListError("the scheduler ended by itself")


@pytest.fixture
def client() -> Iterator[AirflowClient]:
    Answers.tokens, Answers.faults, Answers.faulty = 0, 0, 0
    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = AirflowClient(f"http://127.0.0.1:{server.server_port}", "admin", "secret", check)
    yield client
    client.close()
    server.shutdown()
    server.server_close()


def test_an_expired_token_is_renewed(client: AirflowClient) -> None:
    assert client.get("dags/known", limit=5) == {"path": "/api/v2/dags/known?limit=5"}
    assert Answers.tokens == 2


def test_a_token_that_was_given_is_used_and_never_renewed(client: AirflowClient) -> None:
    Answers.tokens = 7
    given = AirflowClient.with_token(client.url, "2")
    assert given.get("dags/known") == {"path": "/api/v2/dags/known"}
    given.close()
    expired = AirflowClient.with_token(client.url, "1")
    with pytest.raises(SupportListError, match="status 401: expired"):
        expired.get("dags/known")
    expired.close()
    assert Answers.tokens == 7


@pytest.mark.parametrize(("faulty", "asked"), [(2, 2), (99, 4)])
def test_a_server_that_is_at_fault_is_asked_again(
    client: AirflowClient, monkeypatch: pytest.MonkeyPatch, faulty: int, asked: int
) -> None:
    """Twice at fault is waited out; at fault for good it is given up; the first of five goes for a token."""
    monkeypatch.setattr("school_support.orchestration.client.time.sleep", lambda _: None)
    Answers.faulty = faulty
    if faulty == asked:
        assert client.get("dags/restarting") == {"path": "/api/v2/dags/restarting"}
    else:
        with pytest.raises(SupportListError, match="status 500: Internal Server Error"):
            client.get("dags/restarting")
    assert Answers.faults == asked


def test_a_refusal_says_what_and_why_in_one_paragraph(client: AirflowClient) -> None:
    with pytest.raises(SupportListError) as refused:
        client.get("dags/unknown")
    assert str(refused.value) == "Airflow refused GET /api/v2/dags/unknown with status 404: no such DAG"


def test_what_is_not_there_is_none(client: AirflowClient) -> None:
    assert client.find("dags/unknown") is None


def test_health_names_every_component(client: AirflowClient) -> None:
    assert client.health() == {"scheduler": "healthy", "triggerer": "None"}


def test_silence_is_explained_by_who_knows() -> None:
    silent = AirflowClient("http://127.0.0.1:1", "admin", "secret", check)
    assert silent.health() == {}
    with pytest.raises(SupportListError, match="the scheduler ended by itself"):
        silent.get("dags")
