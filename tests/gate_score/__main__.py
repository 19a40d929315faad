"""Build a clean candidate, spoil it in every way of the list, and print the list and the score.

`--whole` asks the whole gate about each corruption too, and says how many other rules stop it: about four times as long.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from gate_score.warehouse import build_clean, temporary_home

if TYPE_CHECKING:
    from gate_score.score import Tried

# 59 of 60, and of more than 60 the same share.
LEAST_SHARE = 59 / 60


def main() -> int:
    """The exit code: 0 where the score is reached and no clean candidate was stopped."""
    from gate_score.score import CORRUPTIONS, false_alarms, try_all
    from school_support.quality.adapter import GateRun

    whole = "--whole" in sys.argv[1:]
    started = time.perf_counter()
    with temporary_home() as home:
        clean = build_clean(home / "files")
        print(f"a clean candidate stands after {time.perf_counter() - started:.0f} s", flush=True)
        with GateRun("support_publisher") as run:
            alarms = false_alarms(run, clean)
            print(f"rules that stop the clean candidate: {', '.join(alarms) or 'none'}\n", flush=True)
            print(f"{'corruption':<52} {'rule written for it, all others switched off':<68} outcome", flush=True)
            tried = []
            for one in try_all(run, clean, CORRUPTIONS, whole=whole):
                tried.append(one)
                print(f"{one.corruption.kind:<52} {one.corruption.rule:<68} {_outcome(one, whole)}", flush=True)
    stopped = sum(one.stopped for one in tried)
    rules = len({one.corruption.rule for one in tried})
    print(
        f"\n{stopped} of {len(tried)} kinds of corruption stopped by the rule written for it alone; "
        f"{rules} rules; {len(alarms)} false alarms on the clean candidate; {time.perf_counter() - started:.0f} s"
    )
    return 0 if stopped >= LEAST_SHARE * len(tried) and not alarms else 1


def _outcome(one: Tried, whole: bool) -> str:
    if not one.changed:
        return "NOTHING WAS CHANGED"
    said = "stopped" if one.stopped else "PASSED"
    return f"{said}, and {len(one.others)} rules of the whole gate stop it too" if whole else said


if __name__ == "__main__":
    sys.exit(main())
