"""A form's token: shows that a form came from our own page and was filled in by the person who sends it."""

from __future__ import annotations

from fastapi import HTTPException
from itsdangerous import BadSignature, URLSafeTimedSerializer

# A working day: a form that was left open overnight is opened again.
LONGEST_AGE_SECONDS = 12 * 3600


class FormTokens:
    """Signs and checks tokens.

    Bound to the person and the hour, not to his session's own token, which the server may renew between the page and its
    form.

    Args:
        secret: key of the signature, the same in every process of the server.
    """

    def __init__(self, secret: str) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="support-list form")

    def make(self, name: str) -> str:
        """A token for the forms of a person's page."""
        return str(self._signer.dumps(name))

    def check(self, token: str, name: str) -> None:
        """Let a form through.

        Raises:
            HTTPException: 403, the token is missing, too old, forged, or somebody else's.
        """
        try:
            signed_for = self._signer.loads(token, max_age=LONGEST_AGE_SECONDS)
        except BadSignature:
            signed_for = None
        if signed_for != name:
            raise HTTPException(
                403, "This form is too old or was not opened by you. Open the page again and send it anew."
            )
