"""From a file's header line to its layout, or to faults that say how it differs from the nearest one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from school_support.sources.contract import Layout, Source
from school_support.sources.faults import Faults, quoted
from school_support.sources.recognise import Nearest, recognise


def layout_of(
    headers: Sequence[str], first: Mapping[str, str] | None, source: Source, line: int, faults: Faults
) -> Layout:
    """The layout of these headers. `first` is the first data row by header, None where there is none."""
    if first is None:
        faults.add(f"The file has a header of {len(headers)} columns and no data rows.", line)
    found = recognise(headers, source, first)
    if isinstance(found, Nearest):
        _explain(found, headers=headers, first=first or {}, source=source, line=line, faults=faults)
        raise faults.refused()
    faults.layout = found.layout
    faults.refuse_if_any()
    return found


def _explain(
    near: Nearest,
    *,
    headers: Sequence[str],
    first: Mapping[str, str],
    source: Source,
    line: int,
    faults: Faults,
) -> None:
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
    for header in near.misplaced:
        allowed = ", ".join(sorted({v for layout in source.layouts for v in layout.where.get(header, ())}))
        faults.add(
            f"{quoted(first[header])} is none of {allowed}, which tell layouts with these headers apart.",
            line + 1,
            header,
            first[header],
        )
