"""Speed, as ratios against a named peer or a physical limit in the same run: `make bench`.

    make bench                                    every case, with the real files beside the checkout (or DATA=folder)
    make bench CASES="loading dashboards"         some of them
    .venv/bench/bin/python tests/bench/bench.py --rounds 1 assessing

What was measured is kept in docs/benchmarks.json, case by case, and docs/benchmarks.md is written from it. Run it on a machine
that does nothing else.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import traceback
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parent))
import assessing
import dashboards
import loading
import nightly
import orchestrating
import publishing
import report
from measure import PROJECT, Case, Figure

CASES: dict[str, Case] = {
    case.name: case
    for module in (loading, nightly, assessing, orchestrating, dashboards, publishing)
    for case in module.CASES
}


def main() -> int:
    """Run the cases asked for; 1 where a limit is missed or a case failed."""
    listed = "\n".join(f"  {case.name:22} {case.about}" for case in CASES.values())
    parser = argparse.ArgumentParser(
        description=f"{__doc__}\ncases:\n{listed}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="*", metavar="case", help="all, where none is named")
    parser.add_argument("--rounds", type=int, help="another number of rounds than the case's own")
    chosen = parser.parse_args()
    if unknown := set(chosen.cases) - set(CASES):
        parser.error(f"no such case: {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    # The programmes of the product's environment, for what the cases start.
    os.environ["PATH"] = f"{PROJECT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    screen = Console()
    ended = [_run(CASES[name], chosen.rounds, screen) for name in chosen.cases or CASES]
    return 0 if all(ended) else 1


def _run(case: Case, rounds: int | None, screen: Console) -> bool:
    """Run a case in a folder of its own, show and keep what it measured; whether it met its limits."""
    screen.print(f"[bold]{case.name}[/]: {case.about} ({rounds or case.rounds} rounds)")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="support-list-bench-") as folder:
        # The database server runs as an account of its own.
        Path(folder).chmod(0o755)
        try:
            figures = case.run(Path(folder), rounds or case.rounds)
        except Exception:
            # The others are still worth measuring.
            traceback.print_exc()
            return False
    screen.print(_table(figures))
    screen.print(f"{time.monotonic() - started:.0f} s")
    report.keep(case, figures)
    report.write()
    return all(figure.met for figure in figures)


def _table(figures: list[Figure]) -> Table:
    table = Table("figure", "amount", "ours", "peer", "peer is", "ratio", "limit", "")
    for figure in figures:
        ours, peer, ratio, limit = report.cells(figure)
        said = "[green]met[/]" if figure.met else "[red]MISSED[/]"
        table.add_row(figure.name, figure.amount, ours, peer, figure.peer_name, ratio, limit, said)
    return table


if __name__ == "__main__":
    sys.exit(main())
