"""Files into raw: ours beside PostgreSQL's own \\copy, pandas and dlt, on the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import files
import loaders
import national
from loaders import Delivery
from measure import Case, Figure
from warehouse import psql, warehouse

WIDE, NARROW, WORKBOOK = 25_000, 200_000, 22_000
# What keeps ours from more, beside peers that were made as fast as they can be.
READ_ALIKE = "to_sql and dlt are given what calamine read, as ours is, and that alone is half of our time"
NEAR_COPY = (
    "three times dlt's speed would be three quarters of the speed of \\copy, which checks, hashes and keeps nothing"
)
BOUND_BY = {("workbook", loaders.DLT): READ_ALIKE, ("narrow CSV", loaders.DLT): NEAR_COPY}


def run(folder: Path, rounds: int) -> list[Figure]:
    """The three shapes of files, and how the first two grow."""
    wide = _delivery(folder, "dfe_ks2", files.write_key_stage_2, WIDE, academic_year="2019", stage="final")
    narrow = _delivery(folder, "gias_governance", files.write_governance, NARROW, snapshot_date="2026-10-01")
    workbook = _delivery(folder, "ofsted_mi", files.write_ofsted, WORKBOOK, snapshot_date="2015-02-28")
    a_tenth = _delivery(folder, "dfe_ks2", files.write_key_stage_2, WIDE // 10, academic_year="2019", stage="final")
    tenfold = _delivery(folder, "gias_governance", files.write_governance, NARROW * 10, snapshot_date="2026-10-01")
    with warehouse(folder / "home"):
        return [
            *_beside_peers("wide CSV", "318 columns, 32 kept", wide, rounds, 0.15),
            *_beside_peers("narrow CSV", "7 columns, 6 kept", narrow, rounds, 0.4),
            *_beside_peers("workbook", "25 columns, 13 kept", workbook, rounds, 0.5),
            _growth("wide CSV", a_tenth, wide, rounds),
            _growth("narrow CSV", narrow, tenfold, rounds),
        ]


CASES = [
    Case("loading", "Files into raw beside \\copy, pandas to_sql and dlt", run),
    national.CASE,
]


def _delivery(folder: Path, source: str, write: Callable[[Path, int], None], rows: int, **index: str) -> Delivery:
    place = folder / f"{source}-{rows}"
    place.mkdir()
    path = place / ("delivered.xlsx" if source == "ofsted_mi" else "delivered.csv")
    write(path, rows)
    return Delivery(path, source, rows, **index)


def _beside_peers(name: str, shape: str, delivery: Delivery, rounds: int, least: float) -> list[Figure]:
    is_workbook = delivery.path.suffix == ".xlsx"
    floor = loaders.calamine_and_copied if is_workbook else loaders.copied
    named = "calamine reading all cells, and \\copy of them" if is_workbook else "psql \\copy of the same bytes"
    peers = [
        (named, floor, least),
        (loaders.TO_SQL, loaders.to_sql, 10),
        *([(loaders.TO_SQL_AS_INSTALLED, loaders.to_sql_as_installed, 10)] if is_workbook else []),
        (loaders.DLT, loaders.dlt_copied, 3),
        (loaders.DLT_AS_INSTALLED, loaders.dlt_as_installed, 3),
    ]
    # dlt's first run in a process imports and looks up much that later ones do not.
    loaders.dlt_copied(delivery)
    ours, *theirs = _in_turn(delivery, rounds, loaders.ours, *(way for _, way, _ in peers))
    if not is_workbook:
        _same_cells(delivery)
    amount = f"{delivery.rows:,} rows, {shape}, {delivery.path.stat().st_size / 1e6:,.0f} MB"
    return [
        Figure(
            f"{name}: load",
            peer_name,
            ours,
            peer,
            least=at_least,
            faster=True,
            amount=amount,
            bound_by=BOUND_BY.get((name, peer_name), ""),
        )
        for (peer_name, _, at_least), peer in zip(peers, theirs, strict=True)
    ]


def _growth(name: str, small: Delivery, large: Delivery, rounds: int) -> Figure:
    pairs = [(loaders.ours(small), loaders.ours(large)) for _ in range(rounds)]
    return Figure(
        f"{name}: ten times the rows",
        "ourselves on a tenth of the rows",
        [ours for _, ours in pairs],
        [peer for peer, _ in pairs],
        most=12,
        amount=f"{large.rows:,} rows",
    )


def _in_turn(delivery: Delivery, rounds: int, *ways: Callable[[Delivery], float]) -> list[list[float]]:
    """Seconds of each way, round by round; what a way does before and after its time does not count."""
    seconds = [[way(delivery) for way in ways] for _ in range(rounds)]
    return [list(of_one) for of_one in zip(*seconds, strict=True)]


def _same_cells(delivery: Delivery) -> None:
    """What ours keeps is what \\copy put there."""
    chosen = files.layout(delivery.source)
    ours, theirs = [], []
    for name, column in chosen.columns.items():
        ours.append(name)
        theirs.append(f"coalesce(c{chosen.headers.index(column.header)}, '')")
    different = (
        f"select {', '.join(ours)} from raw.{delivery.source} except select {', '.join(theirs)} from raw.bench_copy"
    )
    assert psql("-c", f"select count(*) from ({different}) as different").strip() == "0"
