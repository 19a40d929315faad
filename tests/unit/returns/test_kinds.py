from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from school_support.returns.kinds import other_kind

from .conftest import Fill

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def packed(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "a workbook with a password"),
        (OLE + b"\0" * 600 + "Workbook".encode("utf-16-le"), "an Excel workbook of the old kind (.xls)"),
        (OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le"), "a document of the old Office kind"),
        (b"PK\x03\x04 cut off", "a damaged file, cut off on its way perhaps"),
    ],
)
def test_what_is_no_workbook_is_named(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "return.xlsx"
    path.write_bytes(content)
    found = other_kind(path)
    assert found is not None
    assert found[0] == kind


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, "an OpenDocument spreadsheet (.ods)"),
        ({"[Content_Types].xml": "", "word/document.xml": ""}, "a Word document"),
        ({"[Content_Types].xml": "", "xl/workbook.bin": ""}, "an Excel workbook of the binary kind (.xlsb)"),
        ({"return.xlsx": ""}, "a packed folder (.zip)"),
    ],
)
def test_what_is_packed_is_named(tmp_path: Path, members: dict[str, str], kind: str) -> None:
    found = other_kind(packed(tmp_path / "return", members))
    assert found is not None
    assert found[0] == kind


def test_a_form_and_a_table_are_none_of_these(tmp_path: Path, fill: Fill) -> None:
    table = tmp_path / "a.csv"
    table.write_text("URN,Note\n1,2\n")
    assert other_kind(fill()) is None
    assert other_kind(table) is None
