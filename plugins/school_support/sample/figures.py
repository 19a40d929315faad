"""How the performance tables spell numbers, and the codes that stand in for them."""

from __future__ import annotations

from collections.abc import Iterable

SUPPRESSED = "SUPP"
NOT_AVAILABLE = "NA"
NOT_PUBLISHED = "NP"
NO_ENTRIES = "NE"
LOW_COVERAGE = "LOWCOV"
NEW_SCHOOL = "NEW"

FEWEST_PUBLISHED = 6  # five pupils or fewer are never published
LOWEST_COVERAGE = 0.5
CONFIDENCE = 1.96


def suppressed(pupils: float) -> bool:
    return pupils < FEWEST_PUBLISHED


def percent(part: float, whole: float, decimals: int = 0) -> str:
    """'63%'; halves go up, as in the tables. `whole` must not be 0."""
    return f"{_round(100 * part / whole, decimals):.{decimals}f}%"


def padded_percent(part: float, whole: float) -> str:
    """'63.20%': one decimal that a spreadsheet showed as two."""
    return percent(part, whole, 1).replace("%", "0%")


def fixed(value: float, decimals: int) -> str:
    """'1.0': always the same number of decimals."""
    return f"{_round(value, decimals):.{decimals}f}"


def trimmed(value: float, decimals: int) -> str:
    """'1': without trailing zeros, as files that went through a spreadsheet are."""
    text = fixed(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _round(value: float, decimals: int) -> float:
    # Adding 0.0 turns -0.0 into 0.0. The nudge rounds the halves of whole counts up.
    return round(value + 1e-9, decimals) + 0.0


def all_as(code: str, columns: Iterable[str]) -> dict[str, str]:
    """The same code in several columns."""
    return dict.fromkeys(columns, code)
