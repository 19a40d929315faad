"""The PostgreSQL server of this installation: its own, embedded, or one elsewhere that SUPPORT_LIST_PG_HOST names."""

from __future__ import annotations

from school_support.warehouse import embedded
from school_support.warehouse.migrate import migrate
from school_support.warehouse.secrets import read_secrets


def is_elsewhere() -> bool:
    """Whether the server is another's to start and stop."""
    return "SUPPORT_LIST_PG_HOST" in read_secrets()


def start() -> None:
    """Start the embedded server unless it runs; one elsewhere is left alone.

    Raises:
        SupportListError: it did not start.
    """
    if not is_elsewhere():
        embedded.start()


def prepare() -> None:
    """Start the embedded server unless it runs, and bring its tables up to date; one elsewhere is left alone.

    There `support-list migrate` does it, which alone needs the administrator's password.

    Raises:
        SupportListError: it did not start, or cannot be migrated.
    """
    if not is_elsewhere():
        embedded.start()
        migrate()


def stop() -> bool:
    """Stop the embedded server; true if it ran. One elsewhere is left alone."""
    return not is_elsewhere() and embedded.stop()
