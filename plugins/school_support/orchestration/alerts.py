"""One message to people: always to the log, and by the Airflow connection `support_list_alerts` where that is defined.

A connection of type http posts JSON, {"subject": ..., "text": ...}, to its address; one of type smtp sends an e-mail, its extra
naming "from" and "to". Passwords stay in Airflow's connections.
"""

from __future__ import annotations

import logging
import smtplib
from email.message import EmailMessage

import httpx
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException

from school_support.errors import SupportListError

CONNECTION = "support_list_alerts"
TIMEOUT_SECONDS = 30


def send(subject: str, body: str) -> str:
    """Tell people; returns the way it went: log, http or smtp.

    Raises:
        SupportListError: the connection is of another type, does not say from whom to whom, or the webhook refuses.
        httpx.TransportError, OSError: the other side did not take it now.
    """
    logging.getLogger(__name__).warning("%s\n%s", subject, body)
    try:
        connection = Connection.get(CONNECTION)
    except AirflowNotFoundException:
        return "log"
    if connection.conn_type in ("http", "https"):
        _post(connection, subject, body)
        return "http"
    if connection.conn_type == "smtp":
        _mail(connection, subject, body)
        return "smtp"
    raise SupportListError(f"The connection {CONNECTION} is of type {connection.conn_type}: make it http or smtp.")


def _post(connection: Connection, subject: str, body: str) -> None:
    """The connection's password, if it has one, goes along as a bearer token.

    The path of many webhooks is their secret: it stands in no error, nor in the log, where httpx would write each address.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)
    scheme = connection.schema or connection.conn_type
    port = f":{connection.port}" if connection.port else ""
    path = connection.extra_dejson.get("path", "")
    headers = {"Authorization": f"Bearer {connection.password}"} if connection.password else {}
    response = httpx.post(
        f"{scheme}://{connection.host}{port}/{path.lstrip('/')}",
        json={"subject": subject, "text": body},
        headers=headers,
        timeout=TIMEOUT_SECONDS,
    )
    said = (
        f"The webhook of the connection {CONNECTION} at {connection.host} answered with status {response.status_code}."
    )
    if response.is_server_error:
        raise ConnectionError(said)
    if not response.is_success:
        raise SupportListError(said)


def _mail(connection: Connection, subject: str, body: str) -> None:
    """Encrypted from the start or by STARTTLS, but for a server on this machine."""
    extra = connection.extra_dejson
    if not extra.get("from") or not extra.get("to"):
        raise SupportListError(f'The connection {CONNECTION} needs {{"from": ..., "to": ...}} in its extra.')
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, extra["from"], extra["to"]
    message.set_content(body)
    wrapped = connection.port == smtplib.SMTP_SSL_PORT
    with (smtplib.SMTP_SSL if wrapped else smtplib.SMTP)(
        connection.host or "localhost", connection.port or 0, timeout=TIMEOUT_SECONDS
    ) as server:
        if not wrapped and connection.host not in ("localhost", "127.0.0.1"):
            server.starttls()
        if connection.login:
            server.login(connection.login, connection.password or "")
        server.send_message(message)
