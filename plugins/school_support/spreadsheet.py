"""Texts that officers open in a spreadsheet."""

from __future__ import annotations

# What a spreadsheet takes for the start of a formula, full-width forms included, and what it skips to find one.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def inert(text: str) -> str:
    """Text that no spreadsheet runs as a formula: an apostrophe stands before it if it could."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS) else text
