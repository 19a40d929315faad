"""Why a download did not happen, said so that a person can act."""

from __future__ import annotations

from school_support.errors import SupportListError


class DownloadFailed(SupportListError):
    """One file could not be had, and asking again would not help: the publisher has changed something."""


class NotThere(DownloadFailed):
    """The publisher says that there is nothing at an address (404 or 410)."""


class PassingFault(DownloadFailed):
    """A fault that may pass: the network, too many requests (429), or the server itself (5xx).

    `wait_seconds` is how long the server asks to be left alone, where it says so.
    """

    def __init__(self, message: str, wait_seconds: float | None = None) -> None:
        self.wait_seconds = wait_seconds
        super().__init__(message)
