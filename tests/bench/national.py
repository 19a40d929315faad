"""The returns of a nation's schools over ten years, from files to staging, beside \\copy of the same files and one statement."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import files
from measure import Case, Figure
from warehouse import psql, warehouse

from school_support.landing.ingest import land_folder, load_landed
from school_support.quality.gate import accept_loaded
from school_support.warehouse.dbt import build

SOURCE = "school_returns"
ROWS_IN_LITTLE = 1_000_000
MEMORY_LIMIT = 1024

# What int_returns__compared holds of results: of each school the newest term of the last two years, beside the schools of
# its phase in that term.
COMPARED = """
create table raw.bench_compared as
with
by_year_group as (
    select urn, academic_year, term, year_group, sum(expected::integer) as counted, sum(pupils::integer) as possible,
        max(pupils::integer) as pupils
    from raw.bench_returns
    where academic_year >= '2025' and section = 'results' and pupils <> '0' and expected <> ''
        and subject not in ('Combined', 'Phonics')
    group by urn, academic_year, term, year_group
),
by_term as (
    select urn, academic_year, term, array_position(array['Autumn', 'Spring', 'Summer'], term) as term_rank,
        100.0 * sum(counted) / sum(possible) as value, sum(pupils) as pupils
    from by_year_group
    group by urn, academic_year, term
),
compared as (
    select by_term.*, phase, sum(value * pupils) over term_of_phase / sum(pupils) over term_of_phase as comparator,
        row_number() over (partition by urn order by academic_year desc, term_rank desc) as newest
    from by_term
    inner join raw.bench_school using (urn)
    window term_of_phase as (partition by phase, academic_year, term)
)
select urn, phase, academic_year, term, value, comparator, pupils from compared where newest = 1
"""


def run(folder: Path, rounds: int) -> list[Figure]:
    """Ours and the peer in turn, and the memory of little and of all."""
    data, little = folder / "data", folder / "little"
    _write(data, files.YEARS, files.RETURNS_A_YEAR)
    _write(little, files.YEARS[-1:], ROWS_IN_LITTLE)
    with warehouse(folder / "home"):
        load_landed(["local_intelligence", "panel_decisions"])
        peak_of_little = _take_in(little)["peak"]
        runs = [(_take_in(data), _peer(data)) for _ in range(rounds)]
    amount = f"{len(files.YEARS) * files.RETURNS_A_YEAR:,} rows in {len(files.YEARS)} files"
    peer = [seconds["copy"] + seconds["group by"] for _, seconds in runs]
    peaks = [ours["peak"] for ours, _ in runs]
    peer_name = "\\copy of the same files and one statement to the same figures"
    return [
        Figure(
            "national returns: land, validate, load, and the statement",
            peer_name,
            [ours["land"] + ours["load"] + seconds["group by"] for ours, seconds in runs],
            peer,
            most=2.5,
            amount=amount,
        ),
        Figure(
            "national returns: with gate 1 and staging besides",
            peer_name,
            [
                ours["land"] + ours["load"] + ours["gate 1"] + ours["stage"] + seconds["group by"]
                for ours, seconds in runs
            ],
            peer,
            most=2.5,
            amount=amount,
        ),
        Figure(
            "national returns: memory of our process",
            f"ourselves on {ROWS_IN_LITTLE:,} rows",
            peaks,
            [peak_of_little] * rounds,
            most=1.5,
            unit="MiB",
            amount=amount,
        ),
        Figure(
            "national returns: memory of our process",
            "1 GiB",
            peaks,
            [MEMORY_LIMIT] * rounds,
            most=1,
            unit="MiB",
            amount=amount,
        ),
    ]


CASE = Case(
    "returns", "Returns of 24,000 schools over ten years, from ten files to a figure of each school", run, rounds=3
)


def _write(folder: Path, years: range, rows: int) -> None:
    folder.mkdir()
    lines = ["file,source,academic_year,snapshot_date,stage,known_from"]
    for year in years:
        files.write_returns(folder / f"{year}.csv", year, rows)
        lines.append(f"{year}.csv,{SOURCE},{year},,,{year}-09-01")
    (folder / "releases.csv").write_text("\n".join(lines) + "\n")


def _take_in(data: Path) -> dict[str, float]:
    """Seconds of each step, and the peak of resident memory in MiB, of a process that does nothing else."""
    psql("-c", f"drop table if exists raw.{SOURCE}")
    psql("-c", "truncate landing.release cascade", user="support_admin")
    done = subprocess.run([sys.executable, __file__, str(data)], check=True, stdout=subprocess.PIPE, text=True)
    rows = psql("-c", f"select sum(rows) from landing.release where source = '{SOURCE}' and status = 'accepted'")
    assert int(rows) == int(psql("-c", f"select count(*) from raw.{SOURCE}"))
    return dict(json.loads(done.stdout))


def _peer(data: Path) -> dict[str, float]:
    """Seconds of \\copy of every file into one table of text columns, and of the statement over it."""
    columns = list(files.layout(SOURCE).columns)
    psql("-c", "drop table if exists raw.bench_returns, raw.bench_school, raw.bench_compared")
    psql("-c", f"create table raw.bench_returns ({', '.join(f'{name} text' for name in columns)})")
    psql("-c", "create table raw.bench_school as select n::text as urn, (array['Primary', 'Secondary'])[1 + n % 2] as phase "
               f"from generate_series(100000, {100000 + files.SCHOOLS - 1}) as n")  # fmt: skip
    started = time.perf_counter()
    for path in sorted(data.glob("2*.csv")):
        psql("-c", f"\\copy raw.bench_returns from '{path}' with (format csv, header)")
    copied = time.perf_counter()
    psql("-c", COMPARED)
    ended = time.perf_counter()
    assert int(psql("-c", "select count(*) from raw.bench_compared")) > 0
    return {"copy": copied - started, "group by": ended - copied}


def _steps(data: Path) -> dict[str, float]:
    started = time.perf_counter()
    land_folder(data, [SOURCE])
    landed = time.perf_counter()
    summary = load_landed([SOURCE])
    loaded = time.perf_counter()
    verdicts = accept_loaded([SOURCE])
    accepted = time.perf_counter()
    build(["+staging.local"])
    ended = time.perf_counter()
    assert not summary.quarantined, summary.quarantined
    assert all(verdict.accepted for verdict in verdicts), verdicts
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "land": landed - started,
        "load": loaded - landed,
        "gate 1": accepted - loaded,
        "stage": ended - accepted,
        "peak": peak,
    }


if __name__ == "__main__":
    print(json.dumps(_steps(Path(sys.argv[1]))))
