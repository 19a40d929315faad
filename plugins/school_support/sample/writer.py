"""Writes the files of the sample authority, their index, and the hidden truth beside them."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from school_support.sample import absence, key_stage_2, key_stage_4, returns
from school_support.sample.england import TODAY, build_england
from school_support.sample.fenmere import FENMERE
from school_support.sample.inspection_files import rows_2015, rows_report_card
from school_support.sample.inspections import inspection_history
from school_support.sample.layouts import (
    ABSENCE_2017,
    GIAS,
    GIAS_LINKS,
    KS4_FINAL_2017,
    KS4_FINAL_2018,
    KS4_PROVISIONAL_2017,
    KS4_PROVISIONAL_2018,
    OFSTED_2015,
    OFSTED_REPORT_CARD,
    RELEASES,
    SCHOOL_RETURNS,
    Layout,
    Row,
)
from school_support.sample.register import link_rows, register_rows
from school_support.sample.school_years import folder_name
from school_support.sample.schools import England

INDEX = "releases.csv"
HIDDEN_QUALITY = "hidden_quality.csv"
HIDDEN_YEARS = range(2017, 2027)

REGISTER_DAYS = [dt.date(year, 6, 30) for year in range(2018, 2027)]
OFSTED_2015_DAYS = [dt.date(year, 5, 31) for year in range(2017, 2026)]
REPORT_CARD_DAYS = [dt.date(2025, 11, 30), dt.date(2026, 5, 31)]
OFSTED_DELAY = dt.timedelta(days=30)
REVISED_YEARS = (2019, 2025)
COMPRESSION = 6


@dataclass(frozen=True)
class SampleSummary:
    """What was written: files in the index, their data rows, state-funded schools open on 30 June 2026
    (in the whole country and in Fenmere), seconds taken."""

    files: int
    rows: int
    schools: int
    authority_schools: int
    seconds: float


@dataclass(frozen=True)
class Release:
    """One file to write and what the index says of it."""

    file: str
    source: str
    layout: Layout
    rows: Iterable[Row]
    known_from: dt.date
    known_from_basis: str
    describes: str
    academic_year: int | None = None
    snapshot: dt.date | None = None
    stage: str = ""
    traps: str = ""
    coverage: str = "England (fictional)"


def write_sample(folder: Path, *, seed: int = 20260630, schools: int = 3000) -> SampleSummary:
    """Write a fictional country's public files, in the publishers' true layouts, with their index.

    The same seed and number of schools give the same bytes. Files of an earlier sample in the folder are
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
    index = [_write(folder, release, seed) for release in _releases(england, seed)]
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
    content = gzip.compress(release.layout.render(rows), compresslevel=COMPRESSION, mtime=0)
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


def _releases(england: England, seed: int) -> Iterator[Release]:
    yield from _register(england)
    yield from _ofsted(england, seed)
    yield from _key_stage_2(england, seed)
    yield from _key_stage_4(england, seed)
    yield from _absence(england, seed)
    yield from _returns(england, seed)


def _register(england: England) -> Iterator[Release]:
    for day in REGISTER_DAYS:
        yield Release(
            file=f"gias/edubasealldata_{day}.csv.gz",
            source="gias",
            layout=GIAS,
            rows=register_rows(england, day),
            snapshot=day,
            known_from=day,
            known_from_basis="snapshot date",
            describes=f"Register of schools, {day}",
            traps="cp1252; dates dd-mm-yyyy; closed, proposed and non-school rows",
        )
        yield Release(
            file=f"gias/links_edubasealldata_{day}.csv.gz",
            source="gias_links",
            layout=GIAS_LINKS,
            rows=link_rows(england, day),
            snapshot=day,
            known_from=day,
            known_from_basis="snapshot date",
            describes=f"Links between URNs, {day}",
            traps="cp1252; some links undated, in one direction only or in the future",
        )


