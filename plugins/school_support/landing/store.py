"""The landing store: every file whole and immutable, named by its sha256."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from school_support.settings import settings

CHUNK = 1 << 20


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


def keep(path: Path, source: str, sha256: str) -> Path:
    """Copy a file into the store unless it is there; a kill leaves the whole file or none."""
    target = stored(source, sha256)
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{sha256}.{os.getpid()}.draft")
    shutil.copyfile(path, draft)
    draft.chmod(0o444)
    draft.replace(target)
    return target
