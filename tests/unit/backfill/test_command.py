"""What the command line asks for before it starts anything."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from school_support.cli import app


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "2016", "--reason", "why"], "Say which list years: --from 2016 --to 2020."),
        (["--from", "2016", "--to", "2020"], "Say why with --reason, or look first with --dry-run."),
    ],
)
def test_what_is_missing_is_asked_for(arguments: list[str], said: str) -> None:
    found = CliRunner().invoke(app, ["backfill", *arguments])
    assert found.exit_code == 1
    assert said in found.output


def test_help_has_an_example_of_every_step() -> None:
    found = CliRunner().invoke(app, ["backfill", "--help"], env={"COLUMNS": "200"})
    assert found.exit_code == 0
    for step in ("--dry-run", "--reason", "backfill show 1", "backfill complete 1", "cancel", "list"):
        assert step in found.output
