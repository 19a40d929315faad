"""The bytes of a delivered table, out of the gzip or zip file it may come in, as a stream and up to a limit."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from school_support.sources.faults import Faults, FileRefused

# A national file of termly returns over 25 years has about 2 GB; workbooks are read whole, into memory.
LARGEST = 8 * 2**30
LARGEST_WORKBOOK = 2**30
# Real deliveries pack 5 to 20 to 1; deflate can reach 1,000 to 1 on a file made to harm.
LARGEST_RATIO = 200
RATIO_COUNTS_FROM = 10 * 2**20
CHUNK = 2**20

# The library that reads workbooks lays out every cell from the first to the last, filled or not.
MOST_CELLS = 20_000_000
COLUMN = re.compile(rb' r="([A-Z]{1,3})[0-9]')
ROW = re.compile(rb'<row[^>]{0,40} r="([0-9]{1,7})"')
REFERENCE = 64

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    gzip.BadGzipFile,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


class Stream(io.RawIOBase):
    """The unpacked bytes of a table. Reading raises FileRefused where the packing is damaged or too much comes out."""

    def __init__(self, inner: IO[bytes], packed: int, largest: int, faults: Faults) -> None:
        super().__init__()
        self._inner = inner
        self._packed = packed
        self._largest = largest
        self._faults = faults
        self._unpacked = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        with refusing_damage(self._faults):
            data = self._inner.read(len(buffer))
        buffer[: len(data)] = data
        self._unpacked += len(data)
        check_size(self._unpacked, self._packed, self._largest, self._faults)
        return len(data)


@dataclass(frozen=True)
class Content:
    """A table as delivered: delimited text to be streamed, or an Excel workbook held in memory (`workbook`)."""

    path: Path
    faults: Faults
    member: str | None = None
    is_gzip: bool = False
    workbook: bytes | None = None

    @contextmanager
    def open(self) -> Iterator[io.BufferedReader]:
        """The unpacked bytes from the beginning; may be opened again and again."""
        packed = self.path.stat().st_size
        if self.is_gzip:
            with gzip.open(self.path) as inner:
                yield _buffered(Stream(inner, packed, LARGEST, self.faults))  # type: ignore[arg-type]
        elif self.member is not None:
            with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as inner:
                yield _buffered(Stream(inner, packed, LARGEST, self.faults))
        else:
            with self.path.open("rb") as inner:
                yield _buffered(Stream(inner, packed, LARGEST, self.faults))


def unpack(path: Path, faults: Faults) -> Content:
    """The table in a file: plain, gzipped, or alone in a zip. Told by its bytes, for names are unreliable."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(len(ZIP))
    except OSError as error:
        raise faults.refused_for(f"The file cannot be read: {error.strerror or error}.") from error
    if size > LARGEST:
        raise faults.refused_for(f"The file is larger than {LARGEST:,} bytes, the most that is read.")
    if start == ZIP:
        with refusing_damage(faults):
            if _is_workbook(path):
                return Content(path, faults, workbook=_checked_workbook(path.read_bytes(), size, faults))
            content = Content(path, faults, member=_only_member(path, faults))
    else:
        content = Content(path, faults, is_gzip=start.startswith(GZIP))
    with content.open() as stream:
        if stream.read(len(ZIP)) != ZIP:
            return content
    with content.open() as stream:
        data = stream.read(LARGEST_WORKBOOK + 1)
    return Content(path, faults, workbook=_checked_workbook(data, size, faults))


def _buffered(stream: Stream) -> io.BufferedReader:
    return io.BufferedReader(stream, CHUNK)


@contextmanager
def refusing_damage(faults: Faults) -> Iterator[None]:
    """Turn what the unpacking libraries raise on damaged bytes into a refusal."""
    try:
        yield
    except FileRefused:
        raise
    except DAMAGED as error:
        raise faults.refused_for(
            f"The packed file is damaged or was cut off, and cannot be unpacked ({error})."
        ) from error


def check_size(unpacked: int, packed: int, largest: int, faults: Faults) -> None:
    """Refuse a file once more comes out of it than any delivery has."""
    if unpacked > largest or (unpacked > RATIO_COUNTS_FROM and unpacked > LARGEST_RATIO * packed):
        raise faults.refused_for(
            f"The file unpacks to more than {largest:,} bytes, or more than {LARGEST_RATIO} times its packed "
            "size; no delivery is like that, so it was not unpacked further."
        )


def _is_workbook(file: Path | IO[bytes]) -> bool:
    with zipfile.ZipFile(file) as archive:
        return "[Content_Types].xml" in archive.namelist()


def _only_member(path: Path, faults: Faults) -> str:
    with zipfile.ZipFile(path) as archive:
        files = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(files) != 1:
        named = ", ".join(entry.filename for entry in files[:5])
        raise faults.refused_for(f"The zip file holds {len(files)} files ({named}); it must hold exactly one.")
    return files[0].filename


def _checked_workbook(data: bytes, packed: int, faults: Faults) -> bytes:
    """The library that reads workbooks unpacks them without a limit, so they are unpacked here first."""
    check_size(len(data), packed, LARGEST_WORKBOOK, faults)
    with refusing_damage(faults):
        if not _is_workbook(io.BytesIO(data)):
            raise ValueError("a packed file inside a packed file that is no Excel workbook")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            total = 0
            for entry in archive.infolist():
                check_size(entry.file_size, len(data), LARGEST_WORKBOOK, faults)
                # No more than the declared size is read, and the checksum at the end refutes a size that is not true.
                columns: set[bytes] = set()
                last_row, tail = 0, b""
                with archive.open(entry) as member:
                    while chunk := member.read(CHUNK):
                        total += len(chunk)
                        check_size(total, len(data), LARGEST_WORKBOOK, faults)
                        if entry.filename.startswith("xl/worksheets/"):
                            columns.update(COLUMN.findall(tail + chunk))
                            last_row = max([last_row, *map(int, ROW.findall(tail + chunk))])
                            tail = chunk[-REFERENCE:]
                if last_row * max(map(_number, columns), default=0) > MOST_CELLS:
                    raise faults.refused_for(
                        f"A sheet of the workbook reaches to row {last_row:,} and column {max(columns, key=_number).decode()}; "
                        "no delivery is as large. Delete what lies outside the table, also what only looks empty."
                    )
    return data


def _number(letters: bytes) -> int:
    """The number of a column that is called A, Z or XFD."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number
