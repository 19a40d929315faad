"""Which vintage a file is: its headers compared with those of every layout of the source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from school_support.sources.contract import Layout, Source


@dataclass(frozen=True)
class Nearest:
    """No layout fits: the one with the fewest differences, and the differences, as headers.

    `shared` counts the headers the file has in common with it. `misplaced` holds columns whose first value
    fits no layout that these headers belong to.
    """

    layout: Layout
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    doubled: tuple[str, ...]
    misplaced: tuple[str, ...]
    shared: int


def clean_header(header: str) -> str:
    """A header as it is compared: without a byte order mark and without outer spaces."""
    return header.replace("\ufeff", "").strip()


def recognise(headers: Sequence[str], source: Source, first: Mapping[str, str] | None = None) -> Layout | Nearest:
    """The layout whose headers are exactly these, in any order, or the nearest one.

    `first` is the first data row by header: it decides between layouts with the same headers.
    """
    cleaned = [clean_header(header) for header in headers]
    present = set(cleaned)
    doubled = tuple(header for header, times in Counter(cleaned).items() if times > 1)
    compared = [_compare(layout, cleaned, present, doubled, first or {}) for layout in source.layouts]
    for found in compared:
        if not (found.missing or found.unknown or found.doubled or found.misplaced):
            return found.layout
    return min(compared, key=lambda near: (len(near.missing) + len(near.unknown), len(near.misplaced)))


def _compare(
    layout: Layout,
    headers: Sequence[str],
    present: set[str],
    doubled: tuple[str, ...],
    first: Mapping[str, str],
) -> Nearest:
    known = {*layout.headers, *layout.personal}
    return Nearest(
        layout=layout,
        missing=tuple(header for header in layout.headers if header not in present),
        unknown=tuple(dict.fromkeys(header for header in headers if header not in known)),
        doubled=doubled,
        misplaced=tuple(
            header for header, allowed in layout.where.items() if first.get(header, allowed[0]) not in allowed
        ),
        shared=len(present.intersection(layout.headers)),
    )
