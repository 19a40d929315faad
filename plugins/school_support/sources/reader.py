"""Reads a delivered file of a source, whole or not at all, but for the few faulty rows that its contract lets be left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pandas as pd

from school_support.sources.checks import Checker, Judged
from school_support.sources.container import unpack
from school_support.sources.contract import ContractError, Layout, Source, load_sources
from school_support.sources.delimited import DelimitedTable
from school_support.sources.faults import Fault, Faults, FileRefused
from school_support.sources.keys import KeyRing, note_repeats
from school_support.sources.workbook import WorkbookTable

__all__ = ["Fault", "FileRefused", "OpenRelease", "ReadFile", "open_release", "read_release"]


@dataclass
class OpenRelease:
    """A file whose layout is known, to be read block by block.

    `rows` counts the rows handed out, `rejected` has the faults of those that were left out; both are final when
    `blocks` has ended, which is also when the file is accepted.
    """

    layout: Layout
    rows: int = 0
    rejected: list[Fault] = field(default_factory=list)
    _table: DelimitedTable | WorkbookTable = field(repr=False, kw_only=True)
    _faults: Faults = field(repr=False, kw_only=True)

    @property
    def columns(self) -> list[str]:
        """The canonical columns that the file has, in the order of every block."""
        return [name for name, column in self.layout.columns.items() if column.header in self._table.picked]

    @property
    def rejected_rows(self) -> int:
        """How many rows were left out."""
        return len({fault.line for fault in self.rejected})

    def blocks(self) -> Iterator[Judged]:
        """The rows that the contract accepts.

        Raises:
            FileRefused: at any point, the end included; nothing that was handed out may then be kept.
        """
        checker, ring = Checker(self.layout), KeyRing(self.layout)
        for block in self._table.blocks(self._faults):
            judged = checker.judge(block, self._faults)
            ring.add(judged)
            self.rows += len(judged.lines)
            yield judged
        read = self.rows + self._faults.faulty_rows
        if not self.layout.rows.min <= read <= self.layout.rows.max:
            self._faults.add(
                f"The file has {read:,} rows, where layout {self.layout.layout} has "
                f"{self.layout.rows.min:,} to {self.layout.rows.max:,}."
            )
        repeated = ring.repeated()
        if any(len(hashes) for hashes in repeated):
            again = Faults(self._faults.file_name)
            rows = (checker.judge(block, again) for block in self._table.blocks(again))
            note_repeats(rows, repeated, self.layout, self._faults)
        limits = self.layout.reject
        self.rejected = self._faults.settle(read, limits.rows if limits else 0, limits.share if limits else Decimal(0))


@dataclass(frozen=True, eq=False)
class ReadFile:
    """A file that its contract accepts.

    `frame` has `_line` (int, the file's line or the workbook's row) and all canonical columns of the source
    in their order, as str or None: None where the file has no such column, "" where the cell is blank or
    was cut off a short record. `rejected` has the faults of the rows that were left out.
    """

    layout: str
    rows: int
    frame: pd.DataFrame
    rejected: list[Fault]


def open_release(path: Path, source: str, file_name: str | None = None) -> OpenRelease:
    """Recognise one delivered file: plain, gzipped, or alone in a zip; delimited text or an Excel workbook.

    `file_name` is the delivered name, for messages, where `path` has another. Text stays as delivered
    without outer spaces; a column with a `scale` is multiplied by it exactly. Raises FileRefused for
    whatever is wrong with the file, ContractError where there is no such source.
    """
    faults = Faults(file_name or path.name)
    described = _described(source)
    content = unpack(path, faults)
    table: DelimitedTable | WorkbookTable
    if content.workbook is not None:
        table = WorkbookTable(content.workbook, described, faults)
    else:
        table = DelimitedTable(content, described, faults)
    return OpenRelease(table.layout, _table=table, _faults=faults)


def read_release(path: Path, source: str, file_name: str | None = None) -> ReadFile:
    """Read one delivered file whole, into memory; see `open_release`. Raises FileRefused, ContractError."""
    release = open_release(path, source, file_name)
    lines: list[int] = []
    columns: dict[str, list[str | None]] = {name: [] for name in release.layout.columns}
    for judged in release.blocks():
        lines += judged.lines.tolist()
        for name in columns:
            delivered = judged.columns.get(name)
            columns[name] += [None] * len(judged.lines) if delivered is None else delivered.to_pylist()
    frame = pd.DataFrame(columns, columns=list(_described(source).columns), index=range(len(lines)), dtype=object)
    frame = frame.where(frame.notna(), None)
    frame.insert(0, "_line", pd.Series(lines, dtype="int64"))
    return ReadFile(release.layout.layout, release.rows, frame, release.rejected)


def _described(source: str) -> Source:
    described = load_sources().get(source)
    if described is None:
        raise ContractError(f"There is no contract for source {source!r}; there are {', '.join(load_sources())}.")
    return described
