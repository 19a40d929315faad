"""Which schools a filter keeps."""

from __future__ import annotations

import pytest

from school_support.web.filters import Filters
from school_support.web.rows import ListedSchool

from .conftest import MakeSchool


@pytest.fixture
def schools(school: MakeSchool) -> list[ListedSchool]:
    return [
        school("990001", school_name="Alder Lane"),
        school("990002", school_name="Beacon", tier="high", tier_rank=4, occasions=["top_tier"]),
        school("990003", school_name="Cedar", phase="secondary", former_tier=None, former_tier_rank=None),
        school("990004", school_name="Dove", sector="academy", tier="light_touch", tier_rank=1, sensitive_to="cut + 1"),
        school("990005", school_name="Elder", tier="insufficient_evidence", tier_rank=None),
    ]


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ({}, "12345"),
        ({"q": "  BEACON "}, "2"),
        ({"q": "990003"}, "3"),
        ({"q": "99000"}, ""),
        ({"tier": "high"}, "2"),
        ({"phase": "secondary"}, "3"),
        ({"sector": "academy"}, "4"),
        ({"move": "moved"}, "2345"),
        ({"move": "more"}, "2"),
        ({"move": "less"}, "4"),
        ({"move": "new"}, "3"),
        ({"move": "other"}, "5"),
        ({"move": "same"}, "1"),
        ({"panel": "yes"}, "2"),
        ({"borderline": "yes"}, "4"),
        ({"panel": "yes", "borderline": "yes"}, ""),
        ({"something": "else"}, "12345"),
    ],
)
def test_a_filter_keeps(schools: list[ListedSchool], asked: dict[str, str], kept: str) -> None:
    assert "".join(school.urn[-1] for school in Filters.of(asked).listed(schools)) == kept
