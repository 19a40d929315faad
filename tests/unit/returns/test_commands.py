from __future__ import annotations

from pathlib import Path

import openpyxl
from typer.testing import CliRunner

from school_support.commands.returns import app

from .conftest import Fill

RUN = CliRunner()


def test_a_form_is_written(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    done = RUN.invoke(app, ["template", "--authority", "874", str(path)])
    assert done.exit_code == 0, done.output
    assert openpyxl.load_workbook(path)["School"]["B5"].value == "874"


def test_a_good_form_would_be_accepted(fill: Fill) -> None:
    done = RUN.invoke(app, ["check", str(fill())])
    assert done.exit_code == 0, done.output
    assert "would be accepted: 3 rows" in done.output


def test_a_bad_form_would_be_sent_back(fill: Fill) -> None:
    done = RUN.invoke(app, ["check", str(fill({"Results!D8": "twelve"}))])
    assert done.exit_code == 1
    assert "Results!D8" in done.output


def test_a_list_of_pupils_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "class.csv"
    path.write_text("UPN,Reading\nA123456789012,EXS\n")
    done = RUN.invoke(app, ["check", str(path)])
    assert done.exit_code == 1
    assert "list of pupils" in " ".join(done.output.split())
