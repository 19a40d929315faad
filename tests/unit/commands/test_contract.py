"""What `support-list contract check` says of a file."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from school_support.commands.contract import app


def test_a_file_that_is_not_there_is_not_held_against_a_contract(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["check", str(tmp_path / "england_ks2final.csv")])
    assert done.exit_code == 1
    assert f"There is no file {tmp_path}/england_ks2final.csv." in done.output.replace("\n", "")
    assert "contract knows" not in done.output
