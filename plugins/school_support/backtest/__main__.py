"""`make backtest DATA=folder`: take in the folder's files, run the backtest, write the page."""

from __future__ import annotations

import sys
from pathlib import Path

from school_support.backtest.document import write_document
from school_support.backtest.run import run_backtest
from school_support.commands import plain_errors, screen
from school_support.errors import SupportListError
from school_support.landing.ingest import land_folder, load_landed
from school_support.quality.gate import accept_loaded
from school_support.settings import settings
from school_support.sources.contract import load_sources
from school_support.warehouse import server
from school_support.warehouse.dbt import build
from school_support.warehouse.migrate import migrate


def main(folder: str) -> None:
    """Run everything; say each step."""
    with plain_errors():
        if not folder or not Path(folder).is_dir():
            raise SupportListError("Say where the national files lie: make backtest DATA=../shared/data")
        server.start()
        migrate()
        screen.print("Taking in the files")
        sources = sorted(load_sources())
        land_folder(Path(folder).resolve(), sources)
        load_landed(sources)
        accept_loaded(sources)
        build(["resource_type:seed", "staging"])
        page = write_document(run_backtest(screen.print), settings().dbt_project.parent / "docs")
        screen.print(f"Written: {page}")


main(sys.argv[1] if len(sys.argv) > 1 else "")
