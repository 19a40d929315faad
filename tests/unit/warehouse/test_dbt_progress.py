"""Which lines of dbt say that a node is done."""

from __future__ import annotations

import pytest

from school_support.warehouse.dbt import DONE


@pytest.mark.parametrize(
    "line",
    [
        "11:20:01  12 of 168 OK loaded seed file seeds.rule_tier ............ [INSERT 10 in 0.21s]",
        "11:20:01  12 of 168 OK created sql table model marts.school_tier ... [SELECT 80 in 1.02s]",
        "11:20:01  12 of 168 PASS unique_dim_school_urn ..................... [PASS in 0.05s]",
        "11:20:01  12 of 168 FAIL 3 unique_dim_school_urn ................... [FAIL 3 in 0.05s]",
        "11:20:01  12 of 168 WARN 1 unique_dim_school_urn ................... [WARN 1 in 0.05s]",
        "11:20:01  12 of 168 ERROR creating sql table model marts.x ......... [ERROR in 0.05s]",
        "11:20:01  12 of 168 SKIP relation marts.school_tier ................ [SKIP]",
    ],
)
def test_a_node_that_is_done_says_of_how_many(line: str) -> None:
    found = DONE.search(line)
    assert found is not None
    assert found[2] == "168"


@pytest.mark.parametrize(
    "line",
    [
        "11:20:01  12 of 168 START sql table model marts.school_tier ........ [RUN]",
        "11:20:01  Found 77 models, 34 seeds, 91 data tests",
        "11:20:01  Done. PASS=168 WARN=0 ERROR=0 SKIP=0 TOTAL=168",
    ],
)
def test_other_lines_say_nothing(line: str) -> None:
    assert DONE.search(line) is None
