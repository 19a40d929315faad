"""A server on this machine that plays all the publishers, and a mirror kept from it without waiting."""

from __future__ import annotations

import csv
import datetime as dt
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from school_support.downloads.addresses import Addresses, DataSet, Policy
from school_support.downloads.publishers import Publishers
from school_support.downloads.refresh import DownloadSummary, refresh_mirror

CSV = "text/csv"
TODAY = dt.date(2026, 3, 20)


@dataclass
class Answer:
    """What the server says once: a status, headers and a body, of which it may send fewer bytes than it declares."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = CSV
    sent: int | None = None
    declares_length: bool = True
    hangs: bool = False


@dataclass
class Asked:
    """One request as the server saw it."""

    path: str
    headers: Mapping[str, str]


class Server:
    """Answers by path: each time the next of the answers given for it, and the last one from then on."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = defaultdict(list)
        self.asked: list[Asked] = []
        self.release = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.asked.append(Asked(self.path, {name.lower(): value for name, value in self.headers.items()}))
                waiting = server.answers.get(self.path)
                if not waiting:
                    answer = Answer(b"<html>not here</html>", 404, content_type="text/html")
                else:
                    answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                self._give(answer)

            def _give(self, answer: Answer) -> None:
                etag = answer.headers.get("ETag")
                if etag and self.headers.get("If-None-Match") == etag:
                    answer = Answer(status=304, headers=answer.headers, content_type=None)
                if answer.hangs:
                    server.release.wait(30)
                self.send_response(answer.status)
                if answer.content_type:
                    self.send_header("Content-Type", answer.content_type)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.status != 304 and answer.declares_length and "Content-Length" not in answer.headers:
                    self.send_header("Content-Length", str(len(answer.body)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(answer.body[: answer.sent])
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                """Silent."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.host = f"127.0.0.1:{self._http.server_port}"
        self.base = f"http://{self.host}"

    def stop(self) -> None:
        self.release.set()
        self._http.shutdown()
        self._http.server_close()

    def says(self, path: str, *answers: Answer) -> None:
        self.answers[path] = list(answers)

    def says_json(self, path: str, page: object) -> None:
        self.says(path, Answer(json.dumps(page).encode(), content_type="application/json; charset=utf-8"))

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


@pytest.fixture
def server() -> Iterator[Server]:
    playing = Server()
    yield playing
    playing.stop()


class Clock:
    """Time that passes only when somebody sleeps, or the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def policy_for(server: Server, **changes: Any) -> Policy:
    said = {
        "hosts": {server.host},
        "content_types": {"text/csv", "application/zip", "application/octet-stream", "application/gzip"},
        "attempts": 4,
        "pause": 1.0,
        "timeout": 5.0,
        "first_wait": 2.0,
        "longest_wait": 100.0,
        "longest_download": 600.0,
        "largest_page": 100_000,
    }
    return Policy.model_validate(said | changes)


@pytest.fixture
def publishers(server: Server, clock: Clock) -> Iterator[Callable[..., Publishers]]:
    opened: list[Publishers] = []

    def connect(**changes: Any) -> Publishers:
        opened.append(Publishers(policy_for(server, **changes), sleep=clock.sleep, clock=clock))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.__exit__()


Refresh = Callable[..., DownloadSummary]


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


@pytest.fixture
def refresh(server: Server, publishers: Callable[..., Publishers], mirror: Path) -> Refresh:
    """Refresh the mirror from some data sets, with the policy of the tests or changes to it."""

    def run(
        *data_sets: DataSet, since: dt.date | None = None, today: dt.date = TODAY, **changes: Any
    ) -> DownloadSummary:
        addresses = Addresses(policy=policy_for(server, **changes), data_sets=data_sets)
        return refresh_mirror(
            addresses.sources, mirror, since=since, addresses=addresses, publishers=publishers(**changes), today=today
        )

    return run


def index_of(mirror: Path) -> list[dict[str, str]]:
    with (mirror / "releases.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
