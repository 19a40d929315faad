"""Build a clean candidate, spoil it in every way of the list, and print the list and the score."""

from __future__ import annotations

import sys
import time

from gate_score.warehouse import build_clean, temporary_home

# 59 of 60, and of more than 60 the same share.
LEAST_SHARE = 59 / 60


def main() -> int:
    """The exit code: 0 where the score is reached and no clean candidate was stopped."""
    from gate_score.score import CORRUPTIONS, false_alarms, try_all

    from school_support.quality.adapter import GateRun

    started = time.perf_counter()
    with temporary_home() as home, GateRun("support_publisher") as run:
        clean = build_clean(home / "files")
        alarms = false_alarms(run, clean)
        print(f"clean candidate: {'no rule stops it' if not alarms else 'FALSE ALARM: ' + ', '.join(alarms)}", flush=True)
        print(f"{'corruption':<52} {'rule written for it':<68} {'alone':<6} stopped by", flush=True)
        tried = []
        for one in try_all(run, clean, CORRUPTIONS):
            tried.append(one)
            others = [rule for rule in one.stopped_by if rule != one.corruption.rule]
            said = "NOTHING CHANGED" if not one.changed else f"it and {len(others)} more" if one.stopped else f"NOT BY IT: {others}"
            print(
                f"{one.corruption.kind:<52} {one.corruption.rule:<68} {'yes' if one.alone else 'NO':<6} {said}", flush=True
            )
    stopped = sum(one.stopped for one in tried)
    rules = len({one.corruption.rule for one in tried})
    print(
        f"\n{stopped} of {len(tried)} kinds of corruption stopped by the rule written for it, alone and among all; "
        f"{rules} rules; {len(alarms)} false alarms on the clean candidate; {time.perf_counter() - started:.0f} s"
    )
    return 0 if stopped >= LEAST_SHARE * len(tried) and not alarms else 1


if __name__ == "__main__":
    sys.exit(main())
