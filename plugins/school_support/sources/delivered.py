"""A table as it was delivered, before anything in it is judged."""

from __future__ import annotations

from dataclasses import dataclass

from school_support.sources.contract import Layout


@dataclass(frozen=True)
class Delivered:
    """The cells that matter of a file of a known layout.

    `lines` has the line (a workbook's row) on which each data row begins, `cells` the stripped text of each
    picked header, both in the order of the file.
    """

    layout: Layout
    lines: list[int]
    cells: dict[str, list[str]]


def picked_headers(layout: Layout) -> list[str]:
    """The headers whose cells are looked at: the kept columns and those that tell vintages apart."""
    return list(dict.fromkeys([*(column.header for column in layout.columns.values()), *layout.where]))


def by_header(headers: list[str], rows: list[tuple[str, ...]]) -> dict[str, list[str]]:
    """Rows turned into columns of stripped text."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(headers)
    return {header: [cell.strip() for cell in cells] for header, cells in zip(headers, columns, strict=True)}
