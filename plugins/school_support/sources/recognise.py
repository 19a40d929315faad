"""Which vintage a file is: its headers compared with those of every layout of the source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from school_support.sources.contract import Layout


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


def recognise(
    headers: Sequence[str], layouts: Sequence[Layout], first: Mapping[str, str] | None = None
) -> Layout | Nearest:
    """The layout whose headers are these, in any order, or the nearest one.

    `first` is the first data row by header as delivered: it decides between layouts with the same headers. Where
    optional headers let several layouts fit, it is the one that lacks the fewest.
    """
    delivered = [clean_header(header) for header in headers]
    compared = [_compare(layout, delivered, first or {}) for layout in layouts]
    fitting = [near for near in compared if not (near.missing or near.unknown or near.doubled or near.misplaced)]
    if fitting:
        return max(fitting, key=lambda near: near.shared - len(near.layout.headers)).layout
    return min(compared, key=lambda near: (len(near.missing) + len(near.unknown), len(near.misplaced)))


def canonical_headers(headers: Sequence[str], layout: Layout) -> list[str]:
    """Delivered headers in the spelling of the layout: without outer spaces, aliases replaced."""
    spelt = {alias: header for header, aliases in layout.aliases.items() for alias in aliases}
    return [spelt.get(header, header) for header in map(clean_header, headers)]


def _compare(layout: Layout, delivered: Sequence[str], first: Mapping[str, str]) -> Nearest:
    headers = canonical_headers(delivered, layout)
    present = set(headers)
    known = {*layout.headers, *layout.personal}
    values = dict(zip(headers, map(first.get, delivered), strict=True))
    return Nearest(
        layout=layout,
        missing=tuple(name for name in layout.headers if name not in present and name not in layout.optional),
        unknown=tuple(dict.fromkeys(name for name in headers if name not in known)),
        doubled=tuple(name for name, times in Counter(headers).items() if times > 1),
        misplaced=tuple(
            name
            for name, allowed in layout.where.items()
            if values.get(name) is not None and values[name] not in allowed
        ),
        shared=len(present.intersection(layout.headers)),
    )
