"""An alert goes to the log, and where the connection says."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from school_support.errors import SupportListError
from school_support.orchestration.alerts import send
from school_support.orchestration.retries import may_pass

VARIABLE = "AIRFLOW_CONN_SUPPORT_LIST_ALERTS"
Told = tuple[str, dict[str, str], str | None]


@pytest.fixture
def webhook() -> Iterator[tuple[int, list[Told]]]:
    """A port, and what was posted there: path, JSON, authorisation. The path /no is refused for good, /down for now."""
    told: list[Told] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.append((self.path, body, self.headers["Authorization"]))
            self.send_response({"/no": 404, "/down": 503}.get(self.path, 204))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, told
    server.shutdown()
    server.server_close()


@pytest.fixture
def mail_server() -> Iterator[tuple[int, list[str]]]:
    """A port where a server of mail listens for one message, and the lines that it heard."""
    heard: list[str] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rwb") as stream:

            def say(line: str) -> None:
                stream.write(line.encode() + b"\r\n")
                stream.flush()

            say("220 ready")
            in_message = False
            for raw in stream:
                line = raw.decode().rstrip("\r\n")
                heard.append(line)
                if in_message:
                    if line == ".":
                        in_message = False
                        say("250 taken")
                elif line == "data":
                    in_message = True
                    say("354 go on")
                elif line.lower() == "quit":
                    say("221 bye")
                    return
                else:
                    say("250 fine")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listening.getsockname()[1], heard
    listening.close()
    thread.join(timeout=5)


def test_without_a_connection_the_log_has_it(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert send("News", "Two schools") == "log"
    assert "News\nTwo schools" in caplog.text


def test_a_webhook_is_posted_to(
    webhook: tuple[int, list[Told]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    port, told = webhook
    connection = {
        "conn_type": "http",
        "host": "127.0.0.1",
        "port": port,
        "password": "token",
        "extra": {"path": "/hooks/1"},
    }
    monkeypatch.setenv(VARIABLE, json.dumps(connection))
    caplog.set_level(logging.INFO)
    assert send("News", "Two schools") == "http"
    assert told == [("/hooks/1", {"subject": "News", "text": "Two schools"}, "Bearer token")]
    # The path of a webhook is often all that protects it.
    assert "token" not in caplog.text
    assert "/hooks/1" not in caplog.text


@pytest.mark.parametrize(("path", "status", "again"), [("no", 404, False), ("down", 503, True)])
def test_a_webhook_that_refuses_fails_the_task_and_one_at_fault_is_asked_again(
    path: str, status: int, again: bool, webhook: tuple[int, list[Told]], monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = {"conn_type": "http", "host": "127.0.0.1", "port": webhook[0], "extra": {"path": path}}
    monkeypatch.setenv(VARIABLE, json.dumps(connection))
    with pytest.raises(
        (SupportListError, ConnectionError), match=f"at 127.0.0.1 answered with status {status}"
    ) as raised:
        send("News", "Two schools")
    assert may_pass(raised.value) is again
    assert path not in str(raised.value)


def test_a_mail_is_sent(mail_server: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    port, heard = mail_server
    extra = {"from": "list@fenmere.example", "to": "lead@fenmere.example, team@fenmere.example"}
    monkeypatch.setenv(VARIABLE, json.dumps({"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra}))
    assert send("News", "Two schools") == "smtp"
    said = "\n".join(heard)
    assert "rcpt TO:<lead@fenmere.example>" in said
    assert "rcpt TO:<team@fenmere.example>" in said
    assert "Subject: News" in said
    assert "Two schools" in said


@pytest.mark.parametrize(
    ("connection", "says"),
    [
        ({"conn_type": "postgres", "host": "h"}, "is of type postgres"),
        ({"conn_type": "smtp", "host": "127.0.0.1", "extra": {"from": "a@b.example"}}, 'needs {"from"'),
    ],
)
def test_a_connection_that_cannot_serve_says_so(
    connection: dict[str, object], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, json.dumps(connection))
    with pytest.raises(SupportListError, match=says):
        send("News", "Two schools")
