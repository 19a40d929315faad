"""The errors this package raises on purpose: each says what happened, where, and what to do."""


class SupportListError(Exception):
    """Something a user can act on; the command line prints the message without a traceback."""
