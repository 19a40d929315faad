"""What the history says of a run that failed."""

from __future__ import annotations

import pytest

from school_support.quality import history
from school_support.quality.history import recorded


@pytest.mark.parametrize(
    ("error", "said"), [(ValueError("broken"), "ValueError: broken"), (AssertionError(), "AssertionError")]
)
def test_an_error_without_words_is_named(error: Exception, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = []
    monkeypatch.setattr(history, "write", lambda run, started, seconds, message=None: messages.append(message))
    with pytest.raises(type(error)), recorded("gate", "candidate 7"):
        raise error
    assert messages == [said]
