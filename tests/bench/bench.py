"""Speed, as ratios against a named peer on the same bytes in the same run: `make bench`.

Loading is measured against psql's \\copy of the same file into a table of text columns, on the same server. Ours hashes
the file, keeps it, recognises it, judges every kept cell and key, and copies it into raw.

Assessing is measured against itself: ten past days in one build against one. On the real files where they lie beside the
checkout (or in DATA), else on the sample.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parent))
import files

PROJECT = Path(__file__).resolve().parents[2]
ROUNDS = 3
MEMORY_LIMIT = 2**30


@dataclass(frozen=True)
class Case:
    """A file to load. `least` is the smallest ratio of our rate to that of \\copy."""

    name: str
    source: str
    rows: int
    least: float
    write: Callable[[Path, int], None]


@dataclass(frozen=True)
class Assessed:
    """Ten assessments in one build against one. `most` is the greatest ratio of the times; authorities and years by files."""

    name: str
    real: str
    sample: str
    purpose: str
    rounds: int
    most: float


CASES = {
    "wide": Case("KS2 layout, 318 columns", "dfe_ks2", 25_000, 0.15, files.write_key_stage_2),
    "narrow": Case("termly returns, long layout", "school_returns", 1_000_000, 0.4, files.write_returns),
}
ASSESSED = {
    "authority": Assessed("10 assessments, an authority", "874", "999", "backfill", ROUNDS, 2.5),
    "england": Assessed("10 assessments, all England", "000", "998", "backtest", 1, 8.0),
}
# Ten past years as the authority would fill them in, each as at its June.
REAL_YEARS = range(2010, 2020)
SAMPLE_YEARS = range(2017, 2027)


def main() -> int:
    """Run the cases asked for; status 1 where a ratio or the memory misses its limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    everything = [*CASES, "national", *ASSESSED]
    parser.add_argument("cases", nargs="*", default=everything, help=", ".join(everything))
    parser.add_argument("--national-rows", type=int, default=35_000_000)
    chosen = parser.parse_args()
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    table = Table("case", "rows", "MB", "peer s", "ours s", "ratio or memory", "limit", "")
    failed = False
    for place, name in enumerate(chosen.cases):
        # Both read the files taken in once.
        if name in ASSESSED and set(chosen.cases[:place]) & set(ASSESSED):
            continue
        with tempfile.TemporaryDirectory(prefix="support-list-bench-") as folder:
            Path(folder).chmod(0o755)
            if name == "national":
                results = [_national(Path(folder), chosen.national_rows)]
            elif name in CASES:
                results = [_ratio(CASES[name], Path(folder))]
            else:
                results = _assessments([case for key, case in ASSESSED.items() if key in chosen.cases], Path(folder))
        for row, passed in results:
            table.add_row(*row, "[green]met[/]" if passed else "[red]MISSED[/]")
            failed = failed or not passed
    Console().print(table)
    return 1 if failed else 0


def _ratio(case: Case, folder: Path) -> tuple[list[str], bool]:
    path = folder / "delivered.csv"
    case.write(path, case.rows)
    with _warehouse(folder / "home"):
        copied, ours = [], []
        for _ in range(ROUNDS):
            copied.append(_copy_seconds(path))
            ours.append(_load_seconds(path, case.source))
    ratio = median(copied) / median(ours)
    size = path.stat().st_size / 1e6
    row = [
        case.name,
        f"{case.rows:,}",
        f"{size:,.0f}",
        f"{median(copied):.2f}",
        f"{median(ours):.2f}",
        f"{ratio:.2f}",
        f">= {case.least}",
    ]
    return row, ratio >= case.least


