"""The bytes of a delivered table, out of the gzip or zip file it may come in, up to a limit."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from school_support.sources.faults import Faults

LARGEST = 2**30
# Real deliveries pack 5 to 20 to 1; deflate can reach 1,000 to 1 on a file made to harm.
LARGEST_RATIO = 200
RATIO_COUNTS_FROM = 10 * 2**20
CHUNK = 2**20

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Content:
    """A table as delivered: delimited text, or an Excel workbook."""

    data: bytes
    is_workbook: bool


class _TooLargeError(Exception):
    """More came out of a packed file than is allowed."""


def unpack(path: Path, faults: Faults) -> Content:
    """The table in a file: plain, gzipped, or alone in a zip. Told by its bytes, for names are unreliable."""
    try:
        if path.stat().st_size > LARGEST:
            raise faults.refused_for(f"The file is larger than {LARGEST:,} bytes, the most that is read.")
        data = path.read_bytes()
    except OSError as error:
        raise faults.refused_for(f"The file cannot be read: {error.strerror or error}.") from error
    try:
        if data.startswith(GZIP):
            data = _gunzipped(data)
        elif data.startswith(ZIP) and not _is_workbook(data):
            data = _only_member(data, faults)
        if data.startswith(ZIP) and _is_workbook(data):
            _check_members(data)
            return Content(data, is_workbook=True)
    except _TooLargeError as error:
        raise faults.refused_for(
            f"The file unpacks to more than {LARGEST:,} bytes, or more than {LARGEST_RATIO} times its packed "
            "size; no delivery is like that, so it was not unpacked further."
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise faults.refused_for(
            f"The packed file is damaged or was cut off, and cannot be unpacked ({error})."
        ) from error
    return Content(data, is_workbook=False)


def _gunzipped(data: bytes) -> bytes:
    out = bytearray()
    rest = data
    while rest.startswith(GZIP):
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            out += member.decompress(rest, CHUNK)
            rest = member.unused_data if member.eof else member.unconsumed_tail
            _check_size(len(out), len(data))
            if not rest and not member.eof:
                raise EOFError("the end of the gzip stream is missing")
    if rest.strip(b"\0"):
        raise ValueError("other bytes follow the gzip stream")
    return bytes(out)


def _is_workbook(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "[Content_Types].xml" in archive.namelist()


def _only_member(data: bytes, faults: Faults) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(files) != 1:
            named = ", ".join(entry.filename for entry in files[:5])
            raise faults.refused_for(f"The zip file holds {len(files)} files ({named}); it must hold exactly one.")
        return b"".join(_unzipped(archive, files[0], len(data)))


def _check_members(data: bytes) -> None:
    """The library that reads workbooks unpacks them without a limit, so they are unpacked here first."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        total = 0
        for entry in archive.infolist():
            for chunk in _unzipped(archive, entry, len(data)):
                total += len(chunk)
                _check_size(total, len(data))


def _unzipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, packed: int) -> Iterable[bytes]:
    _check_size(entry.file_size, packed)
    # No more than the declared size is read, and the checksum at the end refutes a size that is not true.
    with archive.open(entry) as member:
        while chunk := member.read(CHUNK):
            yield chunk


def _check_size(unpacked: int, packed: int) -> None:
    if unpacked > LARGEST or (unpacked > RATIO_COUNTS_FROM and unpacked > LARGEST_RATIO * packed):
        raise _TooLargeError
