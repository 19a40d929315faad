"""The project as dbt parsed it, kept for every state of its files: parsing takes longer than a night's build.

dbt's own partial parsing begins anew whenever a variable changes, and every assessment is another variable. A manifest given to
dbt is read with the variables of the run; no file's configuration depends on one.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from school_support.settings import settings

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

# dbt writes it beside a run's other artefacts.
PARSED = "partial_parse.msgpack"
FOLDERS = ("models", "macros", "seeds", "tests")


def read_parsed() -> Manifest | None:
    """The manifest of the project as its files are now; none where no build has kept it yet."""
    path = _place()
    if not path.exists():
        return None
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    manifest = Manifest.from_msgpack(path.read_bytes(), decoder=extended_mashumuro_decoder)
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    return manifest


def keep_parsed(target: Path) -> None:
    """Keep the manifest that a build has parsed, in place of those of earlier states of the project."""
    path = _place()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{target.name}")
    shutil.copyfile(target / PARSED, draft)
    draft.replace(path)
    for earlier in path.parent.glob("*.msgpack"):
        if earlier != path:
            earlier.unlink(missing_ok=True)


def _place() -> Path:
    """Named by a hash over dbt's version, where the project lies, and every file of it that dbt parses."""
    from dbt.version import __version__

    project = settings().dbt_project
    digest = hashlib.sha256(f"{__version__} {project.resolve()}".encode())
    paths = [path for folder in FOLDERS for path in (project / folder).rglob("*") if path.is_file()]
    for path in sorted([*paths, *project.glob("*.yml")]):
        digest.update(path.relative_to(project).as_posix().encode() + b"\0" + path.read_bytes())
    return settings().home / "dbt_parsed" / f"{digest.hexdigest()}.msgpack"
