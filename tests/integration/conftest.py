"""The real files in the session's warehouse, once: landed, loaded, through gate 1 and staged."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_warehouse(warehouse: Path, real_data: Path) -> Path:
    from school_support.landing.ingest import land_folder, load_landed
    from school_support.quality.gate import accept_loaded
    from school_support.sources.contract import load_sources
    from school_support.warehouse.dbt import build

    sources = sorted(load_sources())
    land_folder(real_data, sources)
    load_landed(sources)
    accept_loaded(sources)
    build(["resource_type:seed", "staging"])
    return warehouse
