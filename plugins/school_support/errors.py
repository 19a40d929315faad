"""The errors this package raises on purpose: each says what happened, where, and what to do."""


class SupportListError(Exception):
    """Something a user can act on; the command line prints the message without a traceback."""


def in_words(exception: BaseException) -> str:
    """What to tell the user: our own errors speak for themselves, of others the kind matters too."""
    if isinstance(exception, SupportListError):
        return str(exception)
    return f"{type(exception).__name__}: {exception}".removesuffix(": ")
