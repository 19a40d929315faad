"""What a fetched file must be before the mirror takes it: data, whole, and without names of people."""

from __future__ import annotations

from pathlib import Path

from school_support.downloads.faults import DownloadFailed
from school_support.landing.people import names_people, without_people
from school_support.sources.container import CHUNK, unpack
from school_support.sources.faults import Faults, FileRefused
from school_support.warehouse.secrets import pseudonym_key

START = 512
SHOWN = 80
# A comma-separated file begins with a header: never with a tag, a brace or a bracket.
PAGES = (b"<", b"{", b"[")


def check_delivery(path: Path, address: str) -> str | None:
    """The name of the one file in a zip, None for a file that is not in one.

    Raises:
        DownloadFailed: the file is empty, damaged, unpacks to more than any delivery does, or is a web page or an
            error message.
    """
    try:
        content = unpack(path, Faults(path.name))
        if content.workbook is not None:
            return content.member
        with content.open() as stream:
            start = stream.read(START)
            packed = content.is_gzip or content.member is not None
            while packed and stream.read(CHUNK):
                pass
    except FileRefused as refusal:
        raise DownloadFailed(f"{address}: {_said(refusal)}") from None
    begins = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not begins:
        raise DownloadFailed(f"{address} sent an empty file.")
    if begins.startswith(PAGES):
        shown = " ".join(begins[:SHOWN].decode("utf-8", "replace").split())
        raise DownloadFailed(
            f"{address} sent a web page or an error message instead of data; it begins: {shown!r}. Look at it in a "
            "browser; correct addresses.yaml if the file has moved."
        )
    return content.member


def strip_people(path: Path, source: str, file_name: str, target: Path) -> bool:
    """Write a file without its columns about people to `target`; false, and nothing written, where it has none.

    Raises:
        DownloadFailed: nobody can say what in the file is about people, so it must not be kept.
    """
    if not names_people(source):
        return False
    try:
        return without_people(path, source, file_name, target, pseudonym_key())
    except FileRefused as refusal:
        raise DownloadFailed(f"{file_name} may name people and was not kept: {_said(refusal)}") from None


def _said(refusal: FileRefused) -> str:
    return " ".join(str(fault) for fault in refusal.faults[:3])
