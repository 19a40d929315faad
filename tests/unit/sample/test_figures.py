from __future__ import annotations

import pytest

from school_support.sample.figures import fixed, padded_percent, percent, suppressed, trimmed


@pytest.mark.parametrize(
    ("part", "whole", "spelt"),
    [(19, 30, "63%"), (0, 7, "0%"), (7, 7, "100%"), (1, 8, "13%"), (1, 200, "1%")],
)
def test_a_percentage_is_whole_has_a_sign_and_rounds_halves_up(part: int, whole: int, spelt: str) -> None:
    assert percent(part, whole) == spelt


def test_a_spreadsheet_shows_one_decimal_as_two() -> None:
    assert padded_percent(632, 1000) == "63.20%"


@pytest.mark.parametrize(
    ("value", "decimals", "with_zeros", "without"),
    [
        (1.0, 1, "1.0", "1"),
        (-0.04, 1, "0.0", "0"),
        (-2.26, 1, "-2.3", "-2.3"),
        (0.1, 2, "0.10", "0.1"),
        (104.4, 0, "104", "104"),
        (110.0, 0, "110", "110"),
        (3489080.15, 1, "3489080.2", "3489080.2"),
    ],
)
def test_numbers_keep_or_lose_their_zeros(value: float, decimals: int, with_zeros: str, without: str) -> None:
    assert fixed(value, decimals) == with_zeros
    assert trimmed(value, decimals) == without


def test_five_pupils_are_suppressed_and_six_are_not() -> None:
    assert suppressed(5)
    assert not suppressed(6)
