"""What is asked of a publisher, how often, and what is believed of its answers."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from school_support import __version__
from school_support.downloads.faults import DownloadFailed, NotThere
from school_support.downloads.publishers import Publishers
from school_support.settings import settings

from .conftest import Answer, Clock, Server

Connect = Callable[..., Publishers]
ROWS = b"URN,A\n100000,1\n"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "draft"


def redirect(to: str, status: int = 302) -> Answer:
    return Answer(status=status, headers={"Location": to}, content_type=None)


def test_a_chain_of_redirects_leads_to_the_file(server: Server, publishers: Connect, target: Path) -> None:
    server.says("/a", redirect("/b", 301))
    server.says("/b", redirect(f"{server.base}/c", 307))
    server.says(
        "/c", Answer(ROWS, headers={"ETag": '"one"', "Content-Disposition": 'attachment; filename="ks2 final.csv"'})
    )

    delivered = publishers().fetch(f"{server.base}/a", target, 1000, {})

    assert target.read_bytes() == ROWS
    assert delivered is not None
    assert (delivered.etag, delivered.name) == ('"one"', "ks2 final.csv")
    assert server.paths() == ["/a", "/b", "/c"]


@pytest.mark.parametrize(
    "to", ["https://files.example.org/x.csv", "http://www.gov.uk/x.csv", "ftp://127.0.0.1/x.csv", "file:///etc/passwd"]
)
def test_a_redirect_to_another_host_or_off_https_is_refused(
    server: Server, publishers: Connect, target: Path, clock: Clock, to: str
) -> None:
    server.says("/a", redirect(to))

    with pytest.raises(DownloadFailed, match=r"not among the hosts that may be asked over https"):
        publishers(hosts={server.host, "www.gov.uk"}).fetch(f"{server.base}/a", target, 1000, {})

    assert server.paths() == ["/a"]
    assert clock.slept == []


def test_a_circle_of_redirects_ends(server: Server, publishers: Connect, target: Path) -> None:
    server.says("/a", redirect("/a"))
    with pytest.raises(DownloadFailed, match="redirects more than 5 times"):
        publishers().fetch(f"{server.base}/a", target, 1000, {})
    assert len(server.asked) == 6


def test_the_user_agent_says_who_asks_and_whom_to_write_to(
    server: Server, publishers: Connect, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.says("/a", Answer(ROWS))
    monkeypatch.setenv("SUPPORT_LIST_DOWNLOAD_CONTACT", "data@example.gov.uk")
    settings.cache_clear()
    try:
        publishers().fetch(f"{server.base}/a", target, 1000, {})
    finally:
        settings.cache_clear()
    assert server.asked[0].headers["user-agent"] == f"school-support-list/{__version__} (data@example.gov.uk)"


def test_a_file_that_is_known_is_not_sent_again(server: Server, publishers: Connect, target: Path) -> None:
    server.says("/a", Answer(ROWS, headers={"ETag": '"one"'}))
    known = {"If-None-Match": '"one"', "If-Modified-Since": "Mon, 02 Mar 2026 09:30:00 GMT"}

    assert publishers().fetch(f"{server.base}/a", target, 1000, known) is None

    seen = server.asked[0].headers
    assert (seen["if-none-match"], seen["if-modified-since"]) == ('"one"', "Mon, 02 Mar 2026 09:30:00 GMT")
    assert not target.exists()


def test_not_modified_without_a_condition_is_no_answer(server: Server, publishers: Connect, target: Path) -> None:
    server.says("/a", Answer(status=304, content_type=None))
    with pytest.raises(DownloadFailed, match="without a condition"):
        publishers().fetch(f"{server.base}/a", target, 1000, {})


def test_too_many_requests_are_repeated_after_the_time_asked_for(
    server: Server, publishers: Connect, target: Path, clock: Clock
) -> None:
    server.says("/a", Answer(status=429, headers={"Retry-After": "17"}), Answer(ROWS))
    publishers(pause=0).fetch(f"{server.base}/a", target, 1000, {})
    assert target.read_bytes() == ROWS
    assert clock.slept == [17.0]


def test_retry_after_may_be_a_moment(server: Server, publishers: Connect, target: Path, clock: Clock) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    server.says("/a", Answer(status=503, headers={"Retry-After": moment}), Answer(ROWS))
    publishers(pause=0).fetch(f"{server.base}/a", target, 1000, {})
    assert len(clock.slept) == 1
    assert 0 < clock.slept[0] <= 60


def test_a_server_that_asks_for_too_long_a_rest_is_left_alone(
    server: Server, publishers: Connect, target: Path, clock: Clock
) -> None:
    server.says("/a", Answer(status=429, headers={"Retry-After": "7200"}))
    with pytest.raises(DownloadFailed, match=r"left alone for 7,200 seconds\. Run the download again then"):
        publishers().fetch(f"{server.base}/a", target, 1000, {})
    assert len(server.asked) == 1
    assert clock.slept == []


def test_a_fault_of_the_server_is_waited_for_longer_each_time(
    server: Server, publishers: Connect, target: Path, clock: Clock
) -> None:
    server.says("/a", Answer(status=500), Answer(status=502), Answer(ROWS))
    publishers(pause=0).fetch(f"{server.base}/a", target, 1000, {})
    assert target.read_bytes() == ROWS
    # 2 and 4 seconds, and up to 2 more at random.
    assert 2 <= clock.slept[0] <= 4
    assert 4 <= clock.slept[1] <= 6
    assert len(clock.slept) == 2


def test_a_fault_that_stays_is_reported_after_so_many_times(server: Server, publishers: Connect, target: Path) -> None:
    server.says("/a", Answer(status=500))
    with pytest.raises(DownloadFailed, match=r"answered 500 .*Asked 4 times; run the download again later"):
        publishers().fetch(f"{server.base}/a", target, 1000, {})
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("status", "error"), [(403, DownloadFailed), (400, DownloadFailed), (404, NotThere), (410, NotThere)]
)
def test_a_refusal_is_not_asked_about_again(
    server: Server, publishers: Connect, target: Path, status: int, error: type[DownloadFailed]
) -> None:
    server.says("/a", Answer(status=status))
    with pytest.raises(error, match=f"answered {status}"):
        publishers().fetch(f"{server.base}/a", target, 1000, {})
    assert len(server.asked) == 1


def test_a_body_that_was_cut_off_is_asked_for_again(server: Server, publishers: Connect, target: Path) -> None:
    server.says("/a", Answer(ROWS, sent=5), Answer(ROWS))
    publishers().fetch(f"{server.base}/a", target, 1000, {})
    assert target.read_bytes() == ROWS
    assert len(server.asked) == 2


def test_a_body_that_is_always_cut_off_is_no_file(server: Server, publishers: Connect, target: Path) -> None:
    server.says("/a", Answer(ROWS, sent=5))
    with pytest.raises(DownloadFailed, match=r"the connection failed .* Asked 4 times"):
        publishers().fetch(f"{server.base}/a", target, 1000, {})


def test_a_server_that_does_not_answer_is_given_up(server: Server, publishers: Connect, target: Path) -> None:
    server.says("/a", Answer(ROWS, hangs=True))
    with pytest.raises(DownloadFailed, match=r"the connection failed .* Asked 2 times"):
        publishers(timeout=0.1, attempts=2).fetch(f"{server.base}/a", target, 1000, {})
    assert len(server.asked) == 2


def test_a_server_that_drips_is_given_up(server: Server, publishers: Connect, target: Path, clock: Clock) -> None:
    def an_hour_passes(*_: object) -> None:
        clock.now += 3600

    # The first piece takes an hour, and so does the second.
    server.says("/a", Answer(ROWS * 20_000))
    with pytest.raises(DownloadFailed, match="after 5,000 seconds, the longest"):
        publishers(longest_download=5000).fetch(f"{server.base}/a", target, 10**7, {}, an_hour_passes)
    assert len(server.asked) == 1


def test_nobody_there_is_a_fault_of_the_network(server: Server, publishers: Connect, target: Path) -> None:
    connection = publishers(attempts=2)
    server.stop()
    with pytest.raises(DownloadFailed, match=r"the connection failed .* Asked 2 times"):
        connection.fetch(f"{server.base}/a", target, 1000, {})


def test_a_size_beyond_the_limit_is_refused_before_a_byte_is_read(
    server: Server, publishers: Connect, target: Path
) -> None:
    server.says("/a", Answer(b"x" * 1001))
    with pytest.raises(DownloadFailed, match=r"declares 1,001 bytes; at most 1,000 are taken"):
        publishers().fetch(f"{server.base}/a", target, 1000, {})
    assert target.read_bytes() == b""


def test_a_size_that_was_not_declared_is_measured(server: Server, publishers: Connect, target: Path) -> None:
    server.says("/a", Answer(b"x" * 200_000, declares_length=False))
    with pytest.raises(DownloadFailed, match="sends more than 100,000 bytes"):
        publishers().fetch(f"{server.base}/a", target, 100_000, {})
    assert target.stat().st_size <= 100_000
    assert len(server.asked) == 1


def test_what_is_packed_for_the_way_is_measured_unpacked(server: Server, publishers: Connect, target: Path) -> None:
    packed = gzip.compress(b"0" * 5_000_000)
    assert len(packed) < 100_000
    server.says("/a", Answer(packed, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(DownloadFailed, match="sends more than 100,000 bytes"):
        publishers().fetch(f"{server.base}/a", target, 100_000, {})


def test_a_packed_body_that_is_damaged_is_refused(server: Server, publishers: Connect, target: Path) -> None:
    server.says("/a", Answer(b"no gzip at all", headers={"Content-Encoding": "gzip"}))
    with pytest.raises(DownloadFailed, match="cannot be understood"):
        publishers().fetch(f"{server.base}/a", target, 1000, {})
    assert len(server.asked) == 1


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "application/json", None])
def test_a_page_where_a_file_should_be_is_refused_at_once(
    server: Server, publishers: Connect, target: Path, content_type: str | None
) -> None:
    server.says("/a", Answer(ROWS, content_type=content_type))
    said = content_type.split(";")[0] if content_type else "no content type"
    with pytest.raises(DownloadFailed, match=f"answered with {said} where a data file was expected"):
        publishers().fetch(f"{server.base}/a", target, 1000, {})
    assert len(server.asked) == 1


def test_a_page_that_is_no_json_says_so(server: Server, publishers: Connect) -> None:
    server.says("/html", Answer(b"<html>", content_type="text/html"))
    server.says("/broken", Answer(b'{"a": ', content_type="application/json"))
    server.says("/long", Answer(b"[" + b"1," * 60_000 + b"1]", content_type="application/json"))
    with pytest.raises(DownloadFailed, match="text/html where JSON was expected"):
        publishers().page(f"{server.base}/html")
    with pytest.raises(DownloadFailed, match="JSON that cannot be read"):
        publishers().page(f"{server.base}/broken")
    with pytest.raises(DownloadFailed, match="at most 100,000 are taken"):
        publishers().page(f"{server.base}/long")


def test_two_requests_to_a_host_are_a_pause_apart(server: Server, publishers: Connect, clock: Clock) -> None:
    server.says_json("/a", {})
    connection = publishers(pause=1.5)
    connection.page(f"{server.base}/a")
    clock.now += 0.5
    connection.page(f"{server.base}/a")
    clock.now += 10
    connection.page(f"{server.base}/a")
    assert clock.slept == [1.0]


def test_progress_tells_the_bytes_so_far_and_those_declared(server: Server, publishers: Connect, target: Path) -> None:
    body = b"x" * 200_000
    told: list[tuple[int, int | None]] = []
    server.says("/a", Answer(body))
    publishers().fetch(
        f"{server.base}/a", target, 10**6, {}, lambda received, expected: told.append((received, expected))
    )
    assert told[-1] == (200_000, 200_000)
    assert [received for received, _ in told] == sorted({received for received, _ in told})
