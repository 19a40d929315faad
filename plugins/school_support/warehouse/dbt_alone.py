"""dbt, while no other build of the warehouse runs: python -m school_support.warehouse.dbt_alone build ...

The process that builds is the one that holds the lock. Were it held by the process that asked for the build, a `kill -9`
of that one would free the lock while dbt went on, and the next build would run into it.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from school_support.errors import SupportListError
from school_support.warehouse.connection import connect
from school_support.warehouse.parsed import keep_parsed, read_parsed
from school_support.warehouse.seeds import ALL_SEEDS, remember_seeds, stale_seeds

# Held while dbt rebuilds shared tables: a second build, in another task or from the command line, waits its turn.
BUILD_LOCK = 720_002


def main(arguments: Sequence[str]) -> int:
    """Wait for the lock, run dbt with these arguments, free the lock. Returns dbt's exit status.

    Of the seeds, where they are selected, dbt loads those whose tables are other than their files.
    """
    from dbt.cli.main import dbtRunner

    parsed = read_parsed()
    with connect("support_transformer", autocommit=True) as lock:
        lock.execute("select pg_advisory_lock(%s)", (BUILD_LOCK,))
        seeds = stale_seeds(lock) if ALL_SEEDS in arguments else []
        chosen = [name for argument in arguments for name in (seeds if argument == ALL_SEEDS else [argument])]
        if chosen[chosen.index("--select") + 1].startswith("--"):
            return 0
        result = dbtRunner(parsed).invoke(chosen)
        if result.success:
            remember_seeds(lock, seeds)
    if parsed is None and result.success:
        keep_parsed(Path(arguments[arguments.index("--target-path") + 1]))
    if result.exception is not None:
        print(result.exception, file=sys.stderr)
    return 0 if result.success else 1


if __name__ == "__main__":
    # As for Ctrl+C dbt then cancels its statements before it ends; by itself it would leave them running in PostgreSQL.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main(sys.argv[1:]))
    except SupportListError as error:
        sys.exit(str(error))
