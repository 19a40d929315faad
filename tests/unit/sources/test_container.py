"""Packed files: gzip, zip, workbooks, and those that are damaged or made to harm."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from school_support.sources import container
from school_support.sources.reader import FileRefused, read_release

Deliver = Callable[..., Path]
Refuse = Callable[..., FileRefused]


ABSENCE = "LA,ESTAB,URN,PERCTOT,PPERSABS10\r\n874,2215,110683,4.6,9.2\r\n"


def zipped(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.csv", text)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [ABSENCE.encode(), gzip.compress(ABSENCE.encode()), zipped(england_abs=ABSENCE)],
    ids=["plain", "gzip", "zip"],
)
def test_a_table_is_read_from_whatever_it_is_packed_in(deliver: Deliver, content: bytes) -> None:
    assert read_release(deliver(content, "no_suffix"), "dfe_absence").rows == 1


def test_a_gzip_of_two_members_is_read_whole(deliver: Deliver) -> None:
    content = gzip.compress(ABSENCE.encode()) + gzip.compress(b"874,2223,110691,5.1,8\r\n")
    assert read_release(deliver(content), "dfe_absence").rows == 2


@pytest.mark.parametrize("cut", [12, 40, -3])
def test_a_gzip_that_was_cut_off_is_refused(refuse: Refuse, cut: int) -> None:
    fault = refuse(gzip.compress(ABSENCE.encode())[:cut], "dfe_absence").faults[0]
    assert "damaged or was cut off" in fault.message


def test_a_damaged_zip_is_refused(refuse: Refuse) -> None:
    content = bytearray(zipped(england_abs=ABSENCE))
    content[45] ^= 0xFF
    assert "damaged or was cut off" in refuse(bytes(content), "dfe_absence").faults[0].message


def test_a_zip_of_two_files_is_refused_and_names_them(refuse: Refuse) -> None:
    fault = refuse(zipped(england_abs=ABSENCE, england_swf=ABSENCE), "dfe_absence").faults[0]
    assert fault.message == ("The zip file holds 2 files (england_abs.csv, england_swf.csv); it must hold exactly one.")


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zipped(bomb=data.decode())], ids=["gzip", "zip"])
def test_a_file_that_unpacks_to_far_more_than_a_delivery_is_refused(refuse: Refuse, pack: object) -> None:
    # 20 MiB of one character pack a thousand to one.
    assert callable(pack)
    fault = refuse(pack(b"0" * (20 * 2**20)), "dfe_absence").faults[0]
    assert "more than 200 times its packed size" in fault.message


def test_a_file_larger_than_the_limit_is_refused(refuse: Refuse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "LARGEST", 64)
    assert refuse(ABSENCE * 2, "dfe_absence").faults[0].message.startswith("The file is larger than 64 bytes")
    packed = gzip.compress(ABSENCE.encode() * 40)[:200]
    monkeypatch.setattr(container, "LARGEST", 2_000)
    assert "unpacks to more than 2,000 bytes" in refuse(packed, "dfe_absence").faults[0].message


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="cannot be read: No such file"):
        read_release(tmp_path / "gone.csv", "dfe_absence")
