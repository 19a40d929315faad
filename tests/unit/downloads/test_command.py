"""support-list download, against the server that plays the publishers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from school_support.commands.download import app
from school_support.downloads import addresses, refresh

from .conftest import Answer, Server, index_of

Run = Callable[..., Result]


@pytest.fixture
def run(server: Server, mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    path = tmp_path / "addresses.yaml"
    path.write_text(
        f"""
hosts: ["{server.host}"]
content_types: [text/csv]
attempts: 1
pause: 0
timeout: 5
first_wait: 1
longest_wait: 1
longest_download: 60
largest_page: 10000
---
source: dfe_ks2
kind: performance_tables
address: {server.base}/ks2?year={{year}}
name: ks2_tables
stage: final
years: [2018, 2019]
largest: 10000
basis: test
---
source: gias_links
kind: govuk_page
page: {server.base}/page
link: links_(?P<as_at>\\d+_[a-z]+_\\d+)
largest: 10000
basis: test
"""
    )
    loaded = addresses.load_addresses(path)
    for module in (addresses, refresh):
        monkeypatch.setattr(module, "load_addresses", lambda: loaded)
    monkeypatch.setenv("COLUMNS", "200")

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--to", str(mirror)])

    return invoke


def test_a_dry_run_prints_every_address_and_fetches_no_file(server: Server, mirror: Path, run: Run) -> None:
    result = run("--dry-run", "--since", "2018-01-01")
    assert f"dfe_ks2  {server.base}/ks2?year=2018-2019" in result.output
    assert f"dfe_ks2  {server.base}/ks2?year=2017-2018" in result.output
    assert f"{server.base}/page answered 404" in result.output
    assert result.exit_code == 1
    assert server.paths() == ["/page"]
    assert not mirror.exists()


def test_what_is_new_unchanged_and_failed_is_told_and_a_failure_ends_with_status_1(
    server: Server, mirror: Path, run: Run
) -> None:
    modified = {"Last-Modified": "Thu, 02 Apr 2020 08:30:00 GMT"}
    server.says("/ks2?year=2018-2019", Answer(b"URN\n100000\n", headers=modified))

    first = run()
    assert first.exit_code == 1
    assert "dfe_ks2/ks2_tables_2018-2019.csv" in first.output
    assert "2020-04-02" in first.output
    assert "new" in first.output
    assert "Failed. gias_links, govuk_page:" in first.output
    assert f"{server.base}/page answered 404" in first.output
    assert len(index_of(mirror)) == 1

    second = run("--source", "dfe_ks2")
    assert second.exit_code == 0
    assert "unchanged" in second.output


def test_a_source_without_an_address_is_named(run: Run) -> None:
    result = run("--source", "panel_decisions")
    assert result.exit_code == 1
    assert "No address is known for source panel_decisions; there are dfe_ks2, gias_links" in result.output
