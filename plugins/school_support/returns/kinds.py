"""What a file is that is neither a workbook nor text, in words for who sent it."""

from __future__ import annotations

import zipfile
from pathlib import Path

SAVE_AS = "Open it in Excel, choose Save as, Excel workbook (.xlsx), and send that."
FILL_IN = "Please fill in the form itself and send that."
UNKNOWN = "neither the form nor a table with headings that we know, or it is damaged", FILL_IN
STARTS = (
    (b"%PDF", "a PDF", FILL_IN),
    (b"\x89PNG", "a picture", FILL_IN),
    (b"\xff\xd8\xff", "a picture", FILL_IN),
    (b"{\\rtf", "a text document", FILL_IN),
)
OLE = b"\xd0\xcf\x11\xe0"
# Names of streams in an OLE file, which are written in UTF-16.
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OLD_WORKBOOK = "Workbook".encode("utf-16-le")
LARGEST_OLE = 2**26


def other_kind(path: Path) -> tuple[str, str] | None:
    """What a file is and what to do instead; None where it may be a workbook or text."""
    with path.open("rb") as file:
        start = file.read(8)
        whole = start + (file.read(LARGEST_OLE) if start.startswith(OLE) else b"")
    for mark, kind, remedy in STARTS:
        if start.startswith(mark):
            return kind, remedy
    if start.startswith(OLE):
        if ENCRYPTED in whole:
            return (
                "a workbook with a password",
                "Take the password off (File, Info, Protect workbook) and send it again.",
            )
        if OLD_WORKBOOK in whole:
            return "an Excel workbook of the old kind (.xls)", SAVE_AS
        return "a document of the old Office kind", FILL_IN
    return _packed_kind(path) if start.startswith(b"PK") else None


def _packed_kind(path: Path) -> tuple[str, str] | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = archive.open("mimetype").read(100) if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        return "a damaged file, cut off on its way perhaps", "Save the form again and send it again."
    if b"opendocument.spreadsheet" in kind:
        return "an OpenDocument spreadsheet (.ods)", SAVE_AS.replace("Excel, choose", "your program, choose")
    if "xl/workbook.bin" in names:
        return "an Excel workbook of the binary kind (.xlsb)", SAVE_AS
    if any(name.startswith("word/") for name in names):
        return "a Word document", FILL_IN
    if "[Content_Types].xml" not in names:
        return "a packed folder (.zip)", "Send the form itself, not packed."
    return None
