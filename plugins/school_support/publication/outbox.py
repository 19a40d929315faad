"""Messages to people that are written with what they tell of and sent afterwards, so that a crash between the two loses none."""

from __future__ import annotations

from collections.abc import Callable

from psycopg import Connection

from school_support.warehouse.connection import connect


def put(connection: Connection, authority: str, subject: str, body: str) -> None:
    """Leave a message to be sent; the caller commits."""
    connection.execute(
        "insert into publication.alert (authority, subject, body) values (%s, %s, %s)", (authority, subject, body)
    )


def send_waiting(send: Callable[[str, str], str]) -> list[str]:
    """Send every message that waits, oldest first; the ways they went.

    Killed between sending and noting it, a message is sent again: told twice is better than not at all.

    Args:
        send: sends a subject and a body, and says the way it went.
    """
    ways: list[str] = []
    with connect("support_publisher", autocommit=True) as connection:
        while True:
            with connection.transaction():
                waiting = connection.execute(
                    "select alert_id, subject, body from publication.alert where sent_at is null "
                    "order by alert_id limit 1 for update skip locked"
                ).fetchone()
                if waiting is None:
                    return ways
                alert_id, subject, body = waiting
                ways.append(send(subject, body))
                connection.execute(
                    "update publication.alert set sent_at = now(), sent_by = %s where alert_id = %s",
                    (ways[-1], alert_id),
                )