def _ofsted(england: England, seed: int) -> Iterator[Release]:
    history = inspection_history(england, seed)
    for day in (*OFSTED_2015_DAYS, *REPORT_CARD_DAYS):
        report_card = day in REPORT_CARD_DAYS
        yield Release(
            file=f"ofsted/ofsted_mi_{day}.csv.gz",
            source="ofsted_mi",
            layout=OFSTED_REPORT_CARD if report_card else OFSTED_2015,
            rows=(rows_report_card if report_card else rows_2015)(england, history, day),
            snapshot=day,
            known_from=day + OFSTED_DELAY,
            known_from_basis="30 days after the date it describes",
            describes=f"Ofsted management information as at {day}",
            traps=(
                "NULL and empty differ; Not judged; grades of earlier URNs"
                if report_card
                else "category SM with a trailing space; 9 is not applicable; converters keep earlier grades"
            ),
        )


def _key_stage_2(england: England, seed: int) -> Iterator[Release]:
    for year, level in key_stage_2.YEARS.items():
        final = key_stage_2.draw_tables(england, year, seed)
        issues = [("final", final, _final_day(year), "final tables in April")]
        if year in REVISED_YEARS:
            revised = key_stage_2.revised_tables(final, seed)
            issues.insert(0, ("revised", revised, dt.date(year, 12, 13), "revised tables in December"))
        for stage, tables, day, basis in issues:
            yield Release(
                file=f"performance/{folder_name(year)}/england_ks2{stage}.csv.gz",
                source="dfe_ks2",
                layout=level.layout,
                rows=key_stage_2.table_rows(tables, england, day),
                academic_year=year,
                stage=stage,
                known_from=day,
                known_from_basis=basis,
                describes=f"KS2 {stage} {folder_name(year)}",
                traps="short rows for schools without results; SUPP, LOWCOV, NEW, NA",
            )


def _key_stage_4(england: England, seed: int) -> Iterator[Release]:
    for year in key_stage_4.YEARS:
        final = key_stage_4.draw_tables(england, year, seed)
        if year in key_stage_4.PROVISIONAL_YEARS:
            provisional = key_stage_4.provisional_tables(final, seed)
            yield Release(
                file=f"performance/{folder_name(year)}/england_ks4provisional.csv.gz",
                source="dfe_ks4",
                layout=KS4_PROVISIONAL_2017 if year == 2017 else KS4_PROVISIONAL_2018,
                rows=key_stage_4.provisional_rows(provisional, england),
                academic_year=year,
                stage="provisional",
                known_from=dt.date(year, 10, 13),
                known_from_basis="mid October after the summer exams",
                describes=f"KS4 provisional {folder_name(year)}",
                traps="short rows; NA for independent schools; NE, SUPP, LOWCOV",
            )
        yield Release(
            file=f"performance/{folder_name(year)}/england_ks4final.csv.gz",
            source="dfe_ks4",
            # No header of a later final file is at hand: 2019 and after wear the one of 2018.
            layout=KS4_FINAL_2017 if year == 2017 else KS4_FINAL_2018,
            rows=key_stage_4.final_rows(final, england),
            academic_year=year,
            stage="final",
            known_from=_final_day(year),
            known_from_basis="final tables in April",
            describes=f"KS4 final {folder_name(year)}",
            traps="short rows; NP for independent schools; NE, SUPP, LOWCOV, NEW, NA",
        )


def _absence(england: England, seed: int) -> Iterator[Release]:
    for year in absence.YEARS:
        yield Release(
            file=f"performance/{folder_name(year)}/england_abs.csv.gz",
            source="dfe_absence",
            layout=ABSENCE_2017,
            rows=absence.table_rows(absence.draw_tables(england, year, seed)),
            academic_year=year,
            stage="final",
            known_from=dt.date(year + 1, 3, 20),
            known_from_basis="March of the next year",
            describes=f"Absence {folder_name(year)}",
            traps="NAT rows at the end; SUPP",
        )


def _returns(england: England, seed: int) -> Iterator[Release]:
    for sent in returns.draw_returns(england, seed):
        yield Release(
            file=f"returns/{sent.file_name}.csv.gz",
            source="school_returns",
            layout=SCHOOL_RETURNS,
            rows=sent.rows,
            known_from=sent.received,
            known_from_basis="day of receipt",
            describes=sent.describes,
            coverage=sent.coverage,
        )


def _final_day(year: int) -> dt.date:
    return dt.date(year + 1, 4, 15)


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
