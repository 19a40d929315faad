"""Only what may pass is tried again, and the reason is what the user should read."""

from __future__ import annotations

import httpx
import psycopg
import pytest
from airflow.sdk.definitions.retry_policy import RetryAction

from school_support.errors import SupportListError
from school_support.orchestration.retries import RetryOnlyWhatMayPass


def caused(cause: Exception) -> SupportListError:
    try:
        raise SupportListError("PostgreSQL does not answer.") from cause
    except SupportListError as error:
        return error


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError("connection refused"),
        psycopg.errors.DeadlockDetected("deadlock detected"),
        httpx.ConnectError("no route"),
        ConnectionResetError("reset"),
        caused(psycopg.OperationalError("connection refused")),
    ],
    ids=repr,
)
def test_network_and_database_are_tried_again(error: Exception) -> None:
    assert RetryOnlyWhatMayPass().evaluate(error, 1, 2).action is RetryAction.RETRY


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SupportListError("ks2.csv, line 7: mend it."), "ks2.csv, line 7: mend it."),
        (caused(psycopg.errors.UniqueViolation("duplicate")), "PostgreSQL does not answer."),
        (KeyError("urn"), "KeyError: 'urn'"),
    ],
    ids=repr,
)
def test_everything_else_fails_at_once_and_says_why(error: Exception, said: str) -> None:
    decision = RetryOnlyWhatMayPass().evaluate(error, 1, 2)
    assert (decision.action, decision.reason) == (RetryAction.FAIL, said)
