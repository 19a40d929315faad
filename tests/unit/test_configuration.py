"""docs/configuration.md is what the settings say."""

from __future__ import annotations

from school_support.configuration import PAGE, render
from school_support.settings import Settings


def test_the_page_is_that_of_these_settings() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run `make docs`"


def test_every_setting_is_described() -> None:
    assert not [name for name, field in Settings.model_fields.items() if not field.description]
