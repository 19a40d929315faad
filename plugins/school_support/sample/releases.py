"""Every file of the sample authority: its rows, its layout, and what the index says of it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from school_support.sample import absence, census, exclusions, key_stage_2, key_stage_4, returns
from school_support.sample.fenmere import FENMERE
from school_support.sample.heads import draw_heads
from school_support.sample.inspection_files import rows_2015, rows_report_card
from school_support.sample.inspections import inspection_history
from school_support.sample.layouts import (
    ABSENCE_2017,
    CENSUS_2025,
    EXCLUSIONS_EES,
    GIAS,
    GIAS_LINKS,
    KS4_FINAL_2017,
    KS4_FINAL_2018,
    KS4_PROVISIONAL_2017,
    KS4_PROVISIONAL_2018,
    LOCAL_INTELLIGENCE,
    OFSTED_2015,
    OFSTED_REPORT_CARD,
    SCHOOL_RETURNS,
    Layout,
    Row,
)
from school_support.sample.notes import note_deliveries
from school_support.sample.register import link_rows, register_rows
from school_support.sample.school_years import folder_name
from school_support.sample.schools import England

REGISTER_DAYS = [dt.date(year, 6, 30) for year in range(2018, 2027)]
OFSTED_2015_DAYS = [dt.date(year, 5, 31) for year in range(2017, 2026)]
REPORT_CARD_DAYS = [dt.date(2025, 11, 30), dt.date(2026, 5, 31)]
OFSTED_DELAY = dt.timedelta(days=30)
REVISED_YEARS = (2019, 2025)


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


def releases(england: England, seed: int) -> Iterator[Release]:
    """Every file of the sample, source by source."""
    yield from _register(england, seed)
    yield from _ofsted(england, seed)
    yield from _key_stage_2(england, seed)
    yield from _key_stage_4(england, seed)
    yield from _absence(england, seed)
    yield from _census(england, seed)
    yield from _exclusions(england, seed)
    yield from _returns(england, seed)
    yield from _notes(england)


def _register(england: England, seed: int) -> Iterator[Release]:
    heads = draw_heads(england, seed)
    for day in REGISTER_DAYS:
        yield Release(
            file=f"gias/edubasealldata_{day}.csv",
            source="gias",
            layout=GIAS,
            rows=register_rows(england, heads, day),
            snapshot=day,
            known_from=day,
            known_from_basis="snapshot date",
            describes=f"Register of schools, {day}",
            traps="cp1252; dates dd-mm-yyyy; closed, proposed and non-school rows; names of head teachers, all made up",
        )
        yield Release(
            file=f"gias/links_edubasealldata_{day}.csv",
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
            file=f"ofsted/ofsted_mi_{day}.csv",
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
                file=f"performance/{folder_name(year)}/england_ks2{stage}.csv",
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
                file=f"performance/{folder_name(year)}/england_ks4provisional.csv",
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
            file=f"performance/{folder_name(year)}/england_ks4final.csv",
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
            file=f"performance/{folder_name(year)}/england_abs.csv",
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


def _census(england: England, seed: int) -> Iterator[Release]:
    for year in census.YEARS:
        yield Release(
            file=f"performance/{folder_name(year)}/england_census.csv",
            source="dfe_census",
            layout=CENSUS_2025,
            rows=census.table_rows(census.draw_tables(england, year, seed)),
            academic_year=year,
            stage="final",
            known_from=dt.date(year + 1, 1, 25),
            known_from_basis="January of the next year",
            describes=f"School census {folder_name(year)}",
            traps="NAT rows at the end; nursery and independent schools have 0.00% where there is no number",
        )


def _exclusions(england: England, seed: int) -> Iterator[Release]:
    tables = {year: exclusions.draw_tables(england, year, seed) for year in exclusions.YEARS}
    rows = {year: exclusions.year_rows(tables[year], england) for year in tables}
    for newest in exclusions.PUBLISHED:
        terms = exclusions.by_term(tables[newest], FENMERE, seed)
        of_terms = (row for term, table in terms.items() for row in exclusions.school_rows(table, term))
        yield Release(
            file=f"exclusions/susp_exc_school_{newest - 1}{newest % 100:02d}.csv",
            source="dfe_exclusions",
            layout=EXCLUSIONS_EES,
            rows=itertools.chain(*(rows[year] for year in rows if year <= newest), of_terms),
            academic_year=newest,
            stage="final",
            known_from=dt.date(newest + 1, 7, 16),
            known_from_basis="July of the next year",
            describes=f"Suspensions and permanent exclusions by school to {folder_name(newest)}",
            traps="all years in one file; rows of terms, authorities and England; z, x",
        )


def _returns(england: England, seed: int) -> Iterator[Release]:
    for sent in returns.draw_returns(england, seed):
        yield Release(
            file=f"returns/{sent.file_name}.csv",
            source="school_returns",
            layout=SCHOOL_RETURNS,
            rows=sent.rows,
            known_from=sent.received,
            known_from_basis="day of receipt",
            describes=sent.describes,
            coverage=sent.coverage,
        )


def _notes(england: England) -> Iterator[Release]:
    for sent in note_deliveries(england):
        yield Release(
            file=f"local/notes_{sent.received}.csv",
            source="local_intelligence",
            layout=LOCAL_INTELLIGENCE,
            rows=sent.rows,
            known_from=sent.received,
            known_from_basis="day of receipt",
            describes=f"Notes of officers on {sent.schools} schools of Fenmere, received {sent.received}",
            traps="dates dd/mm/yyyy",
            # Each delivery stands for itself: fewer notes than in the last are no loss.
            coverage=f"Fenmere, notes received {sent.received}",
        )


def _final_day(year: int) -> dt.date:
    return dt.date(year + 1, 4, 15)
