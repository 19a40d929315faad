"""Reads a delivered file of a source, whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pandas as pd

from school_support.sources.checks import check
from school_support.sources.container import unpack
from school_support.sources.contract import Column, ContractError, Layout, load_sources
from school_support.sources.delimited import read_delimited
from school_support.sources.faults import Fault, Faults, FileRefused
from school_support.sources.workbook import read_workbook

__all__ = ["Fault", "FileRefused", "ReadFile", "read_release"]


@dataclass(frozen=True, eq=False)
class ReadFile:
    """A file that its contract accepts.

    `frame` has `_line` (int, the file's line or the workbook's row) and all canonical columns of the source
    in their order, as str or None: None where the layout has no such column, "" where the cell is blank or
    was cut off a short record.
    """

    layout: str
    rows: int
    frame: pd.DataFrame


def read_release(path: Path, source: str, file_name: str | None = None) -> ReadFile:
    """Read one delivered file: plain, gzipped, or alone in a zip; comma-separated or an Excel workbook.

    `file_name` is the delivered name, for messages, where `path` has another. Text stays as delivered
    without outer spaces; a column with a `scale` is multiplied by it exactly. Raises FileRefused for
    whatever is wrong with the file, ContractError where there is no such source.
    """
    described = load_sources().get(source)
    if described is None:
        raise ContractError(f"There is no contract for source {source!r}; there are {', '.join(load_sources())}.")
    faults = Faults(file_name or path.name)
    content = unpack(path, faults)
    read = read_workbook if content.is_workbook else read_delimited
    delivered = read(content.data, described, faults)
    checked = check(delivered, faults)
    faults.refuse_if_any()
    frame = _stored(checked, delivered.layout, described.columns)
    frame.insert(0, "_line", pd.Series(delivered.lines, dtype="int64"))
    return ReadFile(delivered.layout.layout, len(frame), frame)


def _stored(checked: pd.DataFrame, layout: Layout, columns: tuple[str, ...]) -> pd.DataFrame:
    stored = {
        name: _scaled(checked[name], layout.columns[name]) if name in layout.columns else None for name in columns
    }
    return pd.DataFrame(stored, columns=list(columns), index=checked.index, dtype=object)


def _scaled(cells: pd.Series, column: Column) -> pd.Series:
    if column.scale is None:
        return cells
    factor = column.scale
    unchanged = {"", *column.codes}
    return cells.map(lambda text: text if text in unchanged else f"{(Decimal(text) * factor).normalize():f}")
