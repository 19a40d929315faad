"""What status shows is whole in a wide terminal, in a narrow one and in a pipe."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.table import Table

from school_support.commands import show_table

SENTENCE = "provisional 2025/26, which was due on 20 October 2026, thirty-eight days before"


def shown(width: int, *rows: tuple[str, str]) -> list[str]:
    table = Table("source", "expected", title="Sources on 27 November 2026", title_justify="left")
    for row in rows:
        table.add_row(*row)
    out = io.StringIO()
    show_table(table, Console(file=out, width=width))
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", [20, 80, 200])
def test_nothing_is_cut(width: int) -> None:
    lines = shown(width, ("dfe_ks4", SENTENCE))
    assert any("dfe_ks4" in line and SENTENCE in line for line in lines)


def test_a_row_is_a_line_where_the_table_is_too_wide() -> None:
    assert shown(80, ("dfe_ks4", SENTENCE), ("gias", "")) == [
        "Sources on 27 November 2026",
        f"  source: dfe_ks4; expected: {SENTENCE}",
        "  source: gias",
    ]


def test_an_empty_table_says_so() -> None:
    assert shown(80) == ["Sources on 27 November 2026: none"]
