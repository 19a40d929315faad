"""A run of rows of a delivered table, column by column, before anything in it is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from school_support.sources.contract import Layout

Lines = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Block:
    """Rows that follow one another in a file.

    `lines` has the line (a workbook's row) on which each row begins, `cells` the text of each picked header as
    delivered; a header that the file lacks is not among them.
    """

    lines: Lines
    cells: Mapping[str, pa.StringArray]


def picked_headers(layout: Layout, delivered: Sequence[str]) -> list[str]:
    """The delivered headers whose cells are looked at: the kept columns and those that tell vintages apart."""
    wanted = dict.fromkeys([*(column.header for column in layout.columns.values()), *layout.where])
    return [header for header in wanted if header in delivered]


def block_of(headers: Sequence[str], lines: Sequence[int], rows: Sequence[Sequence[str]]) -> Block:
    """Rows, given as the cells of some headers, turned into a block."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(headers)
    cells = {header: pa.array(cells, pa.string()) for header, cells in zip(headers, columns, strict=True)}
    return Block(np.asarray(lines, dtype=np.int64), cells)
