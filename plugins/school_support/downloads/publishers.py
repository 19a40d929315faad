"""Asking publishers over HTTP: politely, with bounds, and again only where the fault may pass."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from school_support import __version__
from school_support.downloads.addresses import Policy
from school_support.downloads.faults import DownloadFailed, NotThere, PassingFault
from school_support.settings import settings

CHUNK = 1 << 16
MOST_REDIRECTS = 5
OK, NOT_MODIFIED, TOO_MANY, SERVER_FAULT = 200, 304, 429, 500
GONE = frozenset({404, 410})
T = TypeVar("T")


@dataclass(frozen=True)
class Delivered:
    """What came with a file that was fetched: its validators for the next request, and the name it was sent under."""

    etag: str | None
    last_modified: str | None
    name: str | None

    @property
    def modified_on(self) -> dt.date | None:
        """The day of Last-Modified, None where the server does not give one that can be read."""
        moment = _moment(self.last_modified)
        return moment.date() if moment else None


class Publishers:
    """A connection to all publishers; one request at a time, with a pause between two to the same host.

    Args:
        policy: hosts, limits and pace.
        sleep: how to wait, in seconds.
        clock: a clock that only goes forward, in seconds.
    """

    def __init__(
        self,
        policy: Policy,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._policy = policy
        self._sleep = sleep
        self._clock = clock
        self._last_asked: dict[str, float] = {}
        self._backoff = wait_exponential_jitter(
            multiplier=policy.first_wait, max=policy.longest_wait, jitter=policy.first_wait
        )
        contact = settings().download_contact or "contact not set"
        self._client = httpx.Client(
            headers={"User-Agent": f"school-support-list/{__version__} ({contact})", "Accept-Encoding": "gzip"},
            timeout=policy.timeout,
        )

    def __enter__(self) -> Publishers:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def page(self, address: str) -> Any:
        """What a JSON page says.

        Raises:
            DownloadFailed: it cannot be had, is larger than the policy lets pages be, or is not JSON.
        """
        return self._again_while_it_may_pass(lambda: self._read_page(address))

    def fetch(
        self,
        address: str,
        target: Path,
        largest: int,
        known: dict[str, str],
        on_bytes: Callable[[int, int | None], None] = lambda *_: None,
    ) -> Delivered | None:
        """Write the file at an address to `target`; None, where the server says it is the one that is known.

        Args:
            address: https, on a host that the policy lists.
            target: overwritten; after a failure it holds nothing of use.
            largest: bytes; refused beyond that, as declared or as received.
            known: If-None-Match and If-Modified-Since from the last time, or nothing.
            on_bytes: called with the bytes received so far and those declared, if any.

        Raises:
            NotThere: 404 or 410.
            DownloadFailed: anything else that asking again would not mend, or that it has not mended.
        """
        return self._again_while_it_may_pass(lambda: self._write(address, target, largest, known, on_bytes))

    def _read_page(self, address: str) -> Any:
        with self._response(address, {"Accept": "application/json"}) as response:
            body = b"".join(self._body(response, self._policy.largest_page))
            if "json" not in response.headers.get("content-type", ""):
                raise DownloadFailed(
                    f"{address} answered with {_type_of(response)} where JSON was expected: the publisher has "
                    "changed this page. Look at it in a browser and correct addresses.yaml."
                )
            try:
                return json.loads(body)
            except ValueError as error:
                raise DownloadFailed(f"{address} answered with JSON that cannot be read ({error}).") from None

    def _write(
        self,
        address: str,
        target: Path,
        largest: int,
        known: dict[str, str],
        on_bytes: Callable[[int, int | None], None],
    ) -> Delivered | None:
        with self._response(address, known) as response:
            if response.status_code == NOT_MODIFIED and known:
                return None
            if response.status_code == NOT_MODIFIED:
                raise DownloadFailed(f"{address} answered 304 (not modified) to a request without a condition.")
            if _type_of(response) not in self._policy.content_types:
                raise DownloadFailed(
                    f"{address} answered with {_type_of(response)} where a data file was expected, probably a page "
                    "that says why. Look at it in a browser; correct addresses.yaml if the file has moved."
                )
            declared = response.headers.get("content-length", "")
            expected = int(declared) if declared.isdigit() else None
            received = 0
            with target.open("wb") as file:
                for chunk in self._body(response, largest):
                    received += file.write(chunk)
                    on_bytes(received, expected)
            headers = response.headers
            return Delivered(headers.get("etag"), headers.get("last-modified"), _name_in(headers))

    def _body(self, response: httpx.Response, largest: int) -> Iterator[bytes]:
        """The body in pieces, up to a limit of bytes and of time. The HTTP library itself refuses a body that was "
        "cut off."""
        declared = response.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > largest:
            raise DownloadFailed(f"{response.url} declares {int(declared):,} bytes; at most {largest:,} are taken.")
        started, received = self._clock(), 0
        for chunk in response.iter_bytes(CHUNK):
            received += len(chunk)
            if received > largest:
                raise DownloadFailed(f"{response.url} sends more than {largest:,} bytes, the most that are taken.")
            if self._clock() - started > self._policy.longest_download:
                raise DownloadFailed(
                    f"{response.url} had sent {received:,} bytes after {self._policy.longest_download:,.0f} seconds, "
                    "the longest that is waited for a file."
                )
            yield chunk

    @contextmanager
    def _response(self, address: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """The answer at the end of the redirects, if it is 200 or 304."""
        url = httpx.URL(address)
        for _ in range(MOST_REDIRECTS + 1):
            self._refuse_foreign(url, address)
            self._keep_pace(url.host)
            try:
                with self._client.stream("GET", url, headers=headers) as response:
                    if not response.has_redirect_location:
                        self._judge(response, address)
                        yield response
                        return
                    url = url.join(response.headers["location"])
            except httpx.TransportError as error:
                said = str(error) or type(error).__name__
                raise PassingFault(f"{address}: the connection failed ({said}).") from error
            except (httpx.DecodingError, httpx.InvalidURL) as error:
                raise DownloadFailed(f"{address}: the answer cannot be understood ({error}).") from error
        raise DownloadFailed(f"{address} redirects more than {MOST_REDIRECTS} times.")

    def _refuse_foreign(self, url: httpx.URL, address: str) -> None:
        """Only hosts of the policy are asked, and only over https, except this machine itself."""
        host = url.netloc.decode("ascii")
        loopback = url.host in {"127.0.0.1", "::1", "localhost"}
        if host in self._policy.hosts and (url.scheme == "https" or (url.scheme == "http" and loopback)):
            return
        raise DownloadFailed(
            f"{address} leads to {url.scheme}://{host}, which is not among the hosts that may be asked over https. "
            "If the publisher has moved there, add the host to addresses.yaml."
        )

    def _keep_pace(self, host: str) -> None:
        if host in self._last_asked:
            rest = self._policy.pause - (self._clock() - self._last_asked[host])
            if rest > 0:
                self._sleep(rest)
        self._last_asked[host] = self._clock()

    def _judge(self, response: httpx.Response, address: str) -> None:
        status = response.status_code
        if status in {OK, NOT_MODIFIED}:
            return
        if status in GONE:
            raise NotThere(f"{address} answered {status}: the publisher no longer has it there, or not yet.")
        if status != TOO_MANY and status < SERVER_FAULT:
            raise DownloadFailed(f"{address} answered {status} {response.reason_phrase}.")
        wait = _wait_asked_for(response.headers.get("retry-after"))
        if wait is not None and wait > self._policy.longest_wait:
            raise DownloadFailed(
                f"{address} answered {status} and asks to be left alone for {wait:,.0f} seconds. Run the download "
                "again then."
            )
        raise PassingFault(f"{address} answered {status} {response.reason_phrase}.", wait)

    def _again_while_it_may_pass(self, ask: Callable[[], T]) -> T:
        attempts = self._policy.attempts
        retrying = Retrying(
            stop=stop_after_attempt(attempts),
            retry=retry_if_exception_type(PassingFault),
            wait=self._wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(ask)
        except PassingFault as fault:
            raise DownloadFailed(f"{fault} Asked {attempts} times; run the download again later.") from fault

    def _wait(self, state: RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        if isinstance(fault, PassingFault) and fault.wait_seconds is not None:
            return fault.wait_seconds
        return self._backoff(state)


def _type_of(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "no content type")).partition(";")[0].strip().lower()


def _name_in(headers: httpx.Headers) -> str | None:
    message = Message()
    message["content-disposition"] = headers.get("content-disposition", "")
    return message.get_filename()


def _moment(text: str | None) -> dt.datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None


def _wait_asked_for(retry_after: str | None) -> float | None:
    """The seconds that Retry-After asks for, which may be a number or a moment."""
    if retry_after is None:
        return None
    if retry_after.isdigit():
        return float(retry_after)
    moment = _moment(retry_after)
    if moment is None:
        return None
    return max(0.0, (moment - dt.datetime.now(dt.UTC)).total_seconds())
