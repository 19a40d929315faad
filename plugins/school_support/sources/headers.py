"""From a file's header line to its layout, or to faults that say how it differs from the nearest one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from school_support.sources.contract import Layout, Source
from school_support.sources.faults import Faults, quoted
from school_support.sources.recognise import Nearest, recognise


@dataclass(frozen=True)
class Opening:
    """The beginning of a table, read as one form of the source's layouts: `layouts` are those of that form.

    `line` is the header's, `first` the first data row by header, None where there is none.
    """

    layouts: tuple[Layout, ...]
    line: int
    headers: list[str]
    first: Mapping[str, str] | None


def layout_of(openings: Sequence[Opening], source: Source, faults: Faults) -> tuple[Layout, Opening]:
    """The layout that one of the openings has; where none has, the nearest is explained in a refusal."""
    nearest: list[tuple[Nearest, Opening]] = []
    for opening in openings:
        found = recognise(opening.headers, opening.layouts, opening.first)
        if isinstance(found, Layout):
            faults.layout = found.layout
            if opening.first is None:
                raise faults.refused_for(_no_rows(opening), opening.line)
            return found, opening
        nearest.append((found, opening))
    near, opening = max(nearest, key=lambda pair: pair[0].shared)
    faults.shared = near.shared
    if opening.first is None:
        faults.add(_no_rows(opening), opening.line)
    _explain(near, opening, source, faults)
    raise faults.refused()


def _no_rows(opening: Opening) -> str:
    return f"The file has a header of {len(opening.headers)} columns and no data rows."


def _explain(near: Nearest, opening: Opening, source: Source, faults: Faults) -> None:
    headers, line, first = opening.headers, opening.line, opening.first or {}
    name = near.layout.layout
    if not near.shared:
        faults.add(f"The header of {len(headers)} columns has none in common with any layout of {source.name}.", line)
        return
    if near.shared * 2 < max(len(near.layout.headers), len(set(headers))):
        faults.add(
            f"The header of {len(headers)} columns fits no layout of {source.name}; the nearest, {name}, has "
            f"{len(near.layout.headers)} columns, of which {near.shared} are here.",
            line,
        )
        return
    nearest = f"layout {name} (the nearest of {source.name})"
    for header in near.doubled:
        faults.add("The column stands more than once in the header.", line, header)
    for header in near.missing:
        faults.add(f"The column is missing, which {nearest} has.", line, header)
    for header in near.unknown:
        faults.add(f"The column is not known to {nearest}.", line, header)
    if near.disordered:
        here, expected = near.disordered
        faults.add(
            f"The column stands where {nearest} has {expected!r}; its columns come in another order.", line, here
        )
    for header in near.misplaced:
        allowed = ", ".join(sorted({v for layout in source.layouts for v in layout.where.get(header, ())}))
        faults.add(
            f"{quoted(first.get(header, ''))} is none of {allowed}, which tell layouts with these headers apart.",
            line + 1,
            header,
            first.get(header, ""),
        )
