"""OpenLineage events of dbt builds, which model read what and wrote what, appended to the file of the settings."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from school_support.settings import settings

NAMESPACE = "school_support"
PRODUCER = "https://openlineage.io/integration/dbt"


def transport() -> dict[str, Any]:
    """How events leave, as OpenLineage has it: a line of JSON each."""
    return {"type": "file", "log_file_path": str(settings().lineage), "append": True}


def emit_build(folder: Path, environment: Mapping[str, str]) -> None:
    """Emit the events of a dbt build from its artefacts; nothing where the settings name no file.

    Lineage never fails a build: what goes wrong is logged.

    Args:
        folder: artefacts of the run.
        environment: that of the dbt process, for the address of the warehouse in the profile.
    """
    if settings().lineage is None or not (folder / "run_results.json").exists():
        return
    try:
        _emit(folder, environment)
    except Exception:
        logging.getLogger(__name__).warning("No lineage of %s was written.", folder.name, exc_info=True)


def _emit(folder: Path, environment: Mapping[str, str]) -> None:
    from openlineage.client import OpenLineageClient
    from openlineage.client.transport.file import FileConfig, FileTransport
    from openlineage.common.provider.dbt.local import DbtLocalArtifactProcessor

    with _environment({**environment, "DBT_PROFILES_DIR": str(settings().dbt_project)}):
        processor = DbtLocalArtifactProcessor(
            project_dir=str(settings().dbt_project),
            target_path=str(folder),
            producer=PRODUCER,
            job_namespace=NAMESPACE,
        )
        processor.dbt_run_metadata = None
        events = processor.parse().events()
    client = OpenLineageClient(transport=FileTransport(FileConfig.from_dict(transport())))
    for event in events:
        client.emit(event)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """The profile is read from the environment; it is left as it was."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
