"""The landing store: every file whole and immutable, named by the sha256 it was delivered with."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from pathlib import Path

from school_support.errors import SupportListError
from school_support.landing.people import names_people, without_people
from school_support.returns.door import FROM_SCHOOLS, take_in
from school_support.settings import settings
from school_support.warehouse.secrets import pseudonym_key

CHUNK = 1 << 20
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


def sha256_of(path: Path) -> str:
    """Hex sha256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def stored(source: str, sha256: str) -> Path:
    """Where the store keeps a file."""
    return settings().landing / source / sha256


def keep(path: Path, source: str, sha256: str, file_name: str) -> str:
    """Take a file into the store unless it is there; a kill leaves the whole file or none.

    Columns about people are left out and a school's form becomes its rows, so what is kept may have another hash than
    what was delivered.

    Returns:
        sha256 of the kept bytes.

    Raises:
        SupportListError: the disk is full.
        FileRefused: the source's files name people and this one cannot be read, or it looks like a list of pupils, so it is
            not kept at all.
    """
    target = stored(source, sha256)
    may_differ = names_people(source) or source in FROM_SCHOOLS
    if target.exists():
        return sha256_of(target) if may_differ else sha256
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{sha256}.{os.getpid()}.draft")
    try:
        if source in FROM_SCHOOLS:
            written = take_in(path, source, file_name, draft)
        else:
            written = names_people(source) and without_people(path, source, file_name, draft, pseudonym_key())
        if not written:
            shutil.copyfile(path, draft)
        kept = sha256_of(draft) if written else sha256
        draft.chmod(0o444)
        draft.replace(target)
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        raise SupportListError(
            f"The disk is full: {file_name} ({path.stat().st_size:,} bytes) could not be kept in {settings().landing}. Nothing "
            "half is there. Free space and start again; what was taken in before stays (docs/runbook.md, The disk is full)."
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return kept
