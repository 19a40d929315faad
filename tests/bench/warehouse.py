"""A warehouse of a bench's own, and PostgreSQL's own programs beside it."""

from __future__ import annotations

import csv
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from measure import PROJECT


@contextmanager
def warehouse(home: Path) -> Iterator[None]:
    """A warehouse in a folder, for as long as the block lasts."""
    from school_support.settings import settings
    from school_support.warehouse import embedded
    from school_support.warehouse.migrate import migrate

    home.mkdir()
    home.chmod(0o755)
    os.environ["SUPPORT_LIST_HOME"] = str(home)
    settings.cache_clear()
    embedded.start()
    try:
        migrate()
        yield
    finally:
        embedded.remove()


def take_in(data: Path, sources: Sequence[str]) -> None:
    """Land, load and accept the files of a folder, as the ingesting DAGs do."""
    from school_support.landing.ingest import land_folder, load_landed
    from school_support.quality.gate import accept_loaded

    land_folder(data, sources)
    load_landed(sources)
    accept_loaded(sources)


def assess(authority: str, days: Sequence[date], purpose: str = "backfill") -> list[int]:
    """Prepare the assessments of some days and build them in one build, with its seeds and tests."""
    from school_support.assessment.annual import list_year_of
    from school_support.assessment.prepare import build_assessments, prepare_assessment

    prepared = [prepare_assessment(authority, list_year_of(day), day, purpose) for day in days]
    build_assessments(prepared)
    return prepared


def psql(*arguments: str, user: str = "support_loader") -> str:
    """Run psql on the warehouse; what it printed."""
    from school_support.warehouse import embedded
    from school_support.warehouse.connection import parameters

    address = parameters(user)
    command = [
        str(embedded.psql_program()),
        "-qXAt",
        "-v",
        "ON_ERROR_STOP=1",
        "-h",
        address["host"],
        "-p",
        address["port"],
    ]
    command += ["-U", user, address["dbname"], *arguments]
    environment = os.environ | {"PGPASSWORD": address["password"], "PGOPTIONS": "-c client_min_messages=warning"}
    return subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True).stdout


def copy_seconds(path: Path) -> float:
    """Seconds that psql's \\copy of a CSV takes into an empty table of text columns, raw.bench_copy."""
    from school_support.warehouse.connection import connect

    with path.open(newline="", encoding="utf-8-sig") as file:
        width = len(next(csv.reader(file)))
    columns = ", ".join(f"c{number} text" for number in range(width))
    with connect("support_loader", autocommit=True) as connection:
        connection.execute("drop table if exists raw.bench_copy")
        connection.execute(f"create table raw.bench_copy ({columns})")
    started = time.perf_counter()
    psql("-c", f"\\copy raw.bench_copy from '{path}' with (format csv, header)")
    return time.perf_counter() - started


def real_files() -> Path:
    """The folder of real public files, from DATA or beside the checkout.

    Raises:
        FileNotFoundError: there is none.
    """
    folder = Path(os.environ.get("DATA") or PROJECT.parent / "shared" / "data")
    if not (folder / "releases.csv").exists():
        raise FileNotFoundError(
            f"{folder} has no releases.csv: name a folder of real files, as in make bench DATA=folder."
        )
    return folder.resolve()
