"""Rows that stand twice: every row's keys are kept as 64-bit hashes, and rows whose hash repeats are looked at again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from school_support.sources.checks import Judged
from school_support.sources.contract import Layout
from school_support.sources.faults import KEPT, Fault, Faults

Hashes = npt.NDArray[np.uint64]
# An odd multiplier and a shift spread the bits of one column before the next is mixed in (Knuth, vol. 3, 6.4).
SPREAD = np.uint64(0x9E3779B97F4A7C15)
SHIFT = np.uint64(29)


class KeyRing:
    """The keys of one file. Eight bytes a row and key, so that a national file fits in memory."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._hashes: list[list[Hashes]] = [[] for _ in layout.keys]

    def add(self, judged: Judged) -> None:
        """Take up the keys of a block."""
        for hashes, key in zip(self._hashes, self._layout.keys, strict=True):
            hashes.append(_hashed(judged, key))

    def repeated(self) -> list[Hashes]:
        """For each key the hashes that more than one row has; empties the ring."""
        found = []
        for hashes in self._hashes:
            whole = np.concatenate(hashes) if hashes else np.empty(0, np.uint64)
            hashes.clear()
            whole.sort()
            found.append(np.unique(whole[1:][whole[1:] == whole[:-1]]))
        return found


def note_repeats(blocks: Iterator[Judged], repeated: list[Hashes], layout: Layout, faults: Faults) -> None:
    """Go through the rows once more and note those that truly repeat the key of an earlier one."""
    seen: list[dict[tuple[str, ...], tuple[int, tuple[str, ...]]]] = [{} for _ in layout.keys]
    found: list[Fault] = []
    count = 0
    for judged in blocks:
        for key, hashes, earlier in zip(layout.keys, repeated, seen, strict=True):
            for at in np.flatnonzero(np.isin(_hashed(judged, key), hashes)):
                row = tuple(str(cells[int(at)].as_py()) for cells in judged.columns.values())
                values = tuple(
                    str(judged.columns[name][int(at)].as_py()) if name in judged.columns else "" for name in key
                )
                line = int(judged.lines[at])
                first, first_row = earlier.setdefault(values, (line, row))
                if first == line or (layout.identical_repeats and row == first_row):
                    continue
                count += 1
                if len(found) < KEPT:
                    found.append(_doubled(line, first, key, values, layout))
    if count:
        faults.add_first(found, count)


def _hashed(judged: Judged, key: tuple[str, ...]) -> Hashes:
    mixed = np.zeros(len(judged.lines), np.uint64)
    for name in key:
        if name not in judged.columns:
            continue
        cells: pa.DictionaryArray = judged.columns[name]
        hashes = np.fromiter((hash(value) for value in cells.dictionary.to_pylist()), np.int64).view(np.uint64)
        mixed *= SPREAD
        mixed ^= mixed >> SHIFT
        mixed += hashes[cells.indices.to_numpy()]
    return mixed


def _doubled(line: int, first: int, key: tuple[str, ...], values: tuple[str, ...], layout: Layout) -> Fault:
    headers = [layout.columns[name].header for name in key]
    named = ", ".join(f"{header} {value or '(blank)'}" for header, value in zip(headers, values, strict=True))
    said = f"{named} stands on line {first} already."
    return Fault(line, " + ".join(headers), " + ".join(values), said, "doubled")
