"""A small client of Airflow's REST API."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from school_support.errors import SupportListError

ATTEMPTS = 5


class AirflowClient:
    """Speaks to an API server as one user.

    Args:
        url: address of the server, without a path.
        user, password: of the simple auth manager.
        check: called when the server does not answer; raises if it is known why.
    """

    def __init__(self, url: str, user: str, password: str, check: Callable[[], None]) -> None:
        self.url = url
        self._credentials: dict[str, str] | None = {"username": user, "password": password}
        self._check = check
        # The server is on this machine: a proxy from the environment must not be asked for it.
        self._http = httpx.Client(base_url=url, timeout=30, trust_env=False)

    @classmethod
    def with_token(cls, url: str, token: str) -> AirflowClient:
        """A client that acts for whoever the token was made for, for as long as it is good."""
        client = cls(url, "", "", lambda: None)
        client._credentials = None
        client._http.headers["Authorization"] = f"Bearer {token}"
        return client

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, path: str, **parameters: Any) -> Any:
        """GET a path below /api/v2; the answer's JSON."""
        return self._ask("GET", path, params=parameters)

    def find(self, path: str, **parameters: Any) -> Any | None:
        """GET a path below /api/v2; none if there is no such thing."""
        response = self._send("GET", path, params=parameters)
        return None if response.status_code == httpx.codes.NOT_FOUND else self._json(response)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """POST to a path below /api/v2; the answer's JSON."""
        return self._ask("POST", path, json=body)

    def patch(self, path: str, body: dict[str, Any], **parameters: Any) -> Any:
        """PATCH a path below /api/v2; the answer's JSON."""
        return self._ask("PATCH", path, json=body, params=parameters)

    def put(self, path: str) -> Any:
        """PUT a path below /api/v2, without a body; the answer's JSON."""
        return self._ask("PUT", path)

    def health(self) -> dict[str, str]:
        """Status of every component, `healthy` or not; empty while the server does not answer."""
        try:
            answer = self._http.get("/api/v2/monitor/health")
        except httpx.TransportError:
            return {}
        if answer.status_code != httpx.codes.OK:
            return {}
        return {name: str(state.get("status")) for name, state in answer.json().items()}

    def _ask(self, method: str, path: str, **arguments: Any) -> Any:
        return self._json(self._send(method, path, **arguments))

    def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                if "Authorization" not in self._http.headers:
                    self._log_in()
                response = self._http.request(method, f"/api/v2/{path}", **arguments)
            except httpx.TransportError as error:
                self._check()
                # Only what changes nothing may be asked twice.
                if method != "GET" or attempt == ATTEMPTS:
                    raise SupportListError(f"Airflow at {self.url} does not answer: {error!r}.") from error
                time.sleep(attempt)
                continue
            if response.is_server_error and method == "GET" and attempt < ATTEMPTS:
                # Its database is being restarted, for instance.
                time.sleep(attempt)
                continue
            if response.status_code == httpx.codes.UNAUTHORIZED and self._credentials and attempt < ATTEMPTS:
                del self._http.headers["Authorization"]
                continue
            return response
        raise SupportListError(f"Airflow at {self.url} refuses its own user and password.")

    def _log_in(self) -> None:
        answer = self._json(self._http.post("/auth/token", json=self._credentials))
        self._http.headers["Authorization"] = f"Bearer {answer['access_token']}"

    def _json(self, response: httpx.Response) -> Any:
        if response.is_error:
            raise SupportListError(
                f"Airflow refused {response.request.method} {response.request.url.path} with status "
                f"{response.status_code}: {_detail(response)}"
            )
        return response.json()


def _detail(response: httpx.Response) -> str:
    """What an error answer says: the first paragraph of its detail (the second is a JSON schema)."""
    try:
        said = str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        said = response.text[:1000]
    return said.split("\n\n")[0]
