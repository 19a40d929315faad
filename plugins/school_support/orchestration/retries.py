"""Which failed tasks are worth another try."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import RetryDecision, RetryPolicy

from school_support.errors import in_words

if TYPE_CHECKING:
    from airflow.sdk import Context


class RetryOnlyWhatMayPass(RetryPolicy):
    """Try again when the network or the database failed; fail at once on everything else.

    A refused file, a broken rule or a wrong setting is the same a minute later: its message should reach the user
    now, and a second try would only bury it in the log.
    """

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Context | None = None
    ) -> RetryDecision:
        """Airflow asks this in the task's process, with the exception that ended it.

        The reason goes into the task's log as a field of its own, where the command line finds what to tell the user.
        """
        said = in_words(exception)
        return RetryDecision.retry(reason=said) if may_pass(exception) else RetryDecision.fail(reason=said)


def may_pass(exception: BaseException) -> bool:
    """Whether an exception, or the one it was raised from, is a failure of the network or the database."""
    # Imported here: DAG files are parsed far more often than tasks fail.
    import httpx
    import psycopg

    passing = (psycopg.OperationalError, httpx.TransportError, ConnectionError, TimeoutError)
    cause: BaseException | None = exception
    while cause is not None:
        if isinstance(cause, passing):
            return True
        cause = cause.__cause__
    return False