def _national(folder: Path, rows: int) -> tuple[list[str], bool]:
    path = folder / "national.csv"
    files.write_returns(path, rows)
    with _warehouse(folder / "home"):
        command = [sys.executable, __file__, "--load-once", str(path), "school_returns"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, peak = (float(part) for part in done.stdout.split())
    size = path.stat().st_size / 1e6
    row = [
        "national returns",
        f"{rows:,}",
        f"{size:,.0f}",
        "",
        f"{seconds:.1f}",
        f"{peak / 2**20:,.0f} MiB",
        "< 1,024 MiB",
    ]
    return row, peak < MEMORY_LIMIT


def _assessments(cases: list[Assessed], folder: Path) -> list[tuple[list[str], bool]]:
    """Time one assessment and ten in turn, each as the product makes it: prepared, built with its seeds, tested."""
    from school_support.landing.ingest import land_folder, load_landed
    from school_support.quality.gate import accept_loaded
    from school_support.sample import write_sample
    from school_support.sources.contract import load_sources
    from school_support.warehouse.dbt import build

    data = Path(os.environ.get("DATA") or PROJECT.parent / "shared" / "data")
    is_real = data.is_dir()
    if not is_real:
        data = folder / "sample"
        write_sample(data)
    days = [date(year, 6, 30) for year in (REAL_YEARS if is_real else SAMPLE_YEARS)]
    results = []
    with _warehouse(folder / "home"):
        sources = sorted(load_sources())
        land_folder(data, sources)
        load_landed(sources)
        accept_loaded(sources)
        build(["resource_type:seed", "staging"])
        for case in cases:
            authority = case.real if is_real else case.sample
            one, ten = [], []
            for _ in range(case.rounds):
                # The newest: the fullest files.
                one.append(_assess_seconds(authority, case.purpose, days[-1:]))
                ten.append(_assess_seconds(authority, case.purpose, days))
            ratio = median(ten) / median(one)
            row = [
                f"{case.name} ({'real files' if is_real else 'sample'}, {case.rounds} rounds)",
                "",
                "",
                f"{median(one):.1f}",
                f"{median(ten):.1f}",
                f"{ratio:.2f}",
                f"<= {case.most}",
            ]
            results.append((row, ratio <= case.most))
    return results


def _assess_seconds(authority: str, purpose: str, days: list[date]) -> float:
    from school_support.assessment.annual import list_year_of
    from school_support.assessment.prepare import build_assessments, prepare_assessment

    started = time.perf_counter()
    build_assessments([prepare_assessment(authority, list_year_of(day), day, purpose) for day in days])
    return time.perf_counter() - started


@contextmanager
def _warehouse(home: Path) -> Iterator[None]:
    """A warehouse of its own in a folder, for as long as the block lasts."""
    from school_support.settings import settings
    from school_support.warehouse import embedded
    from school_support.warehouse.migrate import migrate

    home.mkdir()
    home.chmod(0o755)
    os.environ["SUPPORT_LIST_HOME"] = str(home)
    settings.cache_clear()
    embedded.start()
    migrate()
    try:
        yield
    finally:
        embedded.remove()


def _copy_seconds(path: Path) -> float:
    from school_support.warehouse import embedded
    from school_support.warehouse.connection import connect, parameters

    with path.open(newline="", encoding="utf-8-sig") as file:
        width = len(next(csv.reader(file)))
    columns = ", ".join(f"c{number} text" for number in range(width))
    with connect("support_loader", autocommit=True) as connection:
        connection.execute("drop table if exists raw.bench_copy")
        connection.execute(f"create table raw.bench_copy ({columns})")
    address = parameters("support_loader")
    command = [
        str(embedded.psql_program()), "-q", "-h", address["host"], "-p", address["port"], "-U", "support_loader", address["dbname"],
        "-c", f"\\copy raw.bench_copy from '{path}' with (format csv, header)",
    ]  # fmt: skip
    started = time.perf_counter()
    subprocess.run(command, check=True, env=os.environ | {"PGPASSWORD": address["password"]})
    return time.perf_counter() - started


def _load_seconds(path: Path, source: str) -> float:
    from school_support.landing.ingest import land_folder, load_landed
    from school_support.warehouse.connection import connect

    index = path.with_name("releases.csv")
    index.write_text(
        "file,source,academic_year,snapshot_date,stage,known_from\n"
        f"{path.name},{source},2018,,{'final' if source == 'dfe_ks2' else ''},2019-04-15\n"
    )
    with connect("support_loader", autocommit=True) as connection:
        connection.execute(f"drop table if exists raw.{source}")
    with connect("support_admin", autocommit=True) as connection:
        connection.execute("truncate landing.release cascade")
    started = time.perf_counter()
    land_folder(path.parent, [source])
    summary = load_landed([source])
    seconds = time.perf_counter() - started
    if summary.loaded != 1:
        raise SystemExit(f"The file was not loaded: {summary.quarantined}")
    return seconds


if __name__ == "__main__":
    if sys.argv[1:2] == ["--load-once"]:
        taken = _load_seconds(Path(sys.argv[2]), sys.argv[3])
        print(taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    else:
        sys.exit(main())
