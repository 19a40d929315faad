"""Blocks of judged rows into a raw table, in the text form of COPY."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc
from psycopg import Cursor, sql
from psycopg.copy import QueuedLibpqWriter

from school_support.sources.checks import Judged

# In COPY's text form these characters of a value are written with a backslash (PostgreSQL manual, COPY, Text Format).
SPECIAL = r"[\\\t\n\r]"
ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


def copy_blocks(
    cursor: Cursor, table: sql.Identifier, release_id: int, columns: Iterable[str], blocks: Iterable[Judged]
) -> None:
    """Copy the rows of a release into its raw table; a canonical column that the file lacks stays null.

    Args:
        columns: the canonical columns that the file has, in the order in which every block has them.
        blocks: at least the columns' cells each; whatever their reading raises ends the copy.
    """
    names = [sql.Identifier(name) for name in ("_release_id", "_line", *columns)]
    statement = sql.SQL("copy {} ({}) from stdin").format(table, sql.SQL(", ").join(names))
    with cursor.copy(statement, writer=QueuedLibpqWriter(cursor)) as stream:
        for block in blocks:
            if len(block.lines):
                stream.write(_as_text(release_id, block))


def _as_text(release_id: int, block: Judged) -> memoryview:
    fields = [pa.scalar(str(release_id)), pa.array(block.lines).cast(pa.string())]
    fields += [_escaped(cells) for cells in block.columns.values()]
    rows = pc.binary_join_element_wise(*fields, "\t")
    # One more row, empty, so that the last line has its end.
    rows = pa.concat_arrays([rows, pa.array([""], pa.string())])
    whole = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(rows)], pa.int32()), rows), "\n")
    return memoryview(whole[0].as_buffer())


def _escaped(cells: pa.DictionaryArray) -> pa.StringArray:
    values = cells.dictionary
    if pc.any(pc.match_substring_regex(values, SPECIAL)).as_py():
        for plain, escaped in ESCAPES:
            values = pc.replace_substring(values, plain, escaped)
    return values.take(cells.indices)
