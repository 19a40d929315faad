"""Writes the files of the sample authority, their index, and the hidden truth beside them."""

from __future__ import annotations

import csv
import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from school_support.sample.england import TODAY, build_england
from school_support.sample.fenmere import FENMERE
from school_support.sample.layouts import RELEASES
from school_support.sample.releases import Release, releases
from school_support.sample.schools import England

INDEX = "releases.csv"
HIDDEN_QUALITY = "hidden_quality.csv"
HIDDEN_YEARS = range(2017, 2027)


@dataclass(frozen=True)
class SampleSummary:
    """What was written: files in the index, their data rows, state-funded schools open on 30 June 2026
    (in the whole country and in Fenmere), seconds taken."""

    files: int
    rows: int
    schools: int
    authority_schools: int
    seconds: float


def write_sample(folder: Path, *, seed: int = 20260630, schools: int = 3000) -> SampleSummary:
    """Write a fictional country's public files, in the publishers' true layouts, with their index.

    The same seed and number of schools give the same bytes, on every machine: so nothing is compressed, which versions of
    zlib do differently. Files of an earlier sample in the folder are
    replaced.

    Args:
        folder: where to write; made if it is not there.
        seed: of all random numbers.
        schools: state-funded schools open on 30 June 2026, eighty of them in the authority Fenmere (999).

    Raises:
        SupportListError: `schools` is too small for national averages.
    """
    started = time.perf_counter()
    england = build_england(seed, schools)
    folder.mkdir(parents=True, exist_ok=True)
    # The index goes first and comes last: a folder with an index is a whole one.
    (folder / INDEX).unlink(missing_ok=True)
    index = [_write(folder, release, seed) for release in releases(england, seed)]
    _write_hidden_quality(folder / HIDDEN_QUALITY, england)
    (folder / INDEX).write_bytes(RELEASES.render(RELEASES.row(entry) for entry in index))
    open_schools = england.state_funded_on(TODAY)
    return SampleSummary(
        files=len(index),
        rows=sum(int(entry["rows"]) for entry in index),
        schools=len(open_schools),
        authority_schools=sum(school.authority is FENMERE for school in open_schools),
        seconds=time.perf_counter() - started,
    )


def _write(folder: Path, release: Release, seed: int) -> dict[str, str]:
    """Write one file; its line of the index."""
    rows = list(release.rows)
    content = release.layout.render(rows)
    path = folder / release.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return {
        "file": release.file,
        "source": release.source,
        "academic_year": str(release.academic_year or ""),
        "snapshot_date": release.snapshot.isoformat() if release.snapshot else "",
        "stage": release.stage,
        "known_from": release.known_from.isoformat(),
        "known_from_basis": release.known_from_basis,
        "coverage": release.coverage,
        "collection": "fictional",
        "rows": str(len(rows)),
        "columns": str(len(release.layout.header)),
        "form": "fictional",
        "describes": release.describes,
        "traps": release.traps,
        "origin": f"generated, seed {seed}",
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _write_hidden_quality(path: Path, england: England) -> None:
    """URN, academic year, quality: what the figures are noisy views of. Not part of the index."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("urn", "academic_year", "quality"))
        for school in england.establishments:
            if school.kind.state_funded:
                for year in HIDDEN_YEARS:
                    if school.counts_in(year):
                        writer.writerow((school.urn, year, f"{school.site.quality_in(year):.4f}"))
