"""Names of people are taken out of a file before the landing store sees it."""

from __future__ import annotations

import csv
import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

from school_support.sources.container import unpack
from school_support.sources.contract import Layout, load_sources
from school_support.sources.delimited import DelimitedTable
from school_support.sources.faults import Faults


def names_people(source: str) -> bool:
    """Whether files of a source may hold columns about people."""
    return any(layout.personal for layout in load_sources()[source].layouts)


def without_people(path: Path, source: str, file_name: str, target: Path, key: bytes) -> bool:
    """Write a file without its columns about people; false, and nothing written, where it has none.

    What is left keeps its order, its lines and its text, as UTF-8. A pseudonym that the layout asks for is the
    HMAC-SHA256 of URN and names under `key`, after eight characters that say which key it was: two of them are comparable
    only under the same key, and only for the same school.

    Raises:
        FileRefused: the file's layout is not known or it cannot be read as text, so nobody can say what is about people.
    """
    faults = Faults(file_name)
    content = unpack(path, faults)
    if content.workbook is not None:
        raise faults.refused_for(
            f"The file is an Excel workbook; files of {source} name people and are taken in as comma-separated text alone."
        )
    table = DelimitedTable(content, load_sources()[source], faults)
    if not set(table.layout.personal).intersection(table.headers):
        return False
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=table.layout.delimiter, lineterminator="\n")
        writer.writerows([] for _ in range(table.layout.header_row - 1))
        writer.writerows(_stripped(table, faults, key))
    return True


def _stripped(table: DelimitedTable, faults: Faults, key: bytes) -> Iterator[list[str]]:
    layout, headers = table.layout, table.headers
    kept = [at for at, header in enumerate(headers) if header not in layout.personal]
    pseudonym = layout.pseudonym
    yield [headers[at] for at in kept] + ([pseudonym.header] if pseudonym else [])
    for _, record in table.records(faults):
        row = [record[at] for at in kept if at < len(record)]
        if pseudonym and len(record) == len(headers):
            row.append(_pseudonym(dict(zip(headers, record, strict=True)), layout, key))
        yield row


def _pseudonym(record: dict[str, str], layout: Layout, key: bytes) -> str:
    names = [record.get(header, "").strip() for header in layout.pseudonym.of] if layout.pseudonym else []
    if not any(names):
        return ""
    said = "\x1f".join([record[layout.columns["urn"].header].strip(), *names]).casefold()
    which = hashlib.sha256(key).hexdigest()[:8]
    return f"{which}-{hmac.new(key, said.encode(), hashlib.sha256).hexdigest()[:32]}"
