"""The four steps that bring the files of some sources in, the same for every publisher."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from airflow.sdk import Param, chain, get_current_context, task

from school_support.orchestration.names import BUILD_POOL
from school_support.orchestration.tasks import handed_on

INGEST_PARAMS = {
    "folder": Param(
        None,
        type=["null", "string"],
        title="Folder",
        description_md="A folder with a `releases.csv`. Empty: the folder of the settings (`SUPPORT_LIST_DATA`).",
    )
}


def ingest(sources: Sequence[str], staging: Sequence[str]) -> Any:
    """Add the steps land, load, accept (gate 1) and stage to the DAG that is being defined.

    Every step takes up what earlier runs left, so a run that was killed is simply run again.

    Args:
        sources: names of sources, as in the folder index.
        staging: the folders of the staging models that read them.

    Returns:
        The first of the steps, for what has to come before them.
    """

    @task
    def land_files() -> Any:
        """Keep every new file of the folder whole, with a row in the ledger; fetch new ones first where that is set."""
        from school_support.downloads.refresh import refresh_mirror
        from school_support.landing.ingest import land_folder
        from school_support.settings import settings

        folder = get_current_context()["params"]["folder"]
        if folder or settings().data or not settings().download:
            return handed_on(land_folder(Path(folder) if folder else settings().data_folder, sources))
        failed = refresh_mirror(sources, settings().mirror).failed
        summary = land_folder(settings().mirror, sources)
        # What could not be had stops nothing that is there; it is reported with what was refused.
        summary.refused += [(f"{failure.source} {failure.what}", failure.reason) for failure in failed]
        return handed_on(summary)

    @task
    def load_releases() -> Any:
        """Copy landed files into raw under their contracts; quarantine those that break theirs."""
        from school_support.landing.ingest import load_landed

        return handed_on(load_landed(sources))

    @task
    def accept_releases() -> Any:
        """Gate 1: accept the loaded releases that pass the raw suites, quarantine the others."""
        from school_support.quality.gate import accept_loaded

        return handed_on(accept_loaded(sources))

    @task(pool=BUILD_POOL)
    def stage_sources() -> None:
        """Stage the accepted releases that are not staged yet, and the crosswalks they read; on most nights there are none."""
        from school_support.warehouse.connection import connect
        from school_support.warehouse.dbt import build
        from school_support.warehouse.staging import is_complete

        with connect("support_transformer") as connection:
            lacking = [folder for folder in staging if not is_complete(connection, folder)]
        if lacking:
            build([f"+staging.{folder}" for folder in lacking])

    first = land_files()
    chain(first, load_releases(), accept_releases(), stage_sources())
    return first


def take_in_inbox() -> Any:
    """Empty the inbox and stage what staging lacks of what schools and officers sent.

    Returns:
        How many files were taken in, sent back and refused.
    """
    from school_support.returns.inbox import empty_inbox
    from school_support.warehouse.connection import connect
    from school_support.warehouse.dbt import build
    from school_support.warehouse.staging import is_complete

    summary = empty_inbox()
    with connect("support_transformer") as connection:
        complete = is_complete(connection, "local")
    if not complete:
        build(["+staging.local"])
    return handed_on(summary)
