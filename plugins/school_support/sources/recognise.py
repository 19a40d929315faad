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
    fits no layout that these headers belong to. `disordered` is the first header, and the one expected in its place,
    where nothing differs but the order.
    """

    layout: Layout
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    doubled: tuple[str, ...]
    misplaced: tuple[str, ...]
    disordered: tuple[str, str] | None
    shared: int

    @property
    def fits(self) -> bool:
        """Whether there is no difference at all."""
        return not (self.missing or self.unknown or self.doubled or self.misplaced or self.disordered)


def clean_header(header: str) -> str:
    """A header as it is compared: without a byte order mark and without outer spaces."""
    return header.replace("\ufeff", "").strip()


def recognise(
    headers: Sequence[str], layouts: Sequence[Layout], first: Mapping[str, str] | None = None
) -> Layout | Nearest:
    """The layout whose headers are these, in its order, or the nearest one.

    Order counts, because two headers that changed places look no different from two columns that did.
    `first` is the first data row by header as delivered: it decides between layouts with the same headers. Where
    optional headers let several layouts fit, it is the one that lacks the fewest.
    """
    delivered = [clean_header(header) for header in headers]
    compared = [_compare(layout, delivered, first or {}) for layout in layouts]
    fitting = [near for near in compared if near.fits]
    if fitting:
        return max(fitting, key=lambda near: near.shared - len(near.layout.headers)).layout
    return min(
        compared,
        key=lambda near: (len(near.missing) + len(near.unknown), len(near.misplaced), near.disordered is not None),
    )


def canonical_headers(headers: Sequence[str], layout: Layout) -> list[str]:
    """Delivered headers in the spelling of the layout: without outer spaces, aliases replaced."""
    spelt = {alias: header for header, aliases in layout.aliases.items() for alias in aliases}
    return [spelt.get(header, header) for header in map(clean_header, headers)]


def _compare(layout: Layout, delivered: Sequence[str], first: Mapping[str, str]) -> Nearest:
    headers = canonical_headers(delivered, layout)
    present = set(headers)
    known = {*layout.headers, *layout.personal}
    values = dict(zip(headers, map(first.get, delivered), strict=True))
    missing = tuple(name for name in layout.headers if name not in present and name not in layout.optional)
    unknown = tuple(dict.fromkeys(name for name in headers if name not in known))
    doubled = tuple(name for name, times in Counter(headers).items() if times > 1)
    return Nearest(
        layout=layout,
        missing=missing,
        unknown=unknown,
        doubled=doubled,
        disordered=None if missing or unknown or doubled or layout.any_order else _disordered(headers, layout),
        misplaced=tuple(
            name
            for name, allowed in layout.where.items()
            if values.get(name) is not None and values[name] not in allowed
        ),
        shared=len(present.intersection(layout.headers)),
    )


def _disordered(headers: Sequence[str], layout: Layout) -> tuple[str, str] | None:
    delivered = [header for header in headers if header in layout.headers]
    expected = [header for header in layout.headers if header in delivered]
    return next(((here, there) for here, there in zip(delivered, expected, strict=True) if here != there), None)
